# bench: bonnet_afifo
s/{meta_q, d_i};/{d_i, d_i};/
s/{meta_q, d_i};/{sync_q, d_i};/
s/{sync_q, meta_q} <= '0;/{sync_q, meta_q} <= '1;/
