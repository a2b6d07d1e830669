# bench: bonnet_array
s/if (!first_i) sum = sum + sum_q\[pix_i\];/sum = sum + sum_q[pix_i];/
s/sum_q\[pix_i\] = sum;/sum_q[0] = sum;/
s/SumW'(count)/SumW'(count[5:0])/
s/if (last_i) sum_o/if (first_i) sum_o/
