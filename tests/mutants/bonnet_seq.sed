# bench: bonnet_seq
s/give_valid\[3\] \&\& unit_last\[3\]/give_valid[3]/
s/give_valid\[3\] \&\& unit_last\[3\]/give_valid[2] \&\& unit_last[2]/
s/rec_ready\[2\] ? rec\[2\] : rec\[3\]/rec_ready[2] ? rec[3] : rec[2]/
s/assign sts_o.done  = walk_done \&\& !stop;/assign sts_o.done  = idle == '1;/
