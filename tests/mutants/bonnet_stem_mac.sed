# bench: bonnet_stem
s/ \^ {8{8'h80}}//
s/s <<< 7/s <<< 6/
s/(s1_first_q ? 32'd0 : sum_q/(1'b0 ? 32'd0 : sum_q/
s/(!sum_valid_q || sum_ready_i);/1'b1;/
s/(!s1_valid_q || go)/!s1_valid_q/
s/ready_i \&\& (!s1/(!s1/
s/taprow_i + (tap_first_i ? '0 : row_q)/taprow_i + row_q/
