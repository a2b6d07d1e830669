// SPDX-License-Identifier: Apache-2.0
// bonnet_stem_pixels: the beats that it is owed. The end of its file, for stem_credits.ys.
logic [SpaceW:0] f_owed_q;       // asked for and not come
logic            f_begun_q = 1'b0;
always_ff @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  f_owed_q  <= !rst_ni ? '0 : f_owed_q + (ask ? (SpaceW+1)'(beats) : '0) - (SpaceW+1)'(rdata_valid_i);
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  if (rst_ni) begin
    assume (!go_i || left_q == '0);
    assume (!rdata_valid_i || f_owed_q != '0);                                    // the bus: AskedFor_A of top_axi_rd
    Room_A:  assert (!rdata_valid_i || rdata_ready_o);                             // RoomForAnswers_A
    Space_A: assert (!pop || space_q != SpaceW'(Depth));                           // Credits_A
    Law_A:   assert ((SpaceW+2)'(space_q) + (SpaceW+2)'(f_owed_q) + (SpaceW+2)'(f_count) == (SpaceW+2)'(Depth));
  end
end
endmodule
