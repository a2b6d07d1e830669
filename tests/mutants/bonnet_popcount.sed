# proof: popcount
s/ones(~(a_i ^ b_i))/ones(a_i ^ b_i)/
s/(x >> 4)) \& 64'h0f0f0f0f0f0f0f0f/(x >> 4)) \& 64'h0f0f0f0f0f0f0f07/
s/64'h0101010101010101/64'h0101010101010100/
s/if (en_i) count_o/count_o/
