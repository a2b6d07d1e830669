# bench: bonnet_stem
s/over < top_q;/over <= top_q;/
s/{1'b0, wcol_q} > c_q/{1'b0, wcol_q} >= c_q/
s/s1_rows_q\[k\] <= row >= 12'sd0 \&\&/s1_rows_q[k] <=/
s/s1_valid_q \&\& s1_inside_q/s1_valid_q/
s/row < \$signed({2'b00, cfg_i.in_h});/1'b1;/
s/(c_q\[0\] != cfg_i.pad\[0\])/c_q[0]/
s/s1_top_q + 3'(k)/3'(k)/
