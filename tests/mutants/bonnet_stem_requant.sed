# bench: bonnet_stem
# proof: stem_requant
s/8'(r\[0\])/8'd0/
s/y >>> {/y >> {/
s/ || r == 9'd255//
s/z\[23:16\] == {8{z\[24\]}}/1'b1/
s/z\[15:8\] == {8{z\[24\]}}/1'b1/
s/z\[15:8\] == {8{z\[24\]}}/z[15:9] == {7{z[24]}}/
s/fits    = sh\[4\] || /fits    = /
s/{z\[24\], {7{!z\[24\]}}}/{!z[24], {7{z[24]}}}/
s/(sum_valid_i || upper_q) \&\& (!valid_q || a_ready_i)/(sum_valid_i || upper_q)/
s/!upper_q \&\& (!valid_q || a_ready_i)/!valid_q || a_ready_i/
s/(upper_q != go) ?/upper_q ?/
s/upper_q ? \$signed/1'b0 ? $signed/
s/sum_data_i\[32\*(HalfL + l)/sum_data_i[32*l/
