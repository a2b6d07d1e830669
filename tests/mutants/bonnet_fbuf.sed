s/assign store_ready_o = .*/assign store_ready_o = !stem_valid_i;/
s/load_valid_i \&\& load_ready_o \&\& !load_req_i.we/load_valid_i \&\& !load_req_i.we/
s/if (mask\[b \* BankM + i\])/if (mask[b * BankM])/
s/if (re) b_q\[b\]/if (any) b_q[b]/
s/else if (store_valid_i) req = store_req_i;//
s/(a_below \&\& a_end) ? '0 :/1'b0 ? '0 :/
s/if (we \&\& !(b_below \&\& b_end))/if (we)/
s/assign b_at    = b_below ? b_next : b_row/assign b_at    = b_row/
s/2'd2:    fa_data_o = {a_q\[1\], a_q\[0\], a_q\[3\], a_q\[2\]}/2'd2:    fa_data_o = {a_q[3], a_q[2], a_q[1], a_q[0]}/
s/if (re)      b_off_q/b_off_q/
