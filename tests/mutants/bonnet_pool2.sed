s/acc_q \& bits_i) |/acc_q | bits_i) |/
s/(acc_q | bits_i)/(acc_q ^ bits_i)/
s/if (pos_q == 2'd0) acc_q/if (pos_q == 2'd1) acc_q/
s/(!full_q || ready_i) : ready_i/!full_q : ready_i/
s/(take \&\& pos_q == 2'd3)/(take \&\& pos_q == 2'd2)/
s/ || (full_q \&\& !ready_i)//
s/last_q <= last_i/last_q <= last_q/
s/pool2_i ? acc_q : bits_i/acc_q/
