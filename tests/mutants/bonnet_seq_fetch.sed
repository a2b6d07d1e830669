# bench: bonnet_seq
s/if (wrap \&\& walks_q\[pick\] == 16'd1)/if (wrap \&\& walks_q[pick] <= 16'd2)/
s/more_q <= some_i;/more_q <= '1;/
s/assign wrap = left < IndexW'(room_q\[pick\]);/assign wrap = left <= IndexW'(room_q[pick]);/
s/room_q\[u\] + PlaceW'(pop_i\[u\]) - /room_q[u] + 1'b1 - /
s/for (int i = Units - 1; i >= 1; i--) if (able/for (int i = Units - 1; i >= 2; i--) if (able/
s/(!req_q || rd_ready_i) \&\& order_ready/(!req_q || rd_ready_i)/
s/req_q <= start_i || ask || (req_q \&\& !rd_ready_i);/req_q <= start_i || ask;/
s/wait_index_o = (!owed || owed_header) ? '0 : index;/wait_index_o = index;/
s/(index == end_i\[IndexW\*owed_unit +: IndexW\]) ? first_i/1'b0 ? first_i/
s/got_q <= whole ? '0 : got_q + 1'b1;/got_q <= got_q + 1'b1;/
s/= {2'd0, addr_q,/= {2'd1, addr_q,/
