s/assign core_rst_no = core_rst_q;/assign core_rst_no = core_rst_q || halt_i;/
s/core_rst_q <= run_d;/core_rst_q <= run_q;/
s/.rst_ni(pin_rst_ni)/.rst_ni(1'b1)/
