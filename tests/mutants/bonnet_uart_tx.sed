s/ || (left_q == 4'd1 \&\& count_q == '0);/;/
s/left_q  <= 4'd10;/left_q  <= 4'd9;/
s/count_q <= CountW'(ClocksPerBit - 1);/count_q <= CountW'(ClocksPerBit - 2);/
s/shift_q <= {1'b1, shift_q\[8:1\]};/shift_q <= {1'b0, shift_q[8:1]};/
s/shift_q <= {data_i, 1'b0};/shift_q <= {data_i[0], data_i[7:1], 1'b0};/
s/if (valid_i \&\& ready_o) begin/if (valid_i) begin/
s/assign ready_o = left_q == 4'd0 ||/assign ready_o = left_q <= 4'd1 ||/
