# bench: bonnet_stem
# proof: stem_pool
s/logic signed \[7:0\] a, input logic signed/logic [7:0] a, input logic/
s/(three \&\& last_x);/1'b0;/
s/(three \&\& last_y);/1'b0;/
s/b_keep_h_q <= y_q\[0\]/b_keep_h_q <= 1'b1/
s/x_q\[0\] ? h2_q : a2_q/h2_q/
s/x_q\[0\] ? h2_q : a2_q/x_q[0] ? h1_q : a2_q/
s/x_q\[0\] ? h2_q : a2_q/x_q[0] ? h2_q : a1_q/
s/three ? y_q != '0 :/three ? 1'b1 :/
s/(three \&\& x_q != '0)/three/
s/(!b_emit_q || !p_valid_q || p_ready_i)/1'b1/
s/run_q \&\& (!b_valid_q || b_go);/run_q;/
s/{x_q >> 1, upper_q}/{x_q >> 1, 1'b0}/
s/take \&\& upper_q/take/
