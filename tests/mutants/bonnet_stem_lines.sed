# bench: bonnet_stem
# proof: stem_lines
s/over < top_q;/over <= top_q;/
s/{1'b0, wcol_q} > c_q/{1'b0, wcol_q} >= c_q/
s/(!top_q\[11\] ||/(1'b1 ||/
s/<= in_cols \&\&/<=/
s/\&\& (below\[10:3\] != '0 || below\[2:0\] > 3'(k));/;/
s/(c_q\[0\] != cfg_i.pad\[0\])/c_q[0]/
s/top_q\[2:1\] + 2'(top_q\[0\]);/top_q[2:1];/
s/s1_swap_q == k\[0\]/!k[0]/
