s/combine = ~(a ^ r)/combine = a ^ r/
s/combine = a | r;/combine = a;/
s/spread(a\[63:32\] | r\[63:32\])/spread(a[63:32])/
s/(spread(t\[31:0\]) << 1)/spread(t[31:0])/
s/place\[Places\/2 + p\/2\]/place[p\/2]/
s/(half_q || !lo)/(half_q || lo)/
s/|| half || !hi/|| half || hi/
s/\&\& seg_i.last_seg;/\&\& !seg_i.last_seg;/
s/half ? (!k4_i ? 16'd1 :/half ? (!k4_i ? 16'd2 :/
s/out_t_i ? 16'd3 : 16'd4/out_t_i ? 16'd4 : 16'd4/
s/(!wr_valid_q || wr_ready_i)/!wr_valid_q/
s/step || (wr_valid_q \&\& !wr_ready_i)/step/
s/pix_bits_i\[Lanes\*j +: Lanes\]/pix_bits_i[Lanes*(3-j) +: Lanes]/
s/(k4_i \&\& !out_t_i) ? ours/k4_i ? ours/
s/{(k4_i \&\& !out_t_i) ? ours : '0, k4_i ? ours : '0/{(k4_i \&\& !out_t_i) ? ours : '0, ours/
s/wdata_q <= out_t_i/wdata_q <= 1'b0/
s/(~slices\[191:128\] & slices\[255:192\])/slices[255:192]/
s/assign ours = .*/assign ours = place;/
