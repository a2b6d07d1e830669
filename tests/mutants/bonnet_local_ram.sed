s/'0 : word_i\[0\] ? out\[63:32\] : out\[31:0\]/'0 : out[31:0]/
s/rerr_q ? '0 : out/out/
s/& {8{m_wr && !wbad_q}}/\& {8{m_wr}}/
s/assign s_wready_o  = wr_q \&\& !w_wr/assign s_wready_o  = wr_q/
s/assign rfree = !rvalid_q || s_rready_i/assign rfree = 1'b1/
