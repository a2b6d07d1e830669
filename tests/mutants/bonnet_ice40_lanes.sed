# bench: bonnet_ice40
s/sum_q >= threshold/sum_q > threshold/
s/(first_i ? '0 : sum_q)/sum_q/
s/threshold = row\[32 +: SumW\]/threshold = row[16 +: SumW]/
s/assign and_o\[l\]  = row\[15\]/assign and_o[l]  = 1'b0/
