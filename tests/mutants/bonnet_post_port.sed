# bench: bonnet_post
s/{rd_sel, !rd_sel}/2'b00/
s/fb_ready_i \&\& !rd_sel/fb_ready_i/
s/wr_req_i.we \&\& !rd_sel/wr_req_i.we/
s/rd_sel ? rd_row_i/rd_valid_i ? rd_row_i/
s/fb_ready_i \&\& rd_sel/rd_sel/
