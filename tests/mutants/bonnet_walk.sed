# bench: bonnet_post
s/w2 == word \&\& group_q <= 2'd2/1'b0/
s/{7'b0, word, 2'b0}/{8'b0, word, 1'b0}/
s/{step\[14:0\], 1'b0}/step/
s/{5'b0, word, 4'b0}/{6'b0, word, 3'b0}/
s/if (skip_q\[0\])/if (!skip_q[0])/
s/out_row_q << 1, res_row_q << 1/out_row_q << 1, res_row_q/
s/first_q <= last_x \&\& last_y/first_q <= last_x/
s/{pass_row_q, pass_pix_q} <= {pass_row_q + pass_row, pass_row_q + pass_row}/{pass_row_q, pass_pix_q} <= {pass_row_q + pass_row, pass_row_q}/
s/c2_q <= c2_q + {1'b0, tile_step}/c2_q <= c2_q/
s/last_seg \&\& last_x \&\& last_y \&\& last_tile/last_seg \&\& last_x \&\& (last_y || last_tile)/
