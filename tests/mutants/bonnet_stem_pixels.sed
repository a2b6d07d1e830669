# bench: bonnet_stem
# proof: stem_pixels
s/buf_q >> 24 : buf_q >> 8/buf_q >> 16 : buf_q >> 8/
s/BufBits'(beat) << 16;/BufBits'(beat) << 8;/
s/else if (go_i)         have_q <= '0;.*//
s/20'(space_q) >= beats/1'b1/
s/(ask ? SpaceW'(beats) : '0)/'0/
s/rest < need \&\& !go_i/rest <= need \&\& !go_i/
s/assign rd_req_o.base  = base_i;/assign rd_req_o.base  = 2'd1;/
