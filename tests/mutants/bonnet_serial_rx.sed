# bench: bonnet_serial
s/aligned && count != '0;/count != '0;/
s/assign skips   = op == Write && !aligned/assign skips   = 1'b0 \&\& !aligned/
s/valid_i && data_i != '0) state_q <= Head/valid_i) state_q <= Head/
s/if (over || gap) state_q <= Stop/if (over) state_q <= Stop/
s/(left_q != '0 && !cut_q) ? Skip : Hunt/(left_q != '0) ? Skip : Hunt/
s/(left_q != '0 && !cut_q) ? Skip : Hunt/Hunt/
s/known   = op >= Write && op <= Clear/known   = op <= Clear/
s/known   = op >= Write && op <= Clear/known   = op >= Write/
s/over_err_q | over;/over_err_q;/
s/op_err_q | gap |/op_err_q |/
s/{op_err_q, over_err_q} <= 2'b00;/op_err_q <= 1'b0;/
s/gap_q == '1/gap_q == '0/
