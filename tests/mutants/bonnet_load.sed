s/length\[2:0\] == '0 \&\& at/at/
s/at + (length >> 3) <= bonnet_pkg::FeatureWords/at + (length >> 3) <= bonnet_pkg::FeatureWords + 1/
s/|| last : col_q/: col_q/
s/24'(BusBits \/ 8 - 1)) >> ByteW/24'd0) >> ByteW/
s/(dest == 2'd2) ? 16'd4 : 16'd1/16'd1/
s/last ? tail : 2'd3/2'd3/
s/row_end \&\& fb_stuck)/fb_stuck)/
s/2'(len\[4:3\] - 2'd1)/2'(len[4:3])/
s/LAND \&\& !fb_q;/LAND;/
s/= {base, (Arrays == 1)/= {2'd0, (Arrays == 1)/
