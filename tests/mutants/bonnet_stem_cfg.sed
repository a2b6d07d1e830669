# bench: bonnet_stem
s/5'd19;/5'd18;/
s/+ BusBytes - 1;/;/
s/'0 || word >= bonnet_pkg::FeatureWords;/'0;/
s/|| last_word >= bonnet_pkg::FeatureWords//
s/cfg_q.conv_w >> 1, cfg_q.conv_h >> 1/half_up(cfg_q.conv_w), cfg_q.conv_h >> 1/
s/|| 32'(cfg_q.out_w) > bonnet_pkg::StemMapW//
s/(cfg_q.k4 ? 32'd3 : 32'd0)/32'd0/
s/(cfg_q.k4 \&\& {/(\&{/
