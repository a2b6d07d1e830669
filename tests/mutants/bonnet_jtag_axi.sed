# bench: bonnet_jtag
s/ - {1'b0, addr_q\[2 +: BurstW\]};/;/
s/room    = (BurstW+1)'(MaxBurst)/room    = (BurstW+1)'(MaxBurst \/ 2)/
s/burst   = write_q ? n_q : len/burst   = len/
s/(n_q == '0) ? Ack : Send/Send/
s/if (m_bvalid_i) state_q <= (ended_q || left_q/if (m_bvalid_i) state_q <= (left_q/
s/Resp: if (m_bvalid_i)/Resp: if (1'b1)/
s/Room: if (first) state_q <= Ack;/Room: if (1'b0) state_q <= Ack;/
s/else if (free_i >= FreeW'(len)) state_q/else state_q/
s/(left_q == 20'(len)) ? Ack : Room/Ack/
s/      ack_q     <= ack_q ^ (state_q == Ack);/      ack_q     <= ack_q ^ (state_q == Head \&\& pop);/
s/clr_ack_q <= clr_ack_q ^ (state_q == ClrAck)/clr_ack_q <= clr_ack_q/
s/first \&\& data_i\[2:0\] == Clear) err_q <= 1'b0/1'b0) err_q <= 1'b0/
s/(done_w \&\& m_bresp_i\[1\])/(done_w \&\& m_bresp_i[0])/
s/m_rvalid_i \&\& m_rresp_i\[1\])) err_q/m_rvalid_i \&\& m_rresp_i[0])) err_q/
s/if (m_wready_i \&\& m_wlast_o)   w_q  <= 1'b0/if (m_wready_i)   w_q  <= 1'b0/
s/epoch_q     <= data_i\[3\]/epoch_q     <= !data_i[3]/
s/addr_q\[AddrW-1:8\] <= (AddrW-8)'(data_i\[31:0\])/addr_q[AddrW-1:8] <= (AddrW-8)'(data_i[30:0])/
s/addr_q + (AddrW-2)'(burst)/addr_q + (AddrW-2)'(MaxBurst)/
s/sent_q <= sent_q + 1'b1/sent_q <= sent_q + 2'd2/
s/      sent_q <= '0;//
s/ended_q     <= 1'b0;/ended_q     <= ended_q;/
