// SPDX-License-Identifier: Apache-2.0
// bonnet_walk: what its neighbours promise, and what is asked beyond its own contract. The end of its file, for bonnet_walk.ys.
always @(posedge clk_i) if (rst_ni) begin
  if ($past(rst_ni && (start_i || state_q != IDLE))) assume ($stable(cfg_i));  // the descriptor stays until done
  Counts_A: assert (state_q == IDLE || (x_q < width && y_q < rows && tile_q < tiles && width != 0 && rows != 0 && tiles != 0));
end
endmodule
