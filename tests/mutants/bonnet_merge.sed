s/~(a ^ r)/(a ^ r)/
s/? a : a | r;/? a : a;/
s/spread(b\[63:32\])/spread(b[31:0])/
s/(spread(t\[31:0\]) << 1)/spread(t[31:0])/
s/place\[Places\/2 + p\/2\]/place[p\/2]/
s/(half_q || !lo)/(half_q || lo)/
s/|| half || !hi/|| half || hi/
s/\&\& seg_i.last_seg;/\&\& !seg_i.last_seg;/
s/half ? (!k4_i ? 16'd1 :/half ? (!k4_i ? 16'd2 :/
s/out_t_i ? 16'd3 : 16'd4/out_t_i ? 16'd4 : 16'd4/
s/(!wr_valid_q || wr_ready_i)/!wr_valid_q/
s/step || (wr_valid_q \&\& !wr_ready_i)/step/
s/placed(bits\[Lanes\*j +: Lanes\]/placed(bits[Lanes*(3-j) +: Lanes]/
s/(k4_i \&\& !out_t_i) ? ours/k4_i ? ours/
s/{(k4_i \&\& !out_t_i) ? ours : '0, k4_i ? ours : '0/{(k4_i \&\& !out_t_i) ? ours : '0, ours/
s/wdata_q <= coded(out_t_i,/wdata_q <= coded(1'b0,/
s/(~s\[191:128\] & s\[255:192\])/s[255:192]/
s/assign ours = .*/assign ours = place;/
s/lanes\[3\*Group +: Group\] : lanes\[2\*Group/lanes[2*Group +: Group] : lanes[3*Group/
