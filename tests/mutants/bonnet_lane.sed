# bench: bonnet_array
s/(first_i ? '0 : sum_q\[pix_i\])/sum_q[pix_i]/
s/sum_q\[pix_i\] = sum;/sum_q[0] = sum;/
s/SumW'(count)/SumW'(count[5:0])/
s/if (last_i) sum_o/if (first_i) sum_o/
s/SumW'(32)/SumW'(0)/
