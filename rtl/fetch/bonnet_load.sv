// SPDX-License-Identifier: Apache-2.0
//
// bonnet_load - DRAM to a buffer: weight rows, stem parameter rows, or feature words.
//
// Feature words: array a's come from cmd_i.addr + a * cmd_i.step, one array after the other. They are written four at a time from any word on; the last write may hold fewer, and the last beat be half used.
//
// Rate    1 bus beat/cycle into the weight buffer and the stem parameters; one write of port B per 256 / BusBits beats of feature words, which
//         may wait that long before a beat is lost.
// Stall   Feature port B busy (stall_out); no data from the bus (stall_in).
// Errors  bad_o: unknown destination, length 0, no whole rows (feature words: no multiple of 8), or beyond the end of the buffer.
// Test    tests/rtl/bonnet_load_tb.cpp, tests/sim/jobs_test.c, tests/conform
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_load #(
  parameter  int unsigned Arrays   = bonnet_pkg::Arrays,
  localparam int unsigned ArrayW   = bonnet_pkg::cnt_width(Arrays - 1),
  localparam int unsigned AddrW    = bonnet_pkg::AddrW,
  localparam int unsigned BusBits  = bonnet_pkg::BusBits,
  localparam int unsigned RowBits  = bonnet_pkg::RowBits,
  localparam int unsigned WbRowW   = bonnet_pkg::WbRowW,
  localparam int unsigned SpRowW   = bonnet_pkg::SpRowW,
  localparam int unsigned FbWordW  = bonnet_pkg::FbWordW,
  localparam int unsigned FbMaskW  = bonnet_pkg::FbMaskW,
  localparam int unsigned Cols     = RowBits / BusBits,     // beats of a parameter row
  localparam int unsigned ColW     = $clog2(Cols),
  localparam int unsigned FbBeats  = 256 / BusBits,         // beats of four feature words
  localparam int unsigned FbBeatW  = $clog2(FbBeats),
  localparam int unsigned ByteW    = $clog2(BusBits / 8)
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  // sequencer
  input  wire logic                  start_i,
  input  wire bonnet_pkg::cmd_t      cmd_i,
  output      logic                  done_o,
  output      logic                  bad_o,
  output      bonnet_pkg::unit_sts_t sts_o,
  // bus
  output      logic                  rd_valid_o,
  input  wire logic                  rd_ready_i,
  output      bonnet_pkg::rd_req_t   rd_req_o,
  input  wire logic                  rdata_valid_i,
  output      logic                  rdata_ready_o,
  input  wire logic [BusBits-1:0]    rdata_i,
  // weight buffer
  output      logic                  wb_we_o,
  output      logic [WbRowW-1:0]     wb_wrow_o,
  output      logic [ColW-1:0]       wb_wcol_o,
  output      logic [BusBits-1:0]    wb_wdata_o,
  // stem parameters
  output      logic                  sp_we_o,
  output      logic [SpRowW-1:0]     sp_wrow_o,
  output      logic [ColW-1:0]       sp_wcol_o,
  output      logic [BusBits-1:0]    sp_wdata_o,
  // feature buffers, port B: one request for the array whose bit is up
  output      logic [Arrays-1:0]     fb_valid_o,
  input  wire logic [Arrays-1:0]     fb_ready_i,
  output      bonnet_pkg::fb_req_t   fb_req_o
);
  // ---- command ----------------------------------------------------------------------
  logic [1:0]  dest, base;
  logic [23:0] len;
  logic [15:0] first;
  assign dest  = cmd_i.desc[bonnet_job_pkg::LOAD_DEST_LSB +: bonnet_job_pkg::LOAD_DEST_W];
  assign base  = cmd_i.desc[bonnet_job_pkg::LOAD_BASE_LSB +: bonnet_job_pkg::LOAD_BASE_W];
  assign len   = cmd_i.desc[bonnet_job_pkg::LOAD_BYTES_LSB +: bonnet_job_pkg::LOAD_BYTES_W];
  assign first = cmd_i.desc[bonnet_job_pkg::LOAD_ADDR_LSB +: bonnet_job_pkg::LOAD_ADDR_W];
  function automatic logic fits(input logic [1:0] to, input logic [31:0] length, input logic [31:0] at);
    unique case (to)
      2'd0:    fits = length % (RowBits / 8) == '0 && at + length / (RowBits / 8) <= bonnet_pkg::WeightRows;
      2'd1:    fits = length % (RowBits / 8) == '0 && at + length / (RowBits / 8) <= bonnet_pkg::StemRows;
      2'd2:    fits = length[2:0] == '0 && at + (length >> 3) <= bonnet_pkg::FeatureWords;
      default: fits = 1'b0;
    endcase
    if (length == '0) fits = 1'b0;
  endfunction

  // ---- control ----------------------------------------------------------------------
  typedef enum logic [1:0] { IDLE, ASK, DATA, LAND } state_e;
  state_e            state_q;
  logic              bad_q, take;
  logic [19:0]       left_q;        // beats
  logic [ColW-1:0]   col_q;
  logic [15:0]       row_q;         // parameter row, or feature word
  logic [FbBeatW-1:0] part;         // of the four feature words
  logic              row_end, last, fb_stuck, fb_q, landed, last_array;
  logic [ArrayW-1:0] array_q;       // whose words
  logic [AddrW-1:0]  addr_q;
  assign last          = left_q == 20'd1;
  assign part          = col_q[FbBeatW-1:0];
  assign row_end       = (dest == 2'd2) ? part == FbBeatW'(FbBeats - 1) || last : col_q == ColW'(Cols - 1);
  assign fb_stuck      = fb_q && !fb_ready_i[array_q];
  assign rd_valid_o    = state_q == ASK;
  assign rd_req_o      = {base, (Arrays == 1) ? cmd_i.addr : addr_q, left_q};
  assign rdata_ready_o = state_q == DATA && !(dest == 2'd2 && row_end && fb_stuck);
  assign take          = rdata_valid_i && rdata_ready_o;
  assign landed        = state_q == LAND && !fb_q;
  assign last_array    = Arrays == 1 || dest != 2'd2 || array_q == ArrayW'(Arrays - 1);
  assign done_o        = landed && last_array;
  assign bad_o         = bad_q;
  assign sts_o         = {state_q == DATA && !rdata_valid_i, fb_stuck};
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= IDLE;
      bad_q   <= 1'b0;
      fb_q    <= 1'b0;
      array_q <= '0;
    end else begin
      bad_q <= 1'b0;
      unique case (state_q)
        IDLE: if (start_i) begin
          if (fits(dest, 32'(len), 32'(first))) state_q <= ASK;
          else                        bad_q   <= 1'b1;
        end
        ASK:  if (rd_ready_i) state_q <= DATA;
        DATA: if (take && last) state_q <= LAND;
        LAND: if (!fb_q) state_q <= last_array ? IDLE : ASK;
        default: state_q <= IDLE;
      endcase
      if (landed) array_q <= last_array ? '0 : array_q + ArrayW'(1);
      if (take && dest == 2'd2 && row_end) fb_q <= 1'b1;
      else if (fb_ready_i[array_q])        fb_q <= 1'b0;
    end
  end

  // ---- datapath ---------------------------------------------------------------------
  logic [255:0]       hold_q, fb_data_q;  // the beats of four words so far
  logic [FbWordW-1:0] fb_word_q;
  logic [1:0]         tail, fb_tail_q;    // words of the last write less one; of this write
  assign tail = 2'(len[4:3] - 2'd1);
  always_ff @(posedge clk_i) begin
    if (landed || (state_q == IDLE && start_i)) begin
      addr_q  <= landed ? addr_q + AddrW'(cmd_i.step) : cmd_i.addr;
      left_q <= 20'((len + 24'(BusBits / 8 - 1)) >> ByteW);
      col_q  <= '0;
      row_q  <= first;
    end else if (take) begin
      left_q <= left_q - 20'd1;
      col_q  <= row_end ? '0 : col_q + 1'b1;
      if (row_end) row_q <= row_q + ((dest == 2'd2) ? 16'd4 : 16'd1);
      if (dest == 2'd2) begin
        hold_q[BusBits*part +: BusBits] <= rdata_i;
        if (row_end) begin
          fb_data_q                          <= hold_q;
          fb_data_q[BusBits*part +: BusBits] <= rdata_i;
          fb_word_q                          <= row_q[FbWordW-1:0];
          fb_tail_q                          <= last ? tail : 2'd3;
        end
      end
    end
  end
  assign wb_we_o    = take && dest == 2'd0;
  assign wb_wrow_o  = row_q[WbRowW-1:0];
  assign wb_wcol_o  = col_q;
  assign wb_wdata_o = rdata_i;
  assign sp_we_o    = take && dest == 2'd1;
  assign sp_wrow_o  = row_q[SpRowW-1:0];
  assign sp_wcol_o  = col_q;
  assign sp_wdata_o = rdata_i;
  assign fb_valid_o = Arrays'(fb_q) << array_q;
  assign fb_req_o   = {1'b1, fb_word_q, mask, fb_data_q};
  logic [FbMaskW-1:0] mask;
  logic [3:0]         keep;
  assign keep = ~(4'b1110 << fb_tail_q);
  for (genvar w = 0; w < 4; w++) begin : gen_mask
    assign mask[w * (FbMaskW / 4) +: FbMaskW / 4] = {FbMaskW / 4{keep[w]}};
  end

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(WeightRowInRange_A, !wb_we_o || 32'(row_q) < bonnet_pkg::WeightRows)
  `BONNET_ASSERT(StemRowInRange_A, !sp_we_o || 32'(row_q) < bonnet_pkg::StemRows)
  `BONNET_ASSERT_HELD(ReqHeld_A, rd_valid_o, rd_ready_i, rd_req_o)
  `BONNET_ASSERT_HELD(FbHeld_A, fb_q, fb_ready_i[array_q], fb_req_o)
  `BONNET_ASSUME(StartWhenIdle_A, !start_i || state_q == IDLE)
  logic unused;
  assign unused = ^{cmd_i};
endmodule
`default_nettype wire
