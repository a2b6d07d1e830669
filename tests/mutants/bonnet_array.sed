s/bus2 = grouped_i ? act_i\[191:128\]/bus2 = grouped_i ? act_i[127:64]/
s/2'd2:    same = act_i\[191:128\]/2'd2:    same = act_i[63:0]/
s/(res_q \&\& !res_tile_q)/1'b0/
s/res_last_o  = res_end_q/res_last_o  = end_q/
s/{en_i, add_q \&\& last_q}/{en_i, add_q}/
