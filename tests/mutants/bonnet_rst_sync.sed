# bench: bonnet_reset
s/{meta_q, 1.b1};/2'b11;/
