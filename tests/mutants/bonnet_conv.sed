s/\&\& have_q != 2'd2 \&\& /\&\& /
s/ \&\& !pend\[par_tile_q\] / /
s/!post_busy\[par_tile_q\]/1'b1/
s/ \&\& !(fire \&\& win_new);/;/
s/(!room || have_q == 2'd0)/(1'b0 \&\& room || have_q == 2'd0)/
s/(!room || have_q == 2'd0)/(!room)/
s/head ? 16'd3 : 16'd2/16'd2/
s/16'(rows_q) + 16'd1 :/16'(rows_q) :/
s/win_last ? wfirst_q : wrow_q/wrow_q/
s/win_last \&\& win_tile_end};/win_tile_end};/
s/<= {win_slice, win_mask, /<= {win_slice, 1'b0, /
s/state_q <= bad ? Idle : is_fc ? Fc : Run;/state_q <= is_fc ? Fc : Run;/
s/\&\& pend == 2'b00 \&\& post_idle/\&\& post_idle/
s/!win_busy \&\& pend/pend/
