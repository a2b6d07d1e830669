# bench: bonnet_ice40
s/room == '0 ? 2'd0/room == '0 ? 2'd1/
s/room != SideW'(1)) ? 2'd2/1'b1) ? 2'd2/
s/k == 2'd0 ? -off/k == 2'd0 ? off/
s/kx_q == 2'd0 ? cx_q : cfg_i.in_w - cx_q/kx_q == 2'd0 ? cx_q : cfg_i.in_h - cx_q/
s/(cfg_i.in_row << cfg_i.stride2)/cfg_i.in_row/
s/col_q    <= row_ends ? '0 :/col_q    <=/
s/!cfg_i.pool2 || corner/1'b1/
s/step_q + cfg_i.in_step/step_q + 1'b1/
