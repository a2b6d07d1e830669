s/busy     = req != ack_t || clr_busy || stale/busy     = req != ack_t || clr_busy/
s/busy     = req != ack_t || clr_busy || stale/busy     = clr_busy || stale/
s/shift    = sel_i \&\& shift_i/shift    = shift_i/
s/(sel_i \&\& update_i) || reset_i/reset_i/
s/err, bus_err_t, busy, 4'd1/err, 1'b0, busy, 4'd1/
s/InDepth = 32/InDepth = 16/
s/OutDepth = 64/OutDepth = 32/
s/Bypass = 1 /Bypass = 0 /
s/Bypass = 1 /Bypass = 2 /
s/u_rst (.clk_i(tck_i), .rst_ni,/u_rst (.clk_i(tck_i), .rst_ni(1'b1),/
