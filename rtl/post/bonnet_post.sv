// SPDX-License-Identifier: Apache-2.0
//
// bonnet_post - the post room: popcounts of the array to written feature words. docs/chip.md, "The conv unit".
//
//   results -> FIFO -+-> threshold -> pool2 --+-> merge -+-> writes -+-> feature buffer, port B
//                    +-> head (Lanes/8 MACs) -|----------+           |
//   walk (pixels, segments) -> operand (RES, PASS) <---- reads ------+
//
// One law between the units: valid/ready streams, pixels in the array's order; a unit that reads or writes integers of
// another width takes its place between threshold and merge, with its own operands.
// Rate    per pixel and tile: S words of 64 channels touched, R reads for each (STORE 0, XNOR and OR 1, INTERLEAVE 2), W words written (S, or
//         INTERLEAVE those of twice the channels). One result per cycle, or S*R + W accesses of port B if they are more; HEAD 8 cycles.
//         Grouped 3x3 layers give a result in 9*C/64 cycles, S*R + W is at most 4, 8, 12, 12 for C = 64, 128, 256, 512: never behind.
// Fill    the first segment is there two cycles after cfg_start_i, its operands at most 2 + R cycles later; a write leaves three cycles after
//         its result, six after the last beat for HEAD.
// Drain   from the last result to idle_o, results in blocks of 8 at one per cycle, blocks 8*pace cycles apart, B results in the last:
//         max over n = B, B+8 (if there are so many) of   4 + n*W - since(n) + R*max(0, n*S - 16),   since(B) = B, since(B+8) = B*pace + 8
//         HEAD: the same of 8 + 8*n - since(n), a strip with MORE, which writes nothing, of 7 + 8*n - since(n).   POOL2: 5 + B/4 * (W-1).   INTERLEAVE may be two cycles later where n*S > 16.
//         So 4 for S = W = 1, 12 for INTERLEAVE at C = 64, 64 for HEAD with B = 8 and 15 with B = 1.
// Stall   Block results more are welcome when room_o is up (and Block under way); port B may refuse at any time.
// Test    tests/rtl/bonnet_post_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_post #(
  parameter  bit          Own     = 1'b1,                   // keeps the parameter rows itself, and lends them to others in step
  localparam int unsigned Lanes   = bonnet_pkg::Lanes,
  localparam int unsigned LendW   = bonnet_pkg::PostLendW,
  localparam int unsigned SumW    = bonnet_pkg::SumW,
  localparam int unsigned Depth   = 3 * bonnet_pkg::Block,  // a block held, a block under way, a block promised
  localparam int unsigned CountW  = $clog2(Depth + 1)
) (
  input  wire logic                            clk_i,
  input  wire logic                            rst_ni,
  // descriptor: stable from start to idle
  input  wire logic [bonnet_pkg::DescBits-1:0] cfg_i,
  input  wire logic                            cfg_start_i,   // CONV starts
  // results of the array, one pixel of one tile: lane l at [SumW*l +: SumW]
  input  wire logic                            res_valid_i,
  input  wire logic [Lanes*SumW-1:0]           res_sum_i,
  input  wire logic                            res_tile_i,    // parity of the tile
  input  wire logic                            res_last_i,    // last of its tile
  output      logic                            room_o,
  // parameter rows, two sets
  input  wire logic                            prow_valid_i,
  input  wire logic                            prow_tile_i,
  input  wire logic                            prow_second_i, // HEAD: row 1
  input  wire logic [bonnet_pkg::RowBits-1:0]  prow_data_i,
  input  wire logic [LendW-1:0]                lend_i,        // without Own: of a post in step
  output      logic [LendW-1:0]                lend_o,
  output      logic [1:0]                      busy_o,        // a result of this parity waits
  output      logic                            idle_o,        // every write of the descriptor has landed
  // feature buffer, port B
  output      logic                            fb_valid_o,
  input  wire logic                            fb_ready_i,
  output      bonnet_pkg::fb_req_t             fb_req_o,
  input  wire logic                            fb_rvalid_i,
  input  wire logic [255:0]                    fb_rdata_i,
  output      bonnet_pkg::unit_sts_t           sts_o
);
  // ---- descriptor --------------------------------------------------------------
  logic [2:0] post;
  logic       k4, head, use_res, use_pass;
  assign post     = cfg_i[bonnet_job_pkg::CONV_POST_LSB +: bonnet_job_pkg::CONV_POST_W];
  assign k4       = cfg_i[bonnet_job_pkg::CONV_K4_LSB];
  assign head     = post == bonnet_post_pkg::PostHead;
  assign use_res  = post != bonnet_post_pkg::PostStore;
  assign use_pass = post == bonnet_post_pkg::PostInterleave;

  // ---- results wait here ----------------------------------------------------------
  logic                  ent_valid, ent_ready, ent_tile, ent_last, fifo_ready, pop;
  logic [Lanes*SumW-1:0] ent_sum;
  logic [CountW-1:0]     held;
  bonnet_fifo #(.Width(Lanes * SumW + 2), .Depth(Depth)) u_fifo (
    .clk_i, .rst_ni,
    .valid_i(res_valid_i), .ready_o(fifo_ready), .data_i({res_tile_i, res_last_i, res_sum_i}),
    .valid_o(ent_valid), .ready_i(ent_ready), .data_o({ent_tile, ent_last, ent_sum})
  );
  // Results held, by parity of their tile.
  logic [CountW-1:0] even_q, odd_q;
  assign pop = ent_valid && ent_ready;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {even_q, odd_q} <= '0;
    else begin
      even_q <= even_q + CountW'(res_valid_i && !res_tile_i) - CountW'(pop && !ent_tile);
      odd_q  <= odd_q + CountW'(res_valid_i && res_tile_i) - CountW'(pop && ent_tile);
    end
  end
  assign busy_o = {odd_q != '0, even_q != '0};
  assign held   = even_q + odd_q;
  assign room_o = held <= CountW'(Depth - 2 * bonnet_pkg::Block);

  // ---- operands ahead of the results ------------------------------------------------
  logic                  seg_valid, seg_ready, op_valid, op_ready, op_empty, rd_valid, rd_ready, walk_done;
  bonnet_post_pkg::seg_t seg, op_seg;
  logic [255:0]          op_res, op_pass;
  logic [bonnet_pkg::FbWordW-1:0] rd_word;
  bonnet_walk u_walk (
    .clk_i, .rst_ni, .cfg_i, .start_i(cfg_start_i), .done_o(walk_done), .valid_o(seg_valid), .ready_i(seg_ready), .seg_o(seg)
  );
  bonnet_operand u_operand (
    .clk_i, .rst_ni, .res_t_i(cfg_i[bonnet_job_pkg::CONV_RES_T_LSB]), .pass_t_i(cfg_i[bonnet_job_pkg::CONV_PASS_T_LSB]),
    .use_res_i(use_res), .use_pass_i(use_pass),
    .seg_valid_i(seg_valid), .seg_ready_o(seg_ready), .seg_i(seg),
    .valid_o(op_valid), .ready_i(op_ready), .seg_o(op_seg), .res_o(op_res), .pass_o(op_pass), .empty_o(op_empty),
    .rd_valid_o(rd_valid), .rd_ready_i(rd_ready), .rd_word_o(rd_word), .rvalid_i(fb_rvalid_i), .rdata_i(fb_rdata_i)
  );

  // ---- bits ------------------------------------------------------------------------
  logic                 beat_en, th_ready, th_valid, th_take, th_last, pool_valid, pool_take, pool_last;
  logic [2:0]           beat;
  logic [Lanes*64-1:0]  row;
  logic [Lanes*8-1:0]   beat_row;
  logic [Lanes*2-1:0]   beat_slope;
  logic [4*Lanes-1:0]   th_bits, pool_bits;
  logic [Lanes-1:0]     th_and;
  if (Own) begin : gen_own
    bonnet_rows u_rows (
      .clk_i, .rst_ni, .prow_valid_i, .prow_second_i, .prow_data_i, .done_i(pop && ent_last), .done_second_i(pop && ent_last && head),
      .beat_en_i(beat_en), .beat_i(beat), .row_o(row), .beat_row_o(beat_row), .beat_slope_o(beat_slope)
    );
    logic unused_lend;
    assign unused_lend = ^lend_i;
  end else begin : gen_lent
    assign {row, beat_row, beat_slope} = lend_i;
    logic unused_own;
    assign unused_own = ^{prow_second_i, prow_data_i, beat, beat_en};
  end
  assign lend_o = {row, beat_row, beat_slope};
  bonnet_threshold #(.Lanes(Lanes), .SumW(SumW)) u_threshold (
    .clk_i, .rst_ni,
    .row_i(row),
    .valid_i(ent_valid && !head), .ready_o(th_ready), .sum_i(ent_sum), .last_i(ent_last),
    .valid_o(th_valid), .ready_i(th_take), .bits_o(th_bits), .and_o(th_and), .last_o(th_last)
  );
  bonnet_pool2 #(.Lanes(Lanes)) u_pool2 (
    .clk_i, .rst_ni, .pool2_i(cfg_i[bonnet_job_pkg::CONV_POOL2_LSB]),
    .valid_i(th_valid), .ready_o(th_take), .bits_i(th_bits), .and_i(th_and), .last_i(th_last),
    .valid_o(pool_valid), .ready_i(pool_take), .bits_o(pool_bits), .last_o(pool_last)
  );
  logic                merge_seg_ready, merge_wr_valid, wr_valid, wr_ready;
  bonnet_pkg::fb_req_t merge_wr, head_wr, wr;
  bonnet_merge u_merge (
    .clk_i, .rst_ni, .en_i(!head), .post_i(post), .k4_i(k4), .out_t_i(cfg_i[bonnet_job_pkg::CONV_OUT_T_LSB]),
    .pix_valid_i(pool_valid), .pix_ready_o(pool_take), .pix_bits_i(pool_bits), .pix_last_i(pool_last),
    .seg_valid_i(op_valid), .seg_ready_o(merge_seg_ready), .seg_i(op_seg), .res_i(op_res), .pass_i(op_pass),
    .wr_valid_o(merge_wr_valid), .wr_ready_i(wr_ready), .wr_req_o(merge_wr)
  );

  // ---- integers ----------------------------------------------------------------------
  logic head_ready, head_seg_ready, head_wr_valid, head_idle;
  bonnet_head u_head (
    .clk_i, .rst_ni, .en_i(head), .k4_i(k4),
    .dot_i(cfg_i[bonnet_job_pkg::CONV_K_LSB +: bonnet_job_pkg::CONV_K_W]),
    .s1_i(cfg_i[bonnet_job_pkg::CONV_S1_LSB +: bonnet_job_pkg::CONV_S1_W]),
    .s2_i(cfg_i[bonnet_job_pkg::CONV_S2_LSB +: bonnet_job_pkg::CONV_S2_W]),
    .keep_i(cfg_i[bonnet_job_pkg::CONV_KEEP_LSB]), .more_i(cfg_i[bonnet_job_pkg::CONV_MORE_LSB]),
    .beat_en_o(beat_en), .beat_o(beat), .beat_row_i(beat_row), .beat_slope_i(beat_slope),
    .pix_valid_i(ent_valid), .pix_ready_o(head_ready), .pix_sum_i(ent_sum), .pix_last_i(ent_last),
    .seg_valid_i(op_valid), .seg_ready_o(head_seg_ready), .seg_i(op_seg), .res_i(op_res),
    .wr_valid_o(head_wr_valid), .wr_ready_i(wr_ready), .wr_req_o(head_wr), .idle_o(head_idle)
  );
  assign ent_ready = head ? head_ready : th_ready;
  assign op_ready  = head ? head_seg_ready : merge_seg_ready;
  assign wr_valid  = head_wr_valid || merge_wr_valid;
  assign wr        = head ? head_wr : merge_wr;

  bonnet_post_port u_port (
    .clk_i, .rst_ni, .rd_valid_i(rd_valid), .rd_ready_o(rd_ready), .rd_word_i(rd_word), .wr_valid_i(wr_valid), .wr_ready_o(wr_ready), .wr_req_i(wr),
    .fb_valid_o, .fb_ready_i, .fb_req_o
  );
  assign idle_o = walk_done && op_empty && !wr_valid && head_idle;
  assign sts_o.stall_in  = 1'b0;
  assign sts_o.stall_out = fb_valid_o && !fb_ready_i;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSUME(RoomKept_A, !res_valid_i || fifo_ready)
  `BONNET_ASSUME(SetFree_A, !prow_valid_i || !busy_o[prow_tile_i])
  `BONNET_ASSUME(StartWhenIdle_A, !cfg_start_i || idle_o)
  `BONNET_ASSUME(NothingExtra_A, !(idle_o && !cfg_start_i) || !(res_valid_i || ent_valid || th_valid || pool_valid))
endmodule
`default_nettype wire
