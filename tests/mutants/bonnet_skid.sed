s/assign ready_o = !full_q;/assign ready_o = advance;/
s/valid_q <= full_q || valid_i;/valid_q <= valid_i;/
s/if (full_q)       data_q <= spare_q;/if (1'b0) data_q <= spare_q;/
s/else if (valid_i \&\& !full_q) begin/else if (valid_i) begin/
s/      full_q  <= 1'b1;/      full_q  <= 1'b0;/
