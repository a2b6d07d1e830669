s/par_re     = par_want .*/par_re     = par_want;/
s/par_second = head \&\& second_q/par_second = second_q \&\& 1'b0/
s/wait_room  = .*/wait_room  = 1'b0 \&\& room;/
s/(win_last \&\& !win_tile_end) ? wfirst_q/win_last ? wfirst_q/
s/win_last \&\& win_tile_end};/win_tile_end};/
s/state_q <= bad ? Idle : is_fc ? Fc : Run;/state_q <= is_fc ? Fc : Run;/
