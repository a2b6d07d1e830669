# bench: bonnet_seq
s/(three\[7:4\] == '0 || three\[7:4\] != three\[11:8\])/1'b1/
s/three\[3:0\] != three\[7:4\] \&\& three\[3:0\] != three\[11:8\]/three[3:0] != three[7:4]/
s/sum != '0 \&\& sum < 18'(bonnet_pkg::Records)/sum < 18'(bonnet_pkg::Records)/
s/sum < 18'(bonnet_pkg::Records)/sum <= 18'(bonnet_pkg::Records)/
s/ \&\& sum == 18'(d\[bonnet_job_pkg::HDR_COUNT_LSB +: 16\])//
s/18'(loads) + 18'(convs)/18'(16'(loads + convs))/
s/d\[bonnet_job_pkg::HDR_IN_STEP_LSB +: 6\] == '0 \&\& //
s/d\[bonnet_job_pkg::HDR_SCRATCH_STEP_LSB +: 6\] == '0 \&\& //
s/known \&\& owner == list \&\& /known \&\& /
s/d\[bonnet_job_pkg::JOB_LAST_LSB\] == last$/1'b1/
s/cfg_i.frames != '0 \&\& cfg_i.frames\[31:16\] == '0;/cfg_i.frames != '0;/
s/ || (check_q \&\& !(good_q \&\& cmd_q.addr\[5:0\] == '0))/ || (check_q \&\& !good_q)/
s/fin_q == '1 \&\& !check_q \&\& idle_i/fin_q == '1 \&\& idle_i/
s/fin_q   <= ~some_q;/fin_q   <= '0;/
s/JOB_ONCE_LSB\] \&\& later_q\[unit\];/JOB_ONCE_LSB];/
s/cmd_q.step <= scratch_step_q;/cmd_q.step <= out_step_q;/
s/in_q\[unit\]    <= in_q\[unit\] + AddrW/in_q[unit]    <= in_q[0] + AddrW/
s/out_q\[unit\]   <= out_q\[unit\] + AddrW'(cfg_i.out_stride);//
s/  cmd_q.step  <= '0;/  ;/
s/index_o        = refused_q ? cmd_q.index : wait_index;/index_o        = wait_index;/
s/cmd_q.index    <= '0;/;/
