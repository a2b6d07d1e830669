s/assign gnt_o = able \& (~able + 1'b1);/assign gnt_o = able;/
s/\& ~some_q) == '0;/\& some_q) != '0;/
s/- (CntW+1)'(taken\[s\])//
s/3'(valid\[u\] \&\& sets/3'(sets/
s/overflow_d = 1'b1;/overflow_d = 1'b0;/
s/(1 << CntW) - 1)/1 << (CntW - 1))/
