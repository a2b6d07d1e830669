// SPDX-License-Identifier: Apache-2.0
//
// seq_tokens - the game of tokens that the four lists of a job play, without queues, units or time: for seq_tokens.ys.
//
//   job    up to Most descriptors, later walks' ones counted too, in an order in which each finds its tokens (bonnet_job_check() looks for one):
//          descriptor i is of list list_i[i], takes a token of each semaphore of take_i[i], and gives one to each of give_i[i] when it is done.
//          A semaphore is taken by the descriptors of one list only (chip.md; bonnet_job_check() refuses another job).
//   state  any set of descriptors that are done, such that each list was done in its order; none runs.
// Asked: some list's next descriptor has its tokens. So whatever units, memory and queues have done so far, the job is not stuck.
`default_nettype none
module seq_tokens #(
  localparam int unsigned Most = 8,
  localparam int unsigned Sems = 4,
  localparam int unsigned CntW = 6           // signed; up to 15 tokens at the start
) (
  input  wire logic                 clk_i,
  input  wire logic                 rst_ni,
  input  wire logic [3:0]           count_i,   // descriptors
  input  wire logic [2*Most-1:0]    list_i,
  input  wire logic [Sems*Most-1:0] take_i,    // of descriptor i at [Sems*i +: Sems]
  input  wire logic [Sems*Most-1:0] give_i,
  input  wire logic [4*Sems-1:0]    init_i,
  input  wire logic [2*Sems-1:0]    taker_i,   // the list that takes from a semaphore
  input  wire logic [Most-1:0]      done_i
);
  logic [Most-1:0] there, next, fine, own, able;
  for (genvar i = 0; i < Most; i++) begin : gen_descriptor
    logic [Sems-1:0] lacks, had, other;        // no token now; one was there in the job's order; another list's semaphore
    logic            early;                    // one of its list before it is not done
    always_comb begin
      early = 1'b0;
      for (int j = 0; j < i; j++) if (list_i[2*j +: 2] == list_i[2*i +: 2] && !done_i[j]) early = 1'b1;
    end
    for (genvar s = 0; s < Sems; s++) begin : gen_sem
      logic [CntW-1:0] then, now;
      always_comb begin
        then = CntW'(init_i[4*s +: 4]);
        now  = then;
        for (int j = 0; j < i; j++) then += CntW'(give_i[Sems*j + s]) - CntW'(take_i[Sems*j + s]);
        for (int j = 0; j < Most; j++) if (there[j] && done_i[j]) now += CntW'(give_i[Sems*j + s]) - CntW'(take_i[Sems*j + s]);
      end
      assign had[s]   = !take_i[Sems*i + s] || (!then[CntW-1] && then != '0);
      assign lacks[s] = take_i[Sems*i + s] && (now[CntW-1] || now == '0);
      assign other[s] = take_i[Sems*i + s] && taker_i[2*s +: 2] != list_i[2*i +: 2];
    end
    assign there[i] = 4'(i) < count_i;
    assign own[i]   = other == '0;
    assign fine[i]  = had == '1;
    assign next[i]  = there[i] && !done_i[i] && !early;
    assign able[i]  = next[i] && lacks == '0;
  end
  logic [Most-1:0] out_of_turn;
  for (genvar i = 0; i < Most; i++) begin : gen_turn
    always_comb begin
      out_of_turn[i] = 1'b0;
      for (int j = 0; j < i; j++) if (list_i[2*j +: 2] == list_i[2*i +: 2] && done_i[i] && !done_i[j]) out_of_turn[i] = 1'b1;
    end
  end
  always_comb begin
    assume ((there & ~fine) == '0);
    assume ((there & ~own) == '0);
    assume ((there & out_of_turn) == '0);
    if (rst_ni) GoesOn_A: assert (able != '0 || (there & ~done_i) == '0);
  end
endmodule
`default_nettype wire
