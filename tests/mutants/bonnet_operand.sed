# bench: bonnet_post
s/!(wait_q \&\& wait_slot_q == head_q)/1'b1/
s/assign room        = .*/assign room        = full_q == '0;/
s/phase_q ? seg_i.pass_word : seg_i.res_word/seg_i.res_word/
s/k4_i ? 2'd0 : word\[1:0\]/2'd0/
s/assign empty_o = .*/assign empty_o = !valid_o;/
s/phase_q <= !last_rd/phase_q <= 1'b0/
s/rd_ready_i \&\& last_rd/last_rd/
s/assign room        = .*/assign room        = 1'b1;/
