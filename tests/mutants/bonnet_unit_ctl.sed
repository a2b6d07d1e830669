# bench: bonnet_seq
s/assign pop_o = count_q != '0 \&\& !head_q;/assign pop_o = count_q != '0 \&\& !head_q \&\& !run_q;/
s/head_q <= pop_o || (head_q \&\& !gnt_i);/head_q <= pop_o || head_q;/
s/head_q \&\& !run_q \&\& (!rec_q || rec_ready_i);/head_q \&\& !run_q;/
s/head_q \&\& !run_q \&\& (!rec_q || rec_ready_i);/head_q \&\& !run_q \&\& !rec_q;/
s/JOB_POST0_LSB +: 12\]);/JOB_POST0_LSB +: 8]);/
s/assign skipped = gnt_i \&\& head.skip;/assign skipped = 1'b0;/
s/give_q  <= over || skipped;/give_q  <= over;/
s/assign idle_o       = count_q == '0 \&\& !head_q \&\& !run_q \&\& !rec_q;/assign idle_o       = count_q == '0 \&\& !head_q;/
s/assign err_o        = run_q \&\& bad_i;/assign err_o        = 1'b0;/
s/oldest_q <= head_q \&\& !run_q \&\& !gnt_i;/oldest_q <= head_q \&\& !gnt_i;/
s/in_q    <= cycle_i - first;/in_q    <= '0;/
s/if (head_q \&\& !run_q \&\& !oldest_q) first_q/if (head_q) first_q/
s/{beats_d << /{beats_q << /
s/out_d, in_d, cycle_i - taken_q/out_d, in_q, cycle_i - taken_q/
s/rec_index_q <= head.index;/rec_index_q <= index_q;/
s/if (!head.skip) cmd_q <= head;/cmd_q <= push_cmd_i;/
