s/wb_data_i\[64\*l + 8\*byte1_q +: 8\]) \*/wb_data_i[64*l +: 8]) */
s/{{8{prod\[l\]\[23\]}}, prod\[l\]}/{8'd0, prod[l]}/
s/d_in + 16'(feat_q\[11:2\])/d_in + 16'(feat_q[11:3])/
s/if (sent) out_q <= out_q + 16'd1;/if (fb_valid_o) out_q <= out_q + 16'd1;/
s/drain_q == 2'd2) state_q/drain_q == 2'd1) state_q/
s/tile_q == 8'd1) ? Idle/tile_q == d_tiles) ? Idle/
s/{3\*BankM{1'b0}}, {BankM{1'b1}}/{4*BankM{1'b1}}/
