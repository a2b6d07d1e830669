// SPDX-License-Identifier: Apache-2.0
//
// bonnet_sums - what the bus carried in a job, as four sums modulo 2^64 of 64-bit words: the host compares them with what it wrote and reads.
//
//   model: read at BASE 0, and the job's list    input: read at BASE 1    output: written at BASE 2    scratch: written at BASE 3
//
// Every word of every beat counts. A sum does not ask in which order beats came, so it is the same whoever got the bus first.
// Rate    A beat read and a beat written a cycle.
// Delay   A beat is in its sum two cycles after rd_valid_i or wr_valid_i. DONE comes later than that after the last one.
// Test    tests/rtl/bonnet_sums_tb.cpp; the registers: tests/conform over sim: (every run compares)
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_sums #(
  parameter  int unsigned BusBits = bonnet_pkg::BusBits,
  localparam int unsigned Words   = BusBits / 64
) (
  input  wire logic               clk_i,
  input  wire logic               rst_ni,
  input  wire logic               clear_i,     // a job begins; no beat is on its way
  input  wire logic               rd_valid_i,  // a beat was read
  input  wire logic [1:0]         rd_base_i,
  input  wire logic [BusBits-1:0] rd_data_i,
  input  wire logic               wr_valid_i,  // a beat was written
  input  wire logic [1:0]         wr_base_i,
  input  wire logic [BusBits-1:0] wr_data_i,
  output      logic [255:0]       sums_o       // model, input, output, scratch from the low end
);
  function automatic logic [63:0] fold(input logic [BusBits-1:0] beat);   // the words of a beat
    fold = '0;
    for (int unsigned w = 0; w < Words; w++) fold = fold + beat[64*w +: 64];
  endfunction

  logic [3:0]  add_q;                        // to which sum
  logic [63:0] rd_q, wr_q;
  logic [63:0] model_q, input_q, output_q, scratch_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) add_q <= '0;
    else         add_q <= {wr_valid_i && wr_base_i == 2'd3, wr_valid_i && wr_base_i == 2'd2,
                           rd_valid_i && rd_base_i == 2'd1, rd_valid_i && rd_base_i == 2'd0};
  end
  always_ff @(posedge clk_i) begin  // no reset: add_q guards them
    if (rd_valid_i) rd_q <= fold(rd_data_i);
    if (wr_valid_i) wr_q <= fold(wr_data_i);
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {model_q, input_q, output_q, scratch_q} <= '0;
    end else if (clear_i) begin
      {model_q, input_q, output_q, scratch_q} <= '0;
    end else if (add_q != '0) begin
      if (add_q[0]) model_q   <= model_q + rd_q;
      if (add_q[1]) input_q   <= input_q + rd_q;
      if (add_q[2]) output_q  <= output_q + wr_q;
      if (add_q[3]) scratch_q <= scratch_q + wr_q;
    end
  end
  assign sums_o = {scratch_q, output_q, input_q, model_q};

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSUME(ClearIdle_A, !clear_i || !(rd_valid_i || wr_valid_i || add_q != '0))
endmodule
`default_nettype wire
