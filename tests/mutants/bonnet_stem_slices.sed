# bench: bonnet_stem
s/prm_data_i\[64\*l + 32 +: 20\]/prm_data_i[64*l +: 20]/
s/>= \$signed(t3_q/> $signed(t3_q/
s/>= \$signed(t0_q/> $signed(t0_q/
s/last_x ? row_q + cfg_i.out_row/last_x ? word_q + cfg_i.out_row/
s/ << (Parts \* 32'(word_q\[1:0\]))//
s/if (last_x) row_q <= row_q + cfg_i.out_row;//
s/cfg_i.k4 ? {4{part}}/1'b0 ? {4{part}}/
s/(!fb_valid_q || fb_ready_i);/1'b1;/
s/ << (cfg_i.chan \/ 6'(bonnet_pkg::Group))//
