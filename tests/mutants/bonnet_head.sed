s/ - {3'b0, dot_i}/ + {3'b0, dot_i}/
s/k4_i ? 4'd4 : 4'd1/k4_i ? 4'd2 : 4'd1/
s/!v\[15\] ? v/!v[14] ? v/
s/slope_v\[32\*i + 8 +: 24\]/slope_v[32*i + 7 +: 24]/
s/edge4_q\[1\] ? 32'd0/edge4_q[1] \&\& !edge4_q[0] ? 32'd0/
s/run_q\[5\] \&\& last5_q;/run_q[5];/
s/!wr_valid_o || wr_ready_i/!wr_valid_o/
s/!seg_i.groups\[group_next\]/seg_i.groups[group_next]/
s/+ 3'(ones\[2\*Macs + i\])/+ 3'(ones[Macs + i])/
s/+ FbWordW'(chan\[5:2\])/- FbWordW'(chan[5:2])/
s/{Macs\*FeatW{1'b1}}/{Macs*FeatW+1{1'b1}}/
s/run_q\[4:1\], step}/run_q[4:1], step \&\& beat_q != 3'd7}/
s/(sv\[22:15\] != {8{sv\[23\]}})/(sv[22:16] != {7{sv[23]}})/
s/.Add(32'd128)/.Add(32'd127)/
s/= beat_row_i\[64\*i + 32/= ~beat_row_i[64*i + 32/
s/run_q == '0 \&\& !wr_valid_q/run_q == '0/
s/ \&\& !keep_i//
s/ \&\& !more_i//
s/first_pix \&\& !keep_i/first_pix \&\& !more_i/
