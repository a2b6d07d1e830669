s/- {1'b0, addr_q\[pick\]\[ByteW +: BurstW\]};/;/
s/m_rresp_i\[1\], m_rlast_i}/m_rresp_i[0], m_rlast_i}/
s/assign beat_ready    = flush_i || /assign beat_ready    = /
s/(beat_valid \&\& !flush_i) ?/(beat_valid) ?/
s/.data_i({base_q\[pick\], pick}),/.data_i({base_q[pick], PickW'(1)}),/
s/assign idle_o        = req_q == '0 \&\& !ar_q \&\& !owed;/assign idle_o        = req_q == '0 \&\& !ar_q;/
s/Outstanding = 8,/Outstanding = 2,/
s/arlen_q  <= 8'(len) - 8'd1;/arlen_q  <= 8'(len);/
s/.data_i({base_q\[pick\], pick}),/.data_i({base_q[0], pick}),/
s/sum_valid_o <= take;/sum_valid_o <= beat_valid;/
s/sum_data_o} <= {base, rdata_o}/sum_data_o} <= {base, m_rdata_i}/
s/{base_q\[1\], addr_q\[1\], beats_q\[1\]} <= load_req_i;/{addr_q[1], beats_q[1]} <= load_req_i[83:0]; base_q[1] <= 2'd0;/
