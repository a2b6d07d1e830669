s/len\[2:0\] == '0 \&\& //
s/<= bonnet_pkg::FeatureWords;/<= bonnet_pkg::FeatureWords + 1;/
s/word_q + FbWordW'(4)/word_q + FbWordW'(3)/
s/len + 24'd31) >> 5/len) >> 5/
s/(beats_q == 20'd1) ? tail : '1/'1/
s/\&\& room_q != '0;/;/
s/LAND \&\& wr_done_i \&\& last_array;/LAND \&\& last_array;/
s/|| beats_q == 20'd1);/);/
s/STORE_BASE_LSB +: bonnet_job_pkg::STORE_BASE_W\]/STORE_BASE_LSB + 1 +: bonnet_job_pkg::STORE_BASE_W]/
