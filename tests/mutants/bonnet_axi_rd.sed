s/- {1'b0, addr_q\[pick\]\[ByteW +: BurstW\]};/;/
s/m_rresp_i\[1\], m_rlast_i}/m_rresp_i[0], m_rlast_i}/
s/assign beat_ready    = flush_i || /assign beat_ready    = /
s/(beat_valid \&\& !flush_i) ?/(beat_valid) ?/
s/.data_i(pick),/.data_i(2'd1),/
s/assign idle_o        = req_q == '0 \&\& !ar_q \&\& !owed;/assign idle_o        = req_q == '0 \&\& !ar_q;/
s/Outstanding = 8,/Outstanding = 2,/
s/arlen_q  <= 8'(len) - 8'd1;/arlen_q  <= 8'(len);/
