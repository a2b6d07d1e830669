// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_pixels - read client of the stem: fetches the image and hands out pixels of 1 or 3 interleaved bytes.
//
// It asks for at most as many beats as its queue has room for, so the bus never waits for the convolution.
// Rate    1 pixel/cycle while beats arrive.
// Stall   pix_ready_i low keeps the pixel; the queue fills, then no more is asked for.
// Test    tests/rtl/bonnet_stem_tb.cpp        Proof  tests/formal/stem_pixels.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_stem_pixels #(
  parameter int unsigned BusBits = bonnet_pkg::BusBits,
  parameter int unsigned Burst   = 16,  // beats of a request
  parameter int unsigned Depth   = 32   // beats held or promised
) (
  input  wire logic                         clk_i,
  input  wire logic                         rst_ni,
  input  wire logic                         go_i,       // a new image
  input  wire logic [1:0]                   base_i,     // its BASE, stable while pixels flow
  input  wire logic [bonnet_pkg::AddrW-1:0] addr_i,     // at go_i: its byte address, aligned to the bus
  input  wire logic [19:0]                  beats_i,    // at go_i: its length, 1..
  input  wire logic                         planes3_i,  // stable while pixels flow
  // bus
  output      logic                         rd_valid_o,
  input  wire logic                         rd_ready_i,
  output      bonnet_pkg::rd_req_t          rd_req_o,
  input  wire logic                         rdata_valid_i,
  output      logic                         rdata_ready_o,
  input  wire logic [BusBits-1:0]           rdata_i,
  // pixels: byte p is plane p; one plane: bytes 1 and 2 are 0
  output      logic                         pix_valid_o,
  input  wire logic                         pix_ready_i,
  output      logic [23:0]                  pix_data_o
);
  localparam int unsigned BusBytes = BusBits / 8;
  localparam int unsigned BufBits  = BusBits + 16;  // a beat and up to two bytes before it
  localparam int unsigned CountW   = $clog2(BusBytes + 3);
  localparam int unsigned SpaceW   = $clog2(Depth + 1);
  if (Depth < Burst) $error("bonnet_stem_pixels: Depth must hold a burst");

  // ---- requests ------------------------------------------------------------
  logic [bonnet_pkg::AddrW-1:0] addr_q;
  logic [19:0]                  left_q;   // beats not asked for yet
  logic [SpaceW-1:0]            space_q;  // queue entries neither held nor promised
  logic [19:0]                  beats;    // of the next request
  logic                         ask, pop;
  assign beats          = (left_q < 20'(Burst)) ? left_q : 20'(Burst);
  assign rd_valid_o     = left_q != '0 && 20'(space_q) >= beats;
  assign rd_req_o.base  = base_i;
  assign rd_req_o.addr  = addr_q;
  assign rd_req_o.beats = beats;
  assign ask            = rd_valid_o && rd_ready_i;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      left_q  <= '0;
      space_q <= SpaceW'(Depth);
    end else begin
      if (go_i)     left_q <= beats_i;
      else if (ask) left_q <= left_q - beats;
      space_q <= space_q - (ask ? SpaceW'(beats) : '0) + SpaceW'(pop);
    end
  end
  always_ff @(posedge clk_i) begin  // no reset: left_q guards it
    if (go_i)     addr_q <= addr_i;
    else if (ask) addr_q <= addr_q + bonnet_pkg::AddrW'(beats) * BusBytes;
  end

  // ---- queue ---------------------------------------------------------------
  logic               beat_valid;
  logic [BusBits-1:0] beat;
  bonnet_fifo #(.Width(BusBits), .Depth(Depth)) u_queue (
    .clk_i, .rst_ni, .valid_i(rdata_valid_i), .ready_o(rdata_ready_o), .data_i(rdata_i),
    .valid_o(beat_valid), .ready_i(pop), .data_o(beat)
  );

  // ---- beats to pixels -----------------------------------------------------
  logic [BufBits-1:0] buf_q, buf_d;    // bytes in order, zeros above the last one held
  logic [CountW-1:0]  have_q, need, rest;
  logic               take;
  assign need        = planes3_i ? CountW'(3) : CountW'(1);
  assign pix_valid_o = have_q >= need;
  assign pix_data_o  = planes3_i ? buf_q[23:0] : {16'd0, buf_q[7:0]};
  assign take        = pix_valid_o && pix_ready_i;
  assign rest        = take ? have_q - need : have_q;
  assign pop         = beat_valid && rest < need && !go_i;
  always_comb begin
    buf_d = '0;
    if (take || pop) begin
      buf_d = !take ? buf_q : planes3_i ? buf_q >> 24 : buf_q >> 8;
      if (pop) begin
        unique case (rest[1:0])
          2'd0:    buf_d |= BufBits'(beat);
          2'd1:    buf_d |= BufBits'(beat) << 8;
          default: buf_d |= BufBits'(beat) << 16;
        endcase
      end
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)           have_q <= '0;
    else if (go_i)         have_q <= '0;  // what the last beat of the previous image held beyond its end
    else if (take || pop)  have_q <= rest + (pop ? CountW'(BusBytes) : '0);
  end
  always_ff @(posedge clk_i) begin
    if (go_i)             buf_q <= '0;
    else if (take || pop) buf_q <= buf_d;
  end

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSUME(NotWhileBusy_A, !go_i || left_q == '0)
  `BONNET_ASSUME(RoomForAnswers_A, !rdata_valid_i || rdata_ready_o)  // it answers what was asked, and that has room:
  `BONNET_ASSUME(Credits_A, !pop || space_q != SpaceW'(Depth))       // counting: tests/formal/stem_credits.ys
  `BONNET_ASSERT(SpaceInRange_A, space_q <= SpaceW'(Depth))
  `BONNET_ASSERT(RestFits_A, !pop || rest < CountW'(3))
  `BONNET_ASSERT_HELD(RequestHeld_A, rd_valid_o, rd_ready_i, {rd_req_o.addr, rd_req_o.beats})   // base is base_i, which stays
endmodule
`default_nettype wire
