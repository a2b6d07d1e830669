# bench: bonnet_stem
s/{s, 7'd0}/{s[10:0], 8'd0}/
s/19'h40000 - /19'h40000 + /
s/19'h40000 - {s/19'h3ff80 - {s/
s/(!sum_valid_q || sum_ready_i);/1'b1;/
s/(!s1_valid_q || go)/!s1_valid_q/
s/ready_i \&\& (!s1/(!s1/
s/taprow_i + (tap_first_i ? '0 : row_q)/taprow_i + row_q/
s/logic signed \[11:0\] s;/logic signed [10:0] s;/
s/tap_q      <= tap_data_i/tap_q      <= {tap_data_i[8:0], tap_data_i[71:9]}/
