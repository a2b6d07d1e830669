s/assign right = w1 - xc_q/assign right = w1 - xc_q + 10'd1/
s/two \&\& (free || room != 10'd1)/two/
s/two \&\& (free || room != 10'd1)/two \&\& room != 10'd1/
s/!free \&\& room == '0/room == '0/
s/kx_q != 2'd1 \&\& dx != reach/kx_q != 2'd1 \&\& dy != reach/
s/ky_q != 2'd1 \&\& dy != reach/ky_q != 2'd1 \&\& dx != reach/
s/assign reach = .*/assign reach = 2'd1;/
s/mask_q     <= mask_d/mask_q     <= 1'b0/
s/yo_q == rows1;/yo_q >= rows1 - 10'd1;/
s/pix_q == PixW'(Block - 1) ||/pix_q == PixW'(Block - 2) ||/
s/yc_d = yc_q - 10'd1;/yc_d = yc_q;/
s/grouped ? 16'(depth_q) << 2/grouped ? 16'(depth_q) << 1/
s/assign take = run_q .*/assign take = run_q \&\& !valid_q;/
s/tile_q\[0\];/1'b0;/
s/(ring == 6'd1) ? '0 : d_row/d_row/
s/is_ring ? {4'd0, d_slot} : first_y/first_y/
s/sc_q < {4'd0, dy}/sc_q <= {4'd0, dy}/
s/{5'd0, dy} >= {1'b0, ring}/{5'd0, dy} > {1'b0, ring}/
s/wraps_up ? ring - 6'd1 :/wraps_up ? ring :/
s/- (wraps_down ? turn_q : '0)/- (wraps_down ? pitch : '0)/
s/therm ? (threes << 1) + threes/therm ? (threes << 1)/
s/16'(depth_q\[7:2\])/16'(depth_q)/
s/slice_q    <= depth_q\[1:0\]/slice_q    <= 2'd0/
s/at_right  = .*/at_right  = 1'b0;/
s/at_bottom = .*/at_bottom = 1'b0;/
s/if (xc_q\[0\]) begin/begin/
s/pos_q == 2'd3 \&\& yc_q\[0\]/pos_q == 2'd3/
s/at_right  = .*/at_right  = xc_q == w1 - 10'd1;/
