# bench: bonnet_jtag
s/taken   = shift_i \&\& word_q/taken   = word_q/
s/ready_o = taken || stale_o/ready_o = taken/
s/\&\& !stale_o) begin/) begin/
s/{data_i\[31:0\], 1'b1}/{data_i[31:0], 1'b0}/
s/left_q <= 6'(33 + Bypass);/left_q <= 6'd33;/
s/left_q <= 6'd32;/left_q <= 6'd31;/
s/if (ready_o) word_q <= 1'b0;//
s/      left_q <= 6'd32;\r*/      left_q <= 6'd33;/
s/left_q == '0 \&\& valid_i/valid_i/
s/data_i\[32\] != epoch_i/1'b0/
