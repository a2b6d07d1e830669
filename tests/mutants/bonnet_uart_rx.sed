s/CountW'(ClocksPerBit \/ 2 - 1)/CountW'(ClocksPerBit - 1)/
s/count_q <= CountW'(ClocksPerBit - 1);/count_q <= CountW'(ClocksPerBit - 2);/
s/if (bit_q == 4'd0 \&\& high) busy_q <= 1'b0;//
s/armed_q <= high;/armed_q <= 1'b1;/
s/error_o <= !high;/error_o <= 1'b0;/
s/valid_o <= high;/valid_o <= 1'b1;/
s/{high, data_o\[7:1\]}/{data_o[6:0], high}/
s/busy_q  <= armed_q \&\& !high;/busy_q  <= !high;/
s/bit_q != 4'd0 \&\& bit_q != 4'd9) data_o/bit_q != 4'd0) data_o/
