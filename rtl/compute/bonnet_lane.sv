// SPDX-License-Identifier: Apache-2.0
//
// bonnet_lane - one output channel: XNOR, popcount, and a partial sum for each pixel of a block.
//
//   sum[pix] = (first ? 0 : sum[pix]) + (mask ? 32 : popcount(~(weight ^ act)))
//
// Two steps: cycle 0 registers the count (count_en_i with the operands), cycle 1 adds it (add_en_i with the pixel). On the last weight row of
// a block the sum leaves by sum_o (one cycle after add_en_i && last_i, held until the next) and is not kept.
//
// Rate    1 word pair a cycle.       Stall  none: nothing moves without the enables.
// Golden  sim/golden (binary convolution)       Test  tests/rtl/bonnet_array_tb.cpp
`default_nettype none
module bonnet_lane #(
  localparam int unsigned PixW = $clog2(bonnet_pkg::Block),
  localparam int unsigned SumW = bonnet_pkg::SumW
) (
  input  wire logic            clk_i,
  // cycle 0: operands
  input  wire logic            count_en_i,
  input  wire logic [63:0]     weight_i,  // bit i = channel i, 1 = +1
  input  wire logic [63:0]     act_i,
  // cycle 1: where the count goes
  input  wire logic            add_en_i,
  input  wire logic            mask_i,    // padding: as many bits match as do not
  input  wire logic [PixW-1:0] pix_i,     // pixel of the block
  input  wire logic            first_i,   // first weight row of the block: start from 0
  input  wire logic            last_i,    // last weight row: the sum leaves
  output      logic [SumW-1:0] sum_o
);
  logic [6:0] count;
  bonnet_popcount u_popcount (.clk_i, .en_i(count_en_i), .a_i(weight_i), .b_i(act_i), .count_o(count));

  // Blocking on purpose: only this process touches the sums, and a shadow copy of an array costs simulation time in 64 lanes.
  logic [SumW-1:0] sum_q [bonnet_pkg::Block];
  logic [SumW-1:0] sum;
  /* verilator lint_off BLKSEQ */
  always_ff @(posedge clk_i) begin
    if (add_en_i) begin
      sum = (mask_i ? SumW'(32) : SumW'(count)) + (first_i ? '0 : sum_q[pix_i]);  // the choice before the adder: it is part of the adder's LUTs
      if (last_i) sum_o <= sum;
      else        sum_q[pix_i] = sum;
    end
  end
  /* verilator lint_on BLKSEQ */
endmodule
`default_nettype wire
