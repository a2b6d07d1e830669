# bench: bonnet_stem
s/ \^ {8{8'h80}}//
s/s <<< 7/s <<< 6/
s/(s1_first_q ? AccW'(0) : sum_q\[2\*AccW\*p +: AccW\])/sum_q[2*AccW*p +: AccW]/
s/s1_first_q ? AccW'(0) : sum_q\[2\*AccW\*p + AccW +: AccW\]/sum_q[2*AccW*p + AccW +: AccW]/
s/(!sum_valid_q || sum_ready_i);/1'b1;/
s/(!s1_valid_q || go)/!s1_valid_q/
s/ready_i \&\& (!s1/(!s1/
s/taprow_i + (tap_first_i ? '0 : row_q)/taprow_i + row_q/
s/ + AccW'(s\[18\])//
s/ + AccW'(t\[18\])//
s/11'd0/11'd1/g
s/\$signed(s\[18:0\])/s[18:0]/
s/\$signed(t\[37:19\])/t[37:19]/
s/9\*i + 36 +: 9/9*i + 27 +: 9/
s/u\[8\*i + 32 +: 8\]/u[8*i +: 8]/
s/{odd, even}/{even, odd}/
s/ - bias_q);/);/
s/int unsigned AccW = 24/int unsigned AccW = 23/
