s/((33'd1 << s) >> 1)/((33'd1 << s) >> 2)/
s/? 16'h8000/? 16'h8001/
s/x > 33'sd32767) ? 16'h7FFF/x > 33'sd32767) ? 16'h7FFE/
s/ - {3'b0, dot_i}/ + {3'b0, dot_i}/
s/k4_i ? 16'd4 : 16'd1/k4_i ? 16'd2 : 16'd1/
s/v3_q\[16\*i + 15\] ? /v3_q[16*i + 14] ? /
s/5'd8))/5'd7))/
s/edge4_q\[1\] ? 32'd0/edge4_q[1] \&\& !edge4_q[0] ? 32'd0/
s/run_q\[5\] \&\& last5_q;/run_q[5];/
s/!wr_valid_o || wr_ready_i/!wr_valid_o/
s/!seg_i.groups\[group_next\]/seg_i.groups[group_next]/
s/+ 3'(res_i\[128/+ 3'(res_i[64/
s/+ FbWordW'(chan\[5:2\])/- FbWordW'(chan[5:2])/
s/{Macs\*FeatW{1'b1}}/{Macs*FeatW+1{1'b1}}/
s/run_q\[4:1\], step}/run_q[4:1], step \&\& beat_q != 3'd7}/
s/done_i(pix_ready_o && pix_last_i)/done_i(pix_ready_o)/
s/slopes(prow_data_i)/slopes(~prow_data_i)/
s/+ beat_row_i\[64\*i + 32/- beat_row_i[64*i + 32/
s/run_q == '0 \&\& !wr_valid_q/run_q == '0/
s/ \&\& !keep_i//
s/ \&\& !more_i//
s/first_pix \&\& !keep_i/first_pix \&\& !more_i/
