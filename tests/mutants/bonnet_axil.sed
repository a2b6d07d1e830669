s/if (s_awvalid_i \&\& !aw_q) awaddr_q/if (s_awvalid_i) awaddr_q/
s/if (s_wvalid_i \&\& !w_q) begin/if (s_wvalid_i) begin/
s/we_o        = aw_q \&\& w_q \&\& !b_q/we_o        = aw_q \&\& w_q \&\& (!b_q || s_bready_i)/
s/if (wait_q) rdata_q/if (ask_q) rdata_q/
