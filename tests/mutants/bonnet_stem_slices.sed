# bench: bonnet_stem
s/prm_data_i\[64\*l + 32 +: 20\]/prm_data_i[64*l +: 20]/
s/>= \$signed(t3_q/> $signed(t3_q/
s/>= \$signed(t0_q/> $signed(t0_q/
s/wrap ? base_q : row_q + out_row_q/wrap ? base_q : word_q + out_row_q/
s/ring_q \&\& slot_q/slot_q/
s/slot_q <= wrap ? '0/slot_q <= 1'b0 ? '0/
s/wrap ? base_q : row_q/wrap ? row_q : row_q/
s/slot_q              <= strip_i.slot/slot_q              <= '0/
s/(~s2 \& s3)/s3/
s/(s2 \& s1)/s1/
s/cfg_i.k4 \&\& !cfg_i.out_t ? part/cfg_i.k4 ? part/
s/{2{cfg_i.k4 ? part : Parts'(0)}}/{2{part}}/
s/left_q == 10'd1) run_q/left_q == 10'd0) run_q/
s/row_q  <= next_row;//
s/(!fb_valid_q || fb_ready_i);/1'b1;/
s/ << (cfg_i.chan \/ 6'(bonnet_pkg::Group))//
