# bench: bonnet_post
s/ring_i != '0 \&\& slot_q ==/slot_q ==/
s/slot_q == ring_i - 6'd1/slot_q == ring_i/
s/wrap ? base_i : row_q/wrap ? top : row_q/
s/wrap ? 6'd0 :/wrap ? slot_i :/
s/? {4'b0, slot_i} : y0_i/? y0_i : y0_i/
s/base_i + skip_q/base_i/
s/slot_q          <= slot_i/slot_q          <= 6'd0/
s/sum_i || top_en_i/sum_i/
s/word_q + {8'b0, pix_i}/word_q + {8'b0, pix_i} + 16'd1/
s/{row_q, word_q} <= {row_d, row_d}/word_q <= row_d/
