# bench: bonnet_conv
s/post > 3'd4/1'b0/
s/(d2 \&\& !k3)/1'b0/
s/(grouped \&\& align != '0)/1'b0/
s/rows == '0 || //
s/|| tiles == '0 || depth/|| depth/
s/{1'b0, rows} > {1'b0, out_h}/{1'b0, rows} > {1'b0, out_h} + 11'd1/
