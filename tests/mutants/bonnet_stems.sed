s/rdata_valid_i(rdata_valid_i\[a\])/rdata_valid_i(rdata_valid_i[0])/
s/rd_ready_i(rd_ready_i\[a\])/rd_ready_i(rd_ready_i[0])/
s/fb_ready_i(fb_ready_i\[a\])/fb_ready_i(fb_ready_i[0])/
s/{stall_in\[a\], stall_out\[a\]} = sts/{stall_out[a], stall_in[a]} = sts/
s/wcol_i(sp_wcol_i)/wcol_i(~sp_wcol_i)/
s/wrow_i(sp_wrow_i)/wrow_i(~sp_wrow_i)/
s/AddrW'(cmd_i.step) \* a/AddrW'(cmd_i.step[30:0]) * a/
