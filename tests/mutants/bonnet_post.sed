s/Depth - 2 \* bonnet_pkg::Block/Depth - bonnet_pkg::Block/
s/CountW'(Depth - 2 \* bonnet_pkg::Block)/CountW'(0)/
s/{odd_q != '0, even_q != '0}/{even_q != '0, odd_q != '0}/
s/walk_done \&\& op_empty/(walk_done || op_empty)/
s/\&\& !wr_valid \&\& head_idle/\&\& head_idle/
s/\&\& !wr_valid \&\& head_idle/\&\& !wr_valid \&\& (head_idle || !head)/
s/.done_i(pop \&\& ent_last)/.done_i(pop)/
s/pop \&\& ent_last \&\& head/pop \&\& head/
s/use_pass = .*/use_pass = 1'b0;/
s/ent_valid \&\& !head/ent_valid/
s/keep_i(cfg_i\[bonnet_job_pkg::CONV_KEEP_LSB\])/keep_i(1'b0)/
s/more_i(cfg_i\[bonnet_job_pkg::CONV_MORE_LSB\])/more_i(1'b0)/
