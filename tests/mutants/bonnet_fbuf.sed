s/assign store_ready_o = .*/assign store_ready_o = !stem_valid_i;/
s/load_valid_i \&\& load_ready_o \&\& !load_req_i.we/load_valid_i \&\& !load_req_i.we/
s/if (mask\[b \* BankM + i\])/if (mask[b * BankM])/
s/if (any) {b_none_q/if (we) {b_none_q/
s/store_first ? store_req_i.word : //
s/a_none_q ? '0 : a_q/a_q/
s/if (we \&\& !(b_below \&\& b_end))/if (we)/
s/assign b_at    = b_below ? b_next : b_row/assign b_at    = b_row/
s/.n_i(a_off_q)/.n_i(b_off_q)/
s/stem_valid_i ? stem_req_i.wdata : load/load/
