// SPDX-License-Identifier: Apache-2.0
//
// bonnet_seq_fetch - reads the header and then, frame after frame, the descriptors, ahead of their use.
//
// Rate    One descriptor per 512 / BusBits cycles; Ahead descriptors are requested before they are needed.
// Stall   Asks only for what it has room for, so it never holds the bus.
// Order   start_i: header and descriptor 1. go_i (header was good, count and frames known): the rest.
// Test    tests/sim/jobs_test.c
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_seq_fetch #(
  parameter  int unsigned Ahead    = 4,
  localparam int unsigned BusBits  = bonnet_pkg::BusBits,
  localparam int unsigned AddrW    = bonnet_pkg::AddrW,
  localparam int unsigned DescBits = bonnet_pkg::DescBits,
  localparam int unsigned Beats    = DescBits / BusBits,
  localparam int unsigned BeatW    = $clog2(Beats),
  localparam int unsigned AheadW   = $clog2(Ahead + 1)
) (
  input  wire logic                clk_i,
  input  wire logic                rst_ni,
  input  wire logic                start_i,
  input  wire logic [AddrW-1:0]    job_i,       // byte address, stable
  input  wire logic                go_i,
  input  wire logic [7:0]          count_i,     // descriptors, with go_i and after
  input  wire logic [15:0]         frames_i,    // with go_i
  // bus
  output      logic                rd_valid_o,
  input  wire logic                rd_ready_i,
  output      bonnet_pkg::rd_req_t rd_req_o,
  input  wire logic                rdata_valid_i,
  output      logic                rdata_ready_o,
  input  wire logic [BusBits-1:0]  rdata_i,
  // descriptors, header first
  output      logic                desc_valid_o,
  input  wire logic                desc_ready_i,
  output      logic [DescBits-1:0] desc_o
);
  // ---- requests -----------------------------------------------------------------------
  logic              first_q, more_q;    // header and descriptor 1 to ask for; descriptors left to ask for
  logic [7:0]        next_q;             // index to ask for
  logic [15:0]       left_q;             // frames not yet asked for completely
  logic [AheadW-1:0] room_q;             // descriptors that may still be asked for
  logic              ask, taken, wrap;
  assign wrap       = next_q > count_i;
  assign rd_valid_o = first_q || (more_q && !wrap && room_q != '0);
  assign rd_req_o   = first_q ? {job_i, 20'(2 * Beats)} : {job_i + (AddrW'(next_q) << $clog2(DescBits / 8)), 20'(Beats)};
  assign ask        = rd_valid_o && rd_ready_i;
  assign taken      = desc_valid_o && desc_ready_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      first_q <= 1'b0;
      more_q  <= 1'b0;
      room_q  <= AheadW'(Ahead);
    end else begin
      if (start_i)                                   first_q <= 1'b1;
      else if (rd_ready_i)                           first_q <= 1'b0;
      if (go_i)                                      more_q  <= 1'b1;
      else if (more_q && wrap && left_q == 16'd1)    more_q  <= 1'b0;
      if (ask && first_q)     room_q <= room_q - AheadW'(2) + AheadW'(taken);
      else if (ask != taken)  room_q <= ask ? room_q - 1'b1 : room_q + 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (go_i) begin
      next_q <= 8'd2;
      left_q <= frames_i;
    end else if (more_q && wrap) begin
      next_q <= 8'd1;
      left_q <= left_q - 16'd1;
    end else if (ask) begin
      next_q <= next_q + 8'd1;
    end
  end

  // ---- beats to descriptors -------------------------------------------------------------
  logic                beat_valid, beat_take, full_q;
  logic [BusBits-1:0]  beat;
  logic [BeatW-1:0]    pos_q;
  logic [DescBits-1:0] desc_q;
  bonnet_fifo #(.Width(BusBits), .Depth(Ahead * Beats)) u_beats (
    .clk_i, .rst_ni, .valid_i(rdata_valid_i), .ready_o(rdata_ready_o), .data_i(rdata_i),
    .valid_o(beat_valid), .ready_i(!full_q), .data_o(beat)
  );
  assign beat_take = beat_valid && !full_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      full_q <= 1'b0;
      pos_q  <= '0;
    end else begin
      if (beat_take)         pos_q  <= pos_q + 1'b1;
      if (taken)             full_q <= 1'b0;
      else if (beat_take && pos_q == BeatW'(Beats - 1)) full_q <= 1'b1;
    end
  end
  always_ff @(posedge clk_i) if (beat_take) desc_q <= {beat, desc_q[DescBits-1:BusBits]};
  assign desc_valid_o = full_q;
  assign desc_o       = desc_q;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(NeverHoldsTheBus_A, !rdata_valid_i || rdata_ready_o)
  `BONNET_ASSERT(RoomInRange_A, room_q <= AheadW'(Ahead))
  `BONNET_ASSUME(StartWhenIdle_A, !start_i || (!first_q && !more_q))
endmodule
`default_nettype wire
