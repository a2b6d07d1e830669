// SPDX-License-Identifier: Apache-2.0
// bonnet_seq: how long it takes until a descriptor is finished. The end of its file, for seq_units.ys; the walker gives any descriptors, as long as a queue
// has a place. All of it is about one cycle, which keeps the induction short.
//   f_still    nothing can go on: whatever is not empty asks for tokens, and nobody's are there
//   f_quiet_q  cycles since the last that was still or in which a record was written
logic       f_begun_q = 1'b0, f_still, f_over;
logic [3:0] f_able;        // its tokens are there
logic [4:0] f_quiet_q;
logic [2:0] f_heads;
logic [3:0] f_eldest;      // of the units that run, the longest
(* anyconst *) logic [3:0] f_most;
assign f_heads = 3'(f_head[0]) + 3'(f_head[1]) + 3'(f_head[2]) + 3'(f_head[3]);
always_comb begin
  f_eldest = '0;
  for (int u = 0; u < Units; u++) if (f_run[u] && f_age[4*u +: 4] > f_eldest) f_eldest = f_age[4*u +: 4];
end
for (genvar u = 0; u < Units; u++) begin : gen_f_able
  assign f_able[u] = want[u] && (take[Sems*u +: Sems] & ~f_some) == '0;
end
assign f_still = (idle | want) == '1 && f_able == '0;
assign f_over  = (rec_valid & rec_ready) != '0;
always_ff @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  f_quiet_q <= (!rst_ni || f_still || f_over) ? '0 : f_quiet_q + 5'd1;
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  if (rst_ni) begin
    // What is asked: a record comes six cycles later than a unit may take, or nothing can go on.
    Record_A: assert (f_quiet_q <= 5'(f_most) + 5'd6);
    // The walker hands out one descriptor a cycle.
    assume ((push & (push - 4'd1)) == '0);
    // What induction has to know.
    Quiet_A:  assert (f_over || (f_run != '0 ? f_quiet_q <= 5'(f_eldest) + 5'd5 : f_quiet_q <= 5'(f_heads)));
  end
end
endmodule
