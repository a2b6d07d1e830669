# bench: bonnet_post
s/!(wait_q \&\& wait_slot_q == head_q)/1'b1/
s/assign room        = .*/assign room        = count_q < 2;/
s/phase_q ? seg_i.pass_word : seg_i.res_word/seg_i.res_word/
s/answer = decode(.*/answer = rdata_i;/
s/wait_pass_q ? pass_t_i : res_t_i/res_t_i/
s/w\[127:64\] & w\[191:128\]/w[127:64] | w[191:128]/
s/{w\[127:64\] | w\[191:128\]/{w[191:128]/
s/if (take != leave)/if (take)/
s/assign empty_o = .*/assign empty_o = !valid_o;/
s/phase_q <= !last_rd/phase_q <= 1'b0/
s/rd_ready_i \&\& last_rd/last_rd/
s/assign room        = .*/assign room        = 1'b1;/
