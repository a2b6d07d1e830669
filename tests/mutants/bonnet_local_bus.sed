s/{2{mem_err_i}}/{1'b0, mem_err_i}/
s/resp_q  <= Okay;//
s/assign s_arready_o = state_q == Idle \&\& !s_awvalid_i/assign s_arready_o = state_q == Idle/
s/{addr_q\[15:2\], 2'b00}/{addr_q[15:3], 3'b000}/
s/mem_rdata_i : regs ? m_rdata_i : '0/mem_rdata_i : m_rdata_i/
