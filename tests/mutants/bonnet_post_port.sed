# bench: bonnet_post
# In this room no read appears behind a refused write, so what keeps the choice is seen by the proof only (tests/formal/bonnet_post_port.ys).
s/fb_ready_i \&\& !rd_sel/fb_ready_i/
s/wr_req_i.we \&\& !rd_sel/wr_req_i.we/
s/fb_ready_i \&\& rd_sel/rd_sel/
