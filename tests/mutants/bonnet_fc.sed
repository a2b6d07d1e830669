s/byte_of(wb_data_i\[64\*l +: 64\], byte1_q)/byte_of(wb_data_i[64*l +: 64], 3'd0)/
s/{{8{prod\[l\]\[23\]}}, prod\[l\]}/{8'd0, prod[l]}/
s/d_in + 16'(feat_q\[11:2\])/d_in + 16'(feat_q[11:3])/
s/if (sent) out_q <= out_q + 16'd1;/if (fb_valid_o) out_q <= out_q + 16'd1;/
s/drain_q == 2'd2) state_q/drain_q == 2'd1) state_q/
s/tile_q == 8'd1) ? Idle/tile_q == d_tiles) ? Idle/
s/{3\*BankM{1'b0}}, {BankM{1'b1}}/{4*BankM{1'b1}}/
s/acc\[l\] = '0;/acc[l] = acc[l];/
s/(state_q == Write) ? next_q : '0/next_q/
s|accs\[{next_q, 6'd32} +: 32\] +|accs[{next_q, 6'd0} +: 32] +|
s|pick ? next_q|load ? next_q|
s|+ biases\[{next_q, 6'd32} +: 32\]||
s/walk ? wrow_q\[WbRowW-1:0\] : bias_row_q/wrow_q[WbRowW-1:0]/
s/drain_q == 2'd0);/drain_q == 2'd1);/
