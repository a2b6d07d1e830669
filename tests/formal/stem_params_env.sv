// SPDX-License-Identifier: Apache-2.0
// bonnet_stem_params: what its neighbours promise, and what is asked beyond its own contract. The end of its file, for stem_params.ys.
initial assume (!rst_ni);
always @(posedge clk_i) if (rst_ni) assume (!go_i || !(load_q || valid_q));   // a pass at a time
endmodule
