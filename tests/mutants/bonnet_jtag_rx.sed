# bench: bonnet_jtag
s/op >= Write \&\& op <= Clear/op <= Clear/
s/op >= Write \&\& op <= Clear/op >= Write/
s/ \&\& (op >= More || sh_q\[26:25\] == 2'b00)//
s/ \&\& count != '0;/;/
s/go       = moves \&\& !busy_i/go       = moves/
s/clear_go = clear \&\& !clr_busy_i/clear_go = clear \&\& !busy_i/
s/n_q\[4:0\] == 5'd31;/n_q[4:0] == 5'd30;/
s/free_i > FreeW'(2)/free_i > FreeW'(1)/
s/free_i > FreeW'(2)/free_i > FreeW'(4)/
s/else if (over)    state_q <= Deaf;//
s/left_q == 20'd1) state_q <= Deaf/left_q == 20'd0) state_q <= Deaf/
s/(go \&\& op == Write) ? Data : Deaf/Data/
s/word_q <= go || data_end/word_q <= data_end/
s/else if (end_i || (word_q \&\& !over \&\& left_q == '0)) due_q/else if (end_i) due_q/
s/else if (end_i || (word_q \&\& !over \&\& left_q == '0)) due_q/else if (word_q \&\& !over \&\& left_q == '0) due_q/
s/epoch_q ^ (clear_go || (go \&\& op == Read))/epoch_q ^ clear_go/
s/epoch_q ^ (clear_go || (go \&\& op == Read))/epoch_q ^ (go \&\& op == Read)/
s/err_q   <= clear ? '0 : err_q/err_q   <= err_q/
s/moves \&\& busy_i, over}/moves \&\& busy_i, 1'b0}/
s/ || (end_i \&\& due_q);/;/
s/epoch_q ^ (op != Write)/epoch_q/
s/data_o  = {Next, sh_q\[63:32\]}/data_o  = {Next, sh_q[62:31]}/
s/if (tdi_i) state_q <= Head/state_q <= Head/
