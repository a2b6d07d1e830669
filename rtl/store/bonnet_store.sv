// SPDX-License-Identifier: Apache-2.0
//
// bonnet_store - feature buffer to DRAM.
//
// Array a's words go to cmd_i.addr + a * cmd_i.step, one array after the other.
//
// Rate    1 bus beat/cycle: four feature words, from any word on, per 256 / BusBits cycles.
// Stall   Feature port B busy (stall_in); the bus does not take data (stall_out). Rows in flight have their place reserved.
// Done    after the last write response of the last array.
// Errors  bad_o: length 0 or no multiple of 8, or beyond the end of the buffer.
// Test    tests/rtl/bonnet_store_tb.cpp, tests/sim/jobs_test.c, tests/conform
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_store #(
  parameter  int unsigned Arrays   = bonnet_pkg::Arrays,
  localparam int unsigned ArrayW   = bonnet_pkg::cnt_width(Arrays - 1),
  localparam int unsigned BusBits  = bonnet_pkg::BusBits,
  localparam int unsigned BusBytes = BusBits / 8,
  localparam int unsigned AddrW    = bonnet_pkg::AddrW,
  localparam int unsigned FbWordW  = bonnet_pkg::FbWordW,
  localparam int unsigned Rows     = 4,                     // read ahead
  localparam int unsigned RoomW    = $clog2(Rows + 1),
  localparam int unsigned Parts    = 256 / BusBits,
  localparam int unsigned PartW    = $clog2(Parts),
  localparam int unsigned ByteW    = $clog2(BusBytes)
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  // sequencer
  input  wire logic                  start_i,
  input  wire bonnet_pkg::cmd_t      cmd_i,
  output      logic                  done_o,
  output      logic                  bad_o,
  output      bonnet_pkg::unit_sts_t sts_o,
  // feature buffers, port B: one request for the array whose bit is up
  output      logic [Arrays-1:0]     fb_valid_o,
  input  wire logic [Arrays-1:0]     fb_ready_i,
  output      bonnet_pkg::fb_req_t   fb_req_o,
  input  wire logic [Arrays-1:0]     fb_rvalid_i,
  input  wire logic [Arrays*256-1:0] fb_rdata_i,
  // bus
  output      logic                  wr_valid_o,
  input  wire logic                  wr_ready_i,
  output      logic [1:0]            wr_base_o,
  output      logic [AddrW-1:0]      wr_addr_o,
  output      logic [19:0]           wr_beats_o,
  output      logic                  wdata_valid_o,
  input  wire logic                  wdata_ready_i,
  output      logic [BusBits-1:0]    wdata_o,
  output      logic [BusBytes-1:0]   wstrb_o,
  input  wire logic                  wr_done_i
);
  // ---- command ----------------------------------------------------------------------
  logic [23:0] len;
  logic [15:0] first;
  logic        fits;
  assign len   = cmd_i.desc[bonnet_job_pkg::STORE_BYTES_LSB +: bonnet_job_pkg::STORE_BYTES_W];
  assign first = cmd_i.desc[bonnet_job_pkg::STORE_ADDR_LSB +: bonnet_job_pkg::STORE_ADDR_W];
  assign fits  = len != '0 && len[2:0] == '0 && 32'(first) + 32'(len[23:3]) <= bonnet_pkg::FeatureWords;

  // ---- control ----------------------------------------------------------------------
  typedef enum logic [1:0] { IDLE, ASK, DATA, LAND } state_e;
  state_e           state_q;
  logic             bad_q;
  logic [FbWordW-2:0] rows_q;     // not yet read: four words each
  logic [FbWordW-1:0] word_q;
  logic [19:0]      beats_q;      // not yet sent
  logic [RoomW-1:0] room_q;       // rows that may still be read ahead
  logic [PartW-1:0] part_q;
  logic             row_valid, row_done, beat, read, want, start, last_array;
  logic [ArrayW-1:0] array_q;     // whose words
  logic [AddrW-1:0] addr_q;
  logic [255:0]     row;
  assign want          = (state_q == ASK || state_q == DATA) && rows_q != '0 && room_q != '0;
  assign fb_valid_o    = Arrays'(want) << array_q;
  assign fb_req_o      = {1'b0, word_q, {bonnet_pkg::FbMaskW{1'b0}}, 256'd0};
  assign read          = want && fb_ready_i[array_q];
  assign wr_valid_o    = state_q == ASK;
  assign wr_base_o     = cmd_i.desc[bonnet_job_pkg::STORE_BASE_LSB +: bonnet_job_pkg::STORE_BASE_W];
  assign wr_addr_o     = (Arrays == 1) ? cmd_i.addr : addr_q;
  assign wr_beats_o    = beats_q;
  assign wdata_valid_o = state_q == DATA && row_valid;
  assign beat          = wdata_valid_o && wdata_ready_i;
  assign row_done      = beat && (part_q == PartW'(Parts - 1) || beats_q == 20'd1);
  assign last_array    = Arrays == 1 || array_q == ArrayW'(Arrays - 1);
  assign done_o        = state_q == LAND && wr_done_i && last_array;
  assign start         = (state_q == IDLE && start_i) || (state_q == LAND && wr_done_i);  // of an array
  assign bad_o         = bad_q;
  assign sts_o         = {state_q == DATA && !row_valid, wdata_valid_o && !wdata_ready_i};
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= IDLE;
      bad_q   <= 1'b0;
      room_q  <= RoomW'(Rows);
      array_q <= '0;
    end else begin
      bad_q <= 1'b0;
      unique case (state_q)
        IDLE: if (start_i) begin
          if (fits) state_q <= ASK;
          else      bad_q   <= 1'b1;
        end
        ASK:  if (wr_ready_i) state_q <= DATA;
        DATA: if (beat && beats_q == 20'd1) state_q <= LAND;
        LAND: if (wr_done_i) state_q <= last_array ? IDLE : ASK;
        default: state_q <= IDLE;
      endcase
      if (state_q == LAND && wr_done_i) array_q <= last_array ? '0 : array_q + ArrayW'(1);
      if (read != row_done) room_q <= read ? room_q - 1'b1 : room_q + 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (start) begin
      rows_q  <= (FbWordW-1)'((len + 24'd31) >> 5);
      word_q  <= first[FbWordW-1:0];
      beats_q <= 20'((len + 24'(BusBytes - 1)) >> ByteW);
      part_q  <= '0;
      addr_q  <= (state_q == IDLE) ? cmd_i.addr : addr_q + AddrW'(cmd_i.step);
    end else begin
      if (read) begin
        rows_q <= rows_q - 1'b1;
        word_q <= word_q + FbWordW'(4);
      end
      if (beat) begin
        beats_q <= beats_q - 20'd1;
        part_q  <= row_done ? '0 : part_q + 1'b1;
      end
    end
  end

  // ---- datapath ---------------------------------------------------------------------
  logic row_ready;
  bonnet_fifo #(.Width(256), .Depth(Rows)) u_rows (
    .clk_i, .rst_ni, .valid_i(fb_rvalid_i != '0), .ready_o(row_ready), .data_i(fb_rdata_i[256*array_q +: 256]),
    .valid_o(row_valid), .ready_i(row_done), .data_o(row)
  );
  assign wdata_o = row[BusBits * part_q +: BusBits];
  // The last beat may hold fewer than BusBytes bytes.
  logic [BusBytes-1:0] tail;
  assign tail    = (len[ByteW-1:0] == '0) ? '1 : ~({BusBytes{1'b1}} << len[ByteW-1:0]);
  assign wstrb_o = (beats_q == 20'd1) ? tail : '1;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(RowHasPlace_A, fb_rvalid_i == '0 || row_ready)
  `BONNET_ASSERT_HELD(ReqHeld_A, wr_valid_o, wr_ready_i, {wr_base_o, wr_addr_o, wr_beats_o})
  `BONNET_ASSERT_HELD(FbHeld_A, want, fb_ready_i[array_q], fb_req_o)
  `BONNET_ASSERT_HELD(DataHeld_A, wdata_valid_o, wdata_ready_i, {wdata_o, wstrb_o})
  `BONNET_ASSUME(StartWhenIdle_A, !start_i || state_q == IDLE)
  logic unused;
  assign unused = ^{cmd_i};
endmodule
`default_nettype wire
