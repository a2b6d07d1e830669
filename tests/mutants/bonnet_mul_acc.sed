# bench: bonnet_mul_acc bonnet_fc
s/a    = alt_i ? d_i : a_i/a    = a_i/
s/(first_i ? '0 : sum_q\[32\*l +: SumW\]) + SumW/sum_q[32*l +: SumW] + SumW/
s/\$signed(a\[AW\*l +: AW\])/a[AW*l +: AW]/
s/\$signed(b_i\[BW\*l +: BW\]));$/b_i[BW*l +: BW]);/
s/next\[32\*l +: SumW\] = (first_i/next[32*l +: 32] = (first_i/
s/if (mul_en_i) begin/if (1'b1) begin/
s/if (en_i) begin : accumulate/if (1'b1) begin : accumulate/
