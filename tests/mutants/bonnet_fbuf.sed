s/assign store_ready_o = .*/assign store_ready_o = !stem_valid_i;/
s/load_valid_i \&\& load_ready_o \&\& !load_req_i.we/load_valid_i \&\& !load_req_i.we/
s/if (req.mask\[b \* BankM + i\])/if (req.mask[b * BankM])/
s/if (re) b_q/if (any) b_q/
s/else if (store_valid_i) req = store_req_i;//
