# bench: bonnet_head
s/a_i\[16\*l +: 16\] + d_i/a_i[16*l +: 16] - d_i/
s/{12{f_i\[4\*l + 3\]}}/{12{1'b0}}/
s/ + c_i\[32\*l +: 32\]/ - c_i[32*l +: 32]/
s/ab_q\[32\*l +: 32\] + efc_q/ab_q[32*l +: 32] - efc_q/
s/    if (en_i) begin/    if (1'b1) begin/
