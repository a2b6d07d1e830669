# bench: bonnet_stem
s/5'd19;/5'd18;/
s/+ BusBytes - 1;/;/
s/|| base >= bonnet_pkg::FeatureWords || last_word >= bonnet_pkg::FeatureWords//
s/cfg_q.conv_w >> 1, cfg_q.conv_h >> 1/half_up(cfg_q.conv_w), cfg_q.conv_h >> 1/
s/|| 32'(cfg_q.out_w) > bonnet_pkg::StemMapW//
s/(!cfg_q.k4 ? 32'd0 : cfg_q.out_t ? 32'd2 : 32'd3)/32'd0/
s/cfg_q.out_t ? 32'd2 : 32'd3/32'd2/
s/cfg_q.out_t ? 32'd2 : 32'd3/32'd3/
s/cont_q != held_q ||/cont_q \&\& !held_q ||/
s/cont_q != held_q ||/!cont_q \&\& held_q ||/
s/ || rows > left//
s/slot_q >= ring_q/slot_q > ring_q/
s/(cfg_q.out_t \&\& !cfg_q.k4)/1'b0/
s/start_i \&\& !held_q/start_i/
s/strip_o.last ? '0 : y_q + rows/y_q + rows/
s/held_q <= !strip_o.last/held_q <= 1'b0/
s/32'(slot_q) : 32'(y_q)/32'(slot_q) : 32'd0/
s/32'(ring_q) - 32'd1 :/32'(ring_q) - 32'd2 :/
s/: 32'(y_q) + 32'(rows)/: 32'(rows)/
s/(rows_q == '0)/1'b0/
s/ ? 8'd3 : 8'd4)/ ? 8'd4 : 8'd4)/
s/cfg_q.base      <= cmd_i.desc/cfg_q.base      <= ~cmd_i.desc/
