# bench: bonnet_array
s/(first_i ? '0 : sum_q\[pix_i\])/sum_q[pix_i]/
s/sum_q\[pix_i\] = sum;/sum_q[0] = sum;/
s/SumW'(count)/SumW'(count[5:0])/
s/if (last_i) sum_o/if (first_i) sum_o/
s/if (clear_i \&\& !(add_en_i \&\& last_i))/if (1'b0)/
s/if (clear_i \&\& !(add_en_i \&\& last_i))/if (clear_i)/
