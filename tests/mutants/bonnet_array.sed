s/{t1 | t2, t1, t1 \& t2, t0}/{t1 | t2, t1, t1 | t2, t0}/
s/2'd2:    same = t1;/2'd2:    same = t2;/
s/(res_q \&\& !res_tile_q)/1'b0/
s/res_last_o  = res_end_q/res_last_o  = end_q/
s/{en_i, op_q, add_last}/{en_i, op_q, add_q}/
s/if (load_i) weight_q/if (en_i) weight_q/
s/if (!grouped_i)   {bus3/if (1'b0) {bus3/
s/\.mask_i    (mask_q)/.mask_i    (op_mask_q)/
