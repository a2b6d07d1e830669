s/- {1'b0, addr_q\[ByteW +: BurstW\]};/;/
s/|| wbeats_q == 20'd1;/;/
s/flush_i ? '0 : wstrb_i/wstrb_i/
s/!aw_q \&\& resp_owed_q == '0;$/!aw_q;/
s/m_bresp_i\[1\] \&\& !flush_i;/m_bresp_i[0] \&\& !flush_i;/
s/data_owed_q == '0 \&\& resp_owed_q == '0;/data_owed_q == '0;/
s/Outstanding = 8,/Outstanding = 1,/
s/\&\& (flush_i || wdata_valid_i);/\&\& wdata_valid_i;/
s/base_q   <= wr_base_i;/base_q   <= 2'd2;/
s/sum_data_o} <= {base_q, kept}/sum_data_o} <= {wr_base_i, kept}/
s/sum_data_o} <= {base_q, kept}/sum_data_o} <= {base_q, m_wdata_o}/
s/sum_valid_o <= beat_o;/sum_valid_o <= m_wvalid_o;/
