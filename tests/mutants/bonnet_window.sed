s/assign right = w1 - xc_q/assign right = w1 - xc_q + 10'd1/
s/two \&\& room != 10'd1/two/
s/yo_q == rows1;/yo_q >= rows1 - 10'd1;/
s/pix_q == PixW'(Block - 1) ||/pix_q == PixW'(Block - 2) ||/
s/yc_d = yc_q - 10'd1;/yc_d = yc_q;/
s/if (mul_q\[0\]) ora_q/if (mul_q[1]) ora_q/
s/grouped ? 16'(depth_q) << 2/grouped ? 16'(depth_q) << 1/
s/fresh_q <= 1'b0;/fresh_q <= fresh_q;/
s/assign take = run_q .*/assign take = run_q \&\& !valid_q;/
s/tile_q\[0\];/1'b0;/
