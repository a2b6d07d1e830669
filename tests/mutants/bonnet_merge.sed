s/combine = ~(a ^ r)/combine = a ^ r/
s/combine = a | r;/combine = a;/
s/spread(a\[63:32\] | r\[63:32\])/spread(a[63:32])/
s/(spread(t\[31:0\]) << 1)/spread(t[31:0])/
s/place\[Places\/2 + p\/2\]/place[p\/2]/
s/(half_q || !lo)/(half_q || lo)/
s/|| half || !hi/|| half || hi/
s/\&\& seg_i.last_seg;/\&\& !seg_i.last_seg;/
s/half ? (k4_i ? 16'd4 : 16'd1)/half ? (k4_i ? 16'd4 : 16'd2)/
s/(!wr_valid_q || wr_ready_i)/!wr_valid_q/
s/step || (wr_valid_q \&\& !wr_ready_i)/step/
s/bank == 2'(b)/bank != 2'(b)/
s/k4_i ? j : 0) +: Lanes/k4_i ? 3 - j : 0) +: Lanes/
