// SPDX-License-Identifier: Apache-2.0
//
// bonnet_ice40_conv - one binary layer, or the part of it that reads one slice: docs/operators.md 3 and 4, word by word.
//
//   for each tile of 4 channels: thresholds and weights to the lanes; for each pixel: for each position of the pool: the dot product,
//   the thresholds; then for each slice: the residual, the pass-through half, the write of a nibble (interleaved: of two)
//
// Rate    tile: 4 * (rows + 1) + 1 cycles, and a pixel: words of the dot product + 2 a position, plus slices * (1 position, 2 store, 3 XNOR and
//         OR, 4 interleave) cycles; raw: words + 3.
// Stall   none: the memory is ours from start_i to done_o. abort_i ends a run at once.
// Golden  sim/golden (binary convolution, downsample, shortcut)       Test  tests/rtl/bonnet_ice40_tb.cpp, tests/ice40
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_ice40_conv #(
  localparam int unsigned AddrW = bonnet_ice40_pkg::AddrW,
  localparam int unsigned Lanes = bonnet_ice40_pkg::Lanes,
  localparam int unsigned SumW  = bonnet_ice40_pkg::SumW
) (
  input  wire logic                   clk_i,
  input  wire logic                   rst_ni,
  input  wire bonnet_ice40_pkg::cfg_t cfg_i,     // stable while busy_o
  input  wire logic                   start_i,
  input  wire logic                   abort_i,
  output      logic                   busy_o,
  // memory: rdata_i one cycle after re_o
  output      logic                   re_o,
  output      logic [15:0]            nibbles_o,
  output      logic [AddrW-1:0]       addr_o,
  output      logic [63:0]            wdata_o,
  input  wire logic [63:0]            rdata_i
);
  typedef enum logic [3:0] {
    IDLE, LOAD, LOADED, DOT, COUNT, ADD, COMPARE, RES, PASS, WRITE, RAW
  } state_e;
  state_e state_q;

  // ---- where: tile, pixel, slice ---------------------------------------------------
  logic [7:0]       tile_q, nibble_q, row_q;
  logic [1:0]       lane_q, slice_q;
  logic [AddrW-1:0] weights_q, out_q, res_q, pass_q, window;
  logic             last_word, last_position, last_position_q, last_pixel, last_slice, next_pixel, tile_starts;
  assign last_slice  = !cfg_i.slices4 || slice_q == 2'd3;
  assign next_pixel  = state_q == RAW || (state_q == WRITE && last_slice);
  assign tile_starts = state_q == LOADED;
  bonnet_ice40_window u_window (
    .clk_i, .cfg_i, .start_i(tile_starts), .pixel_i(next_pixel), .step_i(state_q == DOT), .addr_o(window),
    .last_word_o(last_word), .last_position_o(last_position), .last_pixel_o(last_pixel)
  );
  always_ff @(posedge clk_i) begin
    if (state_q == IDLE) begin
      tile_q    <= '0;
      nibble_q  <= cfg_i.nibble;
      weights_q <= cfg_i.weights;
    end else if (next_pixel && last_pixel) begin
      tile_q   <= tile_q + 1'b1;
      nibble_q <= nibble_q + 1'b1;
    end
    if (state_q == LOAD) weights_q <= weights_q + 1'b1;
    if (tile_starts) {out_q, res_q, pass_q} <= {cfg_i.out, cfg_i.res, cfg_i.pass};
    else if (next_pixel) begin
      out_q  <= out_q + cfg_i.out_pix;
      res_q  <= res_q + cfg_i.res_pix;
      pass_q <= pass_q + cfg_i.pass_pix;
    end
    if (state_q == DOT) last_position_q <= last_position;
    if (state_q == COMPARE || state_q == WRITE) slice_q <= last_slice ? '0 : slice_q + 1'b1;
    if (state_q == COMPARE && last_position_q) slice_q <= slice_q;
    if (state_q == IDLE) slice_q <= '0;
  end

  // ---- lanes -----------------------------------------------------------------------
  // Row counter: rows of the tile while they are loaded; then of the dot product, from 1 on, row 0 when its last word was read.
  logic              load_q, dot_q, add_q, first_q, first_add_q;
  logic [1:0]        load_lane_q;
  logic [7:0]        load_row_q;
  logic [Lanes*SumW-1:0] sums;
  logic [Lanes-1:0]  bits, ands;
  always_ff @(posedge clk_i) begin
    unique case (state_q)
      LOAD: begin
        lane_q <= lane_q + 1'b1;
        if (lane_q == 2'd3) row_q <= row_q + 1'b1;
      end
      DOT:     row_q <= last_word ? '0 : row_q + 1'b1;
      IDLE:    {row_q, lane_q} <= '0;
      default: row_q <= (next_pixel && last_pixel) ? 8'd0 : 8'd1;
    endcase
    {load_lane_q, load_row_q} <= {lane_q, row_q};
    first_q     <= state_q == DOT && row_q == 8'd1;
    first_add_q <= first_q;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {load_q, dot_q, add_q} <= '0;
    else         {load_q, dot_q, add_q} <= {state_q == LOAD, state_q == DOT, dot_q};
  end
  bonnet_ice40_lanes u_lanes (
    .clk_i, .rst_ni, .wr_i(load_q), .wr_lane_i(load_lane_q), .wr_row_i(load_row_q), .wr_data_i(rdata_i),
    .rd_i(state_q == DOT || state_q == COUNT), .rd_row_i(row_q), .count_i(dot_q), .act_i(rdata_i), .add_i(add_q), .first_i(first_add_q),
    .sums_o(sums), .slice_i(slice_q), .bits_o(bits), .and_o(ands)
  );

  // ---- the pool, the residual, the pass-through half -----------------------------------
  logic [3:0] pool_q [4];
  logic       pooling_q;              // a position before this one
  logic [3:0] pooled, a_q, t_q, nibble;
  assign pooled = !pooling_q ? bits : (pool_q[slice_q] & (bits | ~ands)) | (bits & ~ands);
  assign nibble = rdata_i[{nibble_q[3:0], 2'b00} +: 4];
  always_ff @(posedge clk_i) begin
    if (state_q == IDLE || next_pixel) pooling_q <= 1'b0;
    else if (state_q == COMPARE && last_slice) pooling_q <= !last_position_q;
    if (state_q == COMPARE) begin
      pool_q[slice_q] <= pooled;
      a_q             <= pooled;
    end
    if (state_q == RES) a_q <= cfg_i.post == 2'd1 ? a_q ~^ nibble : a_q | nibble;
    if (state_q == PASS) t_q <= nibble;
  end

  // ---- memory ------------------------------------------------------------------------
  // Channels of this tile, in words of a pixel: a nibble of a map, two of one that is interleaved, a word of popcounts.
  logic [AddrW-1:0] narrow, wide, offset, base;
  logic             interleave;
  assign interleave = cfg_i.post == 2'd3;
  assign narrow = (AddrW'(nibble_q[7:4]) << {cfg_i.slices4, 1'b0}) + AddrW'(slice_q);
  assign wide   = (AddrW'(nibble_q[7:3]) << {cfg_i.slices4, 1'b0}) + AddrW'(slice_q);
  always_comb begin
    unique case (state_q)
      RES:     {base, offset} = {pass_q, narrow};
      WRITE:   {base, offset} = {out_q, interleave ? wide : narrow};
      RAW:     {base, offset} = {out_q, AddrW'(nibble_q)};
      default: {base, offset} = {res_q, narrow};          // COMPARE
    endcase
    unique case (state_q)
      LOAD:    addr_o = weights_q;
      DOT:     addr_o = window;
      default: addr_o = base + offset;
    endcase
    re_o = state_q == LOAD || state_q == DOT || (state_q == COMPARE && cfg_i.post != 2'd0) || (state_q == RES && interleave);
    nibbles_o = '0;
    if (state_q == WRITE) nibbles_o = interleave ? 16'h3 << {nibble_q[2:0], 1'b0} : 16'h1 << nibble_q[3:0];
    if (state_q == RAW) nibbles_o = '1;
    for (int unsigned l = 0; l < 4; l++) wdata_o[16*l +: 16] = 16'(sums[SumW*l +: SumW]);
    if (state_q != RAW) begin
      for (int unsigned i = 0; i < 16; i++) wdata_o[4*i +: 4] = a_q;
      if (interleave)
        for (int unsigned i = 0; i < 32; i++) wdata_o[2*i +: 2] = {t_q[i % 4], a_q[i % 4]};
    end
  end

  // ---- control -------------------------------------------------------------------------
  assign busy_o = state_q != IDLE;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= IDLE;
    else if (abort_i) state_q <= IDLE;
    else begin
      unique case (state_q)
        IDLE:    if (start_i) state_q <= LOAD;
        LOAD:    if (lane_q == 2'd3 && row_q == cfg_i.rows) state_q <= LOADED;
        LOADED:  state_q <= DOT;
        DOT:     if (last_word) state_q <= COUNT;
        COUNT:   state_q <= ADD;
        ADD:     state_q <= cfg_i.raw ? RAW : COMPARE;
        COMPARE: begin
          if (last_position_q) state_q <= cfg_i.post == 2'd0 ? WRITE : RES;
          else if (last_slice) state_q <= DOT;
        end
        RES:     state_q <= interleave ? PASS : WRITE;
        PASS:    state_q <= WRITE;
        default: begin                                    // WRITE, RAW
          if (!next_pixel)                  state_q <= COMPARE;
          else if (!last_pixel)             state_q <= DOT;
          else if (tile_q != cfg_i.tiles)   state_q <= LOAD;
          else                              state_q <= IDLE;
        end
      endcase
    end
  end

  // ---- contract ----------------------------------------------------------------------
  `BONNET_ASSERT(ReadOrWrite_A, !re_o || nibbles_o == '0)
  `BONNET_ASSERT(QuietWhenIdle_A, busy_o || (!re_o && nibbles_o == '0))
endmodule
`default_nettype wire
