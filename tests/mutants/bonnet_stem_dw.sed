# bench: bonnet_stem
# proof: stem_dw
s/< 10'd3;/< 10'd4;/
s/(left || right) ? x_q/left ? x_q/
s/(left || right || up || down)/(left || right || up)/
s/y_q == last_y) ? y_q/1'b0) ? y_q/
s/cfg_i.dw_const \&\& //
s/(t < 8) ? 3'd1 : 3'd2/3'd1/
s/\.first_i(s1_first_q)/.first_i(1'b0)/
s/\.alt_i(s1_const_q)/.alt_i(1'b0)/
s/cfg_i.dw ? weight_q\[s1_tap_q\]/1'b1 ? weight_q[s1_tap_q]/
s/4'(ky_q) \* 4'd3/4'(kx_q) * 4'd3/
s/wcol_q > need_x/wcol_q >= need_x/
s/we_i(write && wupper_q == 1.(h))/we_i(write)/
s/write && wupper_q)/write)/
