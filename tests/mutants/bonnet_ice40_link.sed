# bench: bonnet_ice40
s/16'h1021/16'h8005/
s/if (quiet \&\& !answering) crc_q <= 16'hffff;//
s/assign abort_o  = state_q == RUN \&\& rx/assign abort_o  = 1'b0/
s/good ? 3'd0 : 3'd1/3'd0/
s/if (!good) status_q <= 3'd2;//
