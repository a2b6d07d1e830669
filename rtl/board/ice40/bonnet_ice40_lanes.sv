// SPDX-License-Identifier: Apache-2.0
//
// bonnet_ice40_lanes - four output channels: the weights of a tile, XNOR, popcount, sum, threshold.
//
//   sum[l] = (first ? 0 : sum[l]) + popcount(~(weight[l] ^ act))          bit[l] = sum[l] >= Tp[l][slice]
//
// Row 0 of a tile are the thresholds (slice j at [16*j +: 13], bit 15 = AND-pool), as in the chip's own weight rows; rows 1.. the weights.
// Steps: rd_i with a row; the cycle after, count_i with the activation word; the cycle after, add_i. The sum is there the cycle after that.
//
// Rate    one word pair a lane and cycle.       Stall  none.
// Test    tests/rtl/bonnet_ice40_tb.cpp, tests/ice40
`default_nettype none
module bonnet_ice40_lanes #(
  localparam int unsigned Lanes = bonnet_ice40_pkg::Lanes,
  localparam int unsigned SumW  = bonnet_ice40_pkg::SumW
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,    // for the contracts only
  input  wire logic                  wr_i,
  input  wire logic [1:0]            wr_lane_i,
  input  wire logic [7:0]            wr_row_i,
  input  wire logic [63:0]           wr_data_i,
  input  wire logic                  rd_i,
  input  wire logic [7:0]            rd_row_i,
  input  wire logic                  count_i,
  input  wire logic [63:0]           act_i,
  input  wire logic                  add_i,
  input  wire logic                  first_i,
  output      logic [Lanes*SumW-1:0] sums_o,
  // against the row that was read last: row 0
  input  wire logic [1:0]            slice_i,
  output      logic [Lanes-1:0]      bits_o,
  output      logic [Lanes-1:0]      and_o
);
  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [63:0]     row;
    logic [6:0]      count;
    logic [SumW-1:0] sum_q, threshold;
    bonnet_ram_1r1w #(.Width(64), .Depth(256)) u_rows (
      .clk_i, .rst_ni, .we_i(wr_i && 32'(wr_lane_i) == l), .waddr_i(wr_row_i), .wdata_i(wr_data_i),
      .re_i(rd_i), .raddr_i(rd_row_i), .rdata_o(row)
    );
    bonnet_popcount u_popcount (.clk_i, .en_i(count_i), .a_i(row), .b_i(act_i), .count_o(count));
    always_ff @(posedge clk_i) if (add_i) sum_q <= (first_i ? '0 : sum_q) + SumW'(count);
    always_comb begin
      unique case (slice_i)
        2'd0: threshold = row[0 +: SumW];
        2'd1: threshold = row[16 +: SumW];
        2'd2: threshold = row[32 +: SumW];
        2'd3: threshold = row[48 +: SumW];
      endcase
    end
    assign sums_o[SumW*l +: SumW] = sum_q;
    assign bits_o[l] = sum_q >= threshold;
    assign and_o[l]  = row[15];
  end
endmodule
`default_nettype wire
