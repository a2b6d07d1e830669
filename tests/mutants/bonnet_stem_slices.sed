# bench: bonnet_stem
# proof: stem_slices
s/prm_data_i\[64\*l + 32 +: 20\]/prm_data_i[64*l +: 20]/
s/reaches = over/reaches = !over/
s/- {1'b0, !t\[19\]/- {1'b0, t[19]/
s/second_q ? t1_q : t0_q/t0_q/
s/second_q ? t3_q : t2_q/t2_q/
s/wrap ? base_q : row_q + out_row_q/wrap ? base_q : word_q + out_row_q/
s/ring_q \&\& slot_q/slot_q/
s/slot_q <= wrap ? '0/slot_q <= 1'b0 ? '0/
s/wrap ? base_q : row_q/wrap ? row_q : row_q/
s/slot_q              <= strip_i.slot/slot_q              <= '0/
s/~w1_q \& s23/s23/
s/w1_q \& s01/s01/
s/second_q != cfg_i.out_t/1'b1/
s/(!second_q || cfg_i.out_t) w2/(1'b1) w2/
s/if (!second_q) w0_q/w0_q/
s/cfg_i.k4 \&\& !cfg_i.out_t ? part/cfg_i.k4 ? part/
s/{2{cfg_i.k4 ? part : Parts'(0)}}/{2{part}}/
s/left_q == 10'd1;/left_q == 10'd0;/
s/row_q  <= next_row;//
s/held_q \&\& (!fb_valid_q || fb_ready_i)/held_q/
s/(second_q || !cfg_i.k4)/1'b1/
s/(take \&\& !last)/take/
s/(take \&\& !last)/step/
s/second_q <= cfg_i.k4 \&\& !second_q/second_q <= !second_q/
s/ << (cfg_i.chan \/ 6'(bonnet_pkg::Group))//
