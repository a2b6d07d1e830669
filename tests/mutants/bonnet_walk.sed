# bench: bonnet_post
s/w2 == word \&\& group_q <= 2'd2/1'b0/
s/{7'b0, w, 2'b0}/{8'b0, w, 1'b0}/
s/{9'b0, w} + {8'b0, w, 1'b0}/{7'b0, w, 2'b0}/
s/{out_step\[14:0\], 1'b0}/out_step/
s/{5'b0, word, 4'b0}/{6'b0, word, 3'b0}/
s/res_pix + words(k4, cfg_i\[bonnet_job_pkg::CONV_RES_T_LSB\]/res_pix + words(k4, cfg_i[bonnet_job_pkg::CONV_PASS_T_LSB]/
s/pass_pix + words(k4, cfg_i\[bonnet_job_pkg::CONV_PASS_T_LSB\]/pass_pix + words(k4, cfg_i[bonnet_job_pkg::CONV_OUT_T_LSB]/
s/first_q <= last_x \&\& last_y/first_q <= last_x/
s/c2_q   <= c2_q + {1'b0, tile_step}/c2_q   <= c2_q/
s/c0_q <= {1'b0, channel};/c0_q <= '0;/
s/c3_q <= {1'b0, channel} + /c3_q <= /
s/top_en \&\& last_tile/last_seg \&\& last_x \&\& (last_y || last_tile)/
s/last_seg \&\& last_x \&\& last_y;/last_seg \&\& last_x;/
