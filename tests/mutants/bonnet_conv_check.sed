# bench: bonnet_conv
s/post > 3'd4/1'b0/
s/(!k3 \&\& (d2 || pad != 2'd0))/1'b0/
s/(d2 || pad != 2'd0)/d2/
s/(d2 || pad != 2'd0)/(pad != 2'd0)/
s/ || pad == 2'd3//
s/rows == '0 || //
s/|| tiles == '0 || depth/|| depth/
s/{1'b0, rows} > {1'b0, out_h}/{1'b0, rows} > {1'b0, out_h} + 11'd1/
s/desc_i\[bonnet_job_pkg::CONV_CHANNEL_LSB +: GroupW\] != '0/1'b0/
s/(coded != '0 \&\& /(coded[1:0] != '0 \&\& /
s/(coded\[1\] \&\& post == 3'd1)/1'b0/
s/slots\[6\*i +: 6\] >= rings/slots[6*i +: 6] > 6'd62 \&\& 6'd62 < rings/
s/d2 ? 6'd5 : 6'd3/6'd3/
s/ + 6'(pool)//
s/if (pad != 2'd2 \&\& in_h < 10'(span)) span = in_h\[5:0\];//
s/if (pad != 2'd2 \&\& in_h/if (in_h/
s/last_x  = .*/last_x  = pool ? {out_w, 1'b0} - 11'd1 : s2 ? {out_w, 1'b0} - 11'd2 : {1'b0, out_w} - 11'd1;/
s/last_y  = .*/last_y  = pool ? {out_h, 1'b0} - 11'd1 : s2 ? {out_h, 1'b0} - 11'd2 : {1'b0, out_h} - 11'd1;/
s/last_x  = .*/last_x  = pool ? {out_w, 1'b0} - 11'd3 : s2 ? {out_w, 1'b0} - 11'd2 : {1'b0, out_w} - 11'd1;/
s/last_x >= /last_x > /
s/last_y >= /last_y > /
s/|| clash || strip/|| clash/
s/: keep || more;/: keep;/
s/: keep || more;/: more;/
s/keep != (y0 != '0)/(keep \&\& y0 == '0)/
s/keep != (y0 != '0)/(!keep \&\& y0 != '0)/
s/more != ({1'b0, y0}/more < ({1'b0, y0}/
s/more != ({1'b0, y0}/more > ({1'b0, y0}/
s/((keep || more) \&\& tiles/(keep \&\& tiles/
s/((keep || more) \&\& tiles/(more \&\& tiles/
s/ || ((keep || more) \&\& tiles != 8'd1)//
