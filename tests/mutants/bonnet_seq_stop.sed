# bench: bonnet_seq
s/limit_i != '0 \&\& quiet_q == limit_i/1'b0/
s/limit_i != '0 \&\& quiet_q == limit_i/quiet_q == limit_i/
s/else if (overflow_i)  /else if (1'b0)  /
s/unit_index_i\[IndexW\*2 +: IndexW\], 4'd3, BAD/unit_index_i[IndexW*1 +: IndexW], 4'd3, BAD/
s/{walk_index_i, 4'd0, BUS_ERROR}/{IndexW'(0), 4'd0, BUS_ERROR}/
s/(!running_q || alive_i) ? '0/(!running_q) ? '0/
