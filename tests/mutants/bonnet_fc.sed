s/byte_of(wb_data_i\[64\*l +: 64\], byte1_q)/byte_of(wb_data_i[64*l +: 64], 3'd0)/
s/.mul_en_i(en1_q)/.mul_en_i(walk)/
s/d_in + 16'(feat_q\[11:2\])/d_in + 16'(feat_q[11:3])/
s/if (sent) out_q <= out_q + 16'd1;/if (fb_valid_o) out_q <= out_q + 16'd1;/
s/drain_q == 2'd2) state_q/drain_q == 2'd1) state_q/
s/tile_q == 8'd1) ? Idle/tile_q == d_tiles) ? Idle/
s/{3\*BankM{1'b0}}, {BankM{1'b1}}/{4*BankM{1'b1}}/
s/.first_i(first2_q)/.first_i(1'b0)/
s/(state_q == Write) ? next_q : '0/next_q/
s|two\[63:32\] + bias|two[31:0] + bias|
s|pick ? next_q|load ? next_q|
s|two\[63:32\] + bias\[63:32\]|two[63:32]|
s/walk ? wrow_q\[WbRowW-1:0\] : bias_row_q/wrow_q[WbRowW-1:0]/
s/drain_q == 2'd0);/drain_q == 2'd1);/
s/if (en1_q) first2_q/if (en2_q) first2_q/
