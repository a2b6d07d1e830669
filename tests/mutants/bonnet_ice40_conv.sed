# bench: bonnet_ice40
s/(bits | ~ands)) | (bits \& ~ands)/bits) | (bits \& ~ands)/
s/a_q ~^ nibble : a_q | nibble/a_q | nibble : a_q | nibble/
s/AddrW'(nibble_q\[7:3\])/AddrW'(nibble_q[7:4])/
s/16'h3 << {nibble_q\[2:0\], 1'b0}/16'h3 << {nibble_q[1:0], 1'b0}/
s/lane_q == 2'd3 \&\& row_q == cfg_i.rows/lane_q == 2'd2 \&\& row_q == cfg_i.rows/
s/tile_q != cfg_i.tiles/tile_q != cfg_i.tiles - 1'b1/
