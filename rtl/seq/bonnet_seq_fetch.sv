// SPDX-License-Identifier: Apache-2.0
//
// bonnet_seq_fetch - reads the header and then, for each unit on its own, the descriptors of its list, walk after walk, as soon as
// there is a place for them in the unit's queue.
//
// Rate    One descriptor per 512 / BusBits cycles. A request takes as many descriptors of a list as there are places and descriptors left in the
//         walk; lists take turns. So a queue is full again one memory latency after a place became free.
// Stall   Asks only for what has a place, so it never holds the bus.
// Order   start_i: the header. go_i (header was good, lists and walks known): the lists.
// Test    tests/rtl/bonnet_seq_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_seq_fetch #(
  parameter  int unsigned Places   = 8,     // of each queue
  localparam int unsigned Units    = 4,
  localparam int unsigned BusBits  = bonnet_pkg::BusBits,
  localparam int unsigned AddrW    = bonnet_pkg::AddrW,
  localparam int unsigned IndexW   = bonnet_pkg::IndexW,
  localparam int unsigned DescBits = bonnet_pkg::DescBits,
  localparam int unsigned Beats    = DescBits / BusBits,
  localparam int unsigned BeatW    = $clog2(Beats),
  localparam int unsigned PlaceW   = $clog2(Places + 1)
) (
  input  wire logic                    clk_i,
  input  wire logic                    rst_ni,
  input  wire logic                    start_i,
  input  wire logic [AddrW-1:0]        job_i,        // byte address, stable
  input  wire logic                    go_i,
  input  wire logic [Units*IndexW-1:0] first_i,      // first descriptor of each list, from go_i on
  input  wire logic [Units*IndexW-1:0] end_i,        // last one
  input  wire logic [Units-1:0]        some_i,       // the list is not empty
  input  wire logic [15:0]             walks_i,      // with go_i
  input  wire logic [Units-1:0]        pop_i,        // a queue has a place more
  // bus
  output      logic                    rd_valid_o,
  input  wire logic                    rd_ready_i,
  output      bonnet_pkg::rd_req_t     rd_req_o,
  input  wire logic                    rdata_valid_i,
  output      logic                    rdata_ready_o,
  input  wire logic [BusBits-1:0]      rdata_i,
  // descriptors, one cycle each, never refused
  output      logic                    desc_valid_o,
  output      logic                    desc_header_o,
  output      logic [1:0]              desc_unit_o,  // whose list
  output      logic [IndexW-1:0]       desc_index_o,
  output      logic [DescBits-1:0]     desc_o,
  output      logic [IndexW-1:0]       wait_index_o  // the descriptor whose beat is next
);
  // ---- whose turn, and how many -----------------------------------------------------------
  logic [Units-1:0]  more_q, able;         // something left to ask for; and a place for it
  logic [IndexW-1:0] next_q  [Units];      // next descriptor to ask for
  logic [15:0]       walks_q [Units];      // walks not yet asked for completely
  logic [PlaceW-1:0] room_q  [Units];
  logic [1:0]        turn_q, pick;         // last served; next
  logic [IndexW-1:0] left;                 // in this walk of the list, beyond the next one
  logic [PlaceW-1:0] many, take;
  logic              wrap, ask, order_ready, req_q;
  for (genvar u = 0; u < Units; u++) begin : gen_able
    assign able[u] = more_q[u] && room_q[u] != '0;
  end
  always_comb begin
    pick = turn_q;
    for (int i = Units - 1; i >= 1; i--) if (able[turn_q + 2'(i)]) pick = turn_q + 2'(i);
  end
  assign left = end_i[IndexW*pick +: IndexW] - next_q[pick];
  assign wrap = left < IndexW'(room_q[pick]);
  assign many = wrap ? PlaceW'(left) + 1'b1 : room_q[pick];
  assign ask  = able != '0 && (!req_q || rd_ready_i) && order_ready && !start_i;
  assign take = ask ? many : '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      more_q <= '0;
      turn_q <= '0;
    end else if (go_i) begin
      more_q <= some_i;
    end else if (ask) begin
      turn_q <= pick;
      if (wrap && walks_q[pick] == 16'd1) more_q[pick] <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (go_i) begin
      for (int u = 0; u < Units; u++) begin
        next_q[u]  <= first_i[IndexW*u +: IndexW];
        walks_q[u] <= walks_i;
      end
    end else if (ask) begin
      next_q[pick] <= wrap ? first_i[IndexW*pick +: IndexW] : next_q[pick] + IndexW'(many);
      if (wrap) walks_q[pick] <= walks_q[pick] - 16'd1;
    end
  end
  logic [Units-1:0] fits;   // room in range, for the contract
  for (genvar u = 0; u < Units; u++) begin : gen_room
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)                                  room_q[u] <= PlaceW'(Places);
      else if (pop_i[u] || (ask && pick == 2'(u)))  room_q[u] <= room_q[u] + PlaceW'(pop_i[u]) - ((pick == 2'(u)) ? take : '0);
    end
    assign fits[u] = room_q[u] <= PlaceW'(Places);
  end

  // ---- request: held until taken ----------------------------------------------------------
  logic [AddrW-1:0]  addr_q;
  logic [PlaceW-1:0] many_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) req_q <= 1'b0;
    else         req_q <= start_i || ask || (req_q && !rd_ready_i);
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      addr_q <= job_i;
      many_q <= PlaceW'(1);
    end else if (ask) begin
      addr_q <= job_i + (AddrW'(next_q[pick]) << $clog2(DescBits / 8));
      many_q <= many;
    end
  end
  assign rd_valid_o = req_q;
  assign rd_req_o   = {2'd0, addr_q, 20'(many_q) << BeatW};

  // ---- what the next beats are -------------------------------------------------------------
  logic              owed, owed_header;
  logic [1:0]        owed_unit;
  logic [PlaceW-1:0] owed_many, got_q;
  logic [BeatW-1:0]  pos_q;
  logic              full, whole;     // the last beat of a descriptor, of a request
  bonnet_fifo #(.Width(3 + PlaceW), .Depth(8)) u_order (
    .clk_i, .rst_ni, .valid_i(start_i || ask), .ready_o(order_ready), .data_i({start_i, start_i ? {2'd0, PlaceW'(1)} : {pick, many}}),
    .valid_o(owed), .ready_i(whole), .data_o({owed_header, owed_unit, owed_many})
  );
  assign rdata_ready_o = 1'b1;
  assign full          = rdata_valid_i && pos_q == BeatW'(Beats - 1);
  assign whole         = full && got_q + 1'b1 == owed_many;

  logic [IndexW-1:0] index_q [Units];   // next descriptor to arrive
  logic [IndexW-1:0] index;
  assign index        = index_q[owed_unit];
  assign wait_index_o = (!owed || owed_header) ? '0 : index;
  always_ff @(posedge clk_i) begin
    if (go_i) begin
      for (int u = 0; u < Units; u++) index_q[u] <= first_i[IndexW*u +: IndexW];
    end else if (full && !owed_header) begin
      index_q[owed_unit] <= (index == end_i[IndexW*owed_unit +: IndexW]) ? first_i[IndexW*owed_unit +: IndexW] : index + 1'b1;
    end
  end

  // ---- beats to descriptors -----------------------------------------------------------------
  logic                valid_q, header_q;
  logic [1:0]          unit_q;
  logic [IndexW-1:0]   desc_index_q;
  logic [DescBits-1:0] desc_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pos_q   <= '0;
      got_q   <= '0;
      valid_q <= 1'b0;
    end else begin
      valid_q <= full;
      if (rdata_valid_i) pos_q <= pos_q + 1'b1;
      if (full)          got_q <= whole ? '0 : got_q + 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (rdata_valid_i) desc_q <= {rdata_i, desc_q[DescBits-1:BusBits]};
    if (full) begin
      header_q     <= owed_header;
      unit_q       <= owed_unit;
      desc_index_q <= wait_index_o;
    end
  end
  assign desc_valid_o  = valid_q;
  assign desc_header_o = header_q;
  assign desc_unit_o   = unit_q;
  assign desc_index_o  = desc_index_q;
  assign desc_o        = desc_q;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(RoomInRange_A, fits == '1)
  `BONNET_ASSERT_HELD(RequestHeld_A, rd_valid_o, rd_ready_i, rd_req_o)
  `BONNET_ASSUME(BeatIsOwed_A, !rdata_valid_i || owed)
  `BONNET_ASSUME(StartWhenIdle_A, !start_i || (!req_q && more_q == '0 && !owed))
endmodule
`default_nettype wire
