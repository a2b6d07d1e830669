// SPDX-License-Identifier: Apache-2.0
//
// bonnet_fc - fully connected layer: int32 logits of int16 features and int8 weights.
//
//   logit[t*Lanes + l] = bias[l] + sum over j of W[l][j] * F[j]        (int32, wraps)
//
// For each tile: INPUTS/8 weight rows of eight int8 a lane, one feature a cycle for all lanes; then the bias row, which lies before them, is
// read and stays, and Lanes/2 words of two logits leave through port B: the bias is added there, twice a word instead of once a lane.
//
// Arrays in step read the same rows: the first one's FC picks the bytes and the biases and lends them to the others (Own = 0).
//
// Rate    Lanes MACs a cycle; INPUTS + Lanes/2 + 4 cycles a tile when port B is free.
// Stall   only for port B.       Golden  sim/golden (fully connected)       Test  tests/rtl/bonnet_fc_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_fc #(
  parameter  bit          Own     = 1'b1,                // picks from the rows itself
  localparam int unsigned Lanes   = bonnet_pkg::Lanes,
  localparam int unsigned RowBits = bonnet_pkg::RowBits,
  localparam int unsigned FbWordW = bonnet_pkg::FbWordW,
  localparam int unsigned WbRowW  = bonnet_pkg::WbRowW,
  localparam int unsigned PairW   = $clog2(Lanes) - 1,
  localparam int unsigned BankM   = 64 / bonnet_pkg::Group,
  localparam int unsigned LendW   = 8 * Lanes + 64       // a weight of each lane, the biases of a pair
) (
  input  wire logic                clk_i,
  input  wire logic                rst_ni,
  input  wire logic                start_i,
  input  wire logic [511:0]        desc_i,      // FC, checked; stable until done_o
  output      logic                busy_o,
  output      logic                done_o,      // pulse: every logit has been taken by port B
  // feature buffer port A, weight buffer
  output      logic                fa_re_o,
  output      logic [FbWordW-1:0]  fa_word_o,
  input  wire logic [255:0]        fa_data_i,
  output      logic                wb_re_o,
  output      logic [WbRowW-1:0]   wb_row_o,
  input  wire logic [RowBits-1:0]  wb_data_i,
  input  wire logic [LendW-1:0]    lend_i,      // of an FC that walks in step, without Own
  output      logic [LendW-1:0]    lend_o,
  // feature buffer port B, writes only
  output      logic                fb_valid_o,
  input  wire logic                fb_ready_i,
  output bonnet_pkg::fb_req_t      fb_req_o
);
  // ---- descriptor ------------------------------------------------------------
  logic [15:0] d_in, d_out, d_wrow;
  logic [7:0]  d_tiles;
  logic [11:0] d_inputs;
  assign d_in     = desc_i[bonnet_job_pkg::FC_IN_LSB +: 16];
  assign d_out    = desc_i[bonnet_job_pkg::FC_OUT_LSB +: 16];
  assign d_wrow   = desc_i[bonnet_job_pkg::FC_WROW_LSB +: 16];
  assign d_tiles  = desc_i[bonnet_job_pkg::FC_TILES_LSB +: 8];
  assign d_inputs = desc_i[bonnet_job_pkg::FC_INPUTS_LSB +: 12];
  logic unused_desc;
  assign unused_desc = ^desc_i;

  // ---- control ---------------------------------------------------------------
  localparam logic [2:0] Idle = 3'd0, Clear = 3'd1, Walk = 3'd2, Drain = 3'd3, Write = 3'd4;
  logic [2:0]  state_q;
  logic [11:0] feat_q;                  // feature read next
  logic [15:0] word, wrow_q, out_q;
  logic [7:0]  tile_q;
  logic [6:0]  left_q;                  // logit words of the tile left to write
  logic [1:0]  drain_q;
  logic [WbRowW-1:0] bias_row_q;
  logic        walk, sent, tile_done;
  assign walk      = state_q == Walk;
  assign sent      = fb_valid_o && fb_ready_i;
  assign tile_done = sent && left_q == 7'd1;
  assign word      = d_in + 16'(feat_q[11:2]);
  assign wb_re_o   = (walk && feat_q[2:0] == 3'd0) || (state_q == Drain && drain_q == 2'd0);
  assign wb_row_o  = walk ? wrow_q[WbRowW-1:0] : bias_row_q;
  assign fa_re_o   = walk && feat_q[1:0] == 2'd0;
  assign fa_word_o = word[FbWordW-1:0];
  assign busy_o    = state_q != Idle;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      done_o  <= 1'b0;
    end else begin
      done_o <= tile_done && tile_q == 8'd1;
      unique case (state_q)
        Idle:    if (start_i) state_q <= Clear;
        Clear:   state_q <= Walk;
        Walk:    if (feat_q == d_inputs - 12'd1) state_q <= Drain;
        Drain:   if (drain_q == 2'd2) state_q <= Write;
        default: if (tile_done) state_q <= (tile_q == 8'd1) ? Idle : Clear;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (state_q == Idle) begin
      wrow_q <= d_wrow;
      bias_row_q <= d_wrow[WbRowW-1:0];  // so that the arrays' units agree from the first cycle on (InStep_A of bonnet_conv)
      out_q  <= d_out;
      tile_q <= d_tiles;
    end else begin
      if (state_q == Clear) bias_row_q <= wrow_q[WbRowW-1:0];
      if (state_q == Clear || (walk && wb_re_o)) wrow_q <= wrow_q + 16'd1;
      if (sent) out_q <= out_q + 16'd1;
      if (tile_done) tile_q <= tile_q - 8'd1;
    end
    feat_q  <= walk ? feat_q + 12'd1 : '0;
    drain_q <= (state_q == Drain) ? drain_q + 2'd1 : '0;
    if (state_q == Drain) left_q <= 7'(Lanes / 2);
    else if (sent) left_q <= left_q - 7'd1;
  end

  // ---- datapath: read, multiply, add -----------------------------------------
  logic        en1_q, en2_q, first1_q, first2_q;
  logic [2:0]  byte1_q;
  logic [15:0] feat;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {en1_q, en2_q} <= 2'b00;
    else         {en1_q, en2_q} <= {walk, en1_q};
  end
  always_ff @(posedge clk_i) begin
    if (walk) {first1_q, byte1_q} <= {feat_q == '0, feat_q[2:0]};
    if (en1_q) first2_q <= first1_q;
  end
  assign feat = fa_data_i[{2'd0, byte1_q[1:0], 4'd0} +: 16];
  logic             load, pick;
  logic [PairW-1:0] next_q;             // the pair of logits that is picked next
  assign load = state_q == Drain && drain_q == 2'd2;
  assign pick = load || sent;
  always_ff @(posedge clk_i) next_q <= pick ? next_q + PairW'(1) : (state_q == Write) ? next_q : '0;

  // One of a lane's own eight bytes. Indexed in the whole row, synthesis would build a shifter of the row's width for each lane.
  function automatic logic [7:0] byte_of(input logic [63:0] bytes, input logic [2:0] i);
    byte_of = bytes[8*i +: 8];
  endfunction
  logic [8*Lanes-1:0] weights;
  logic [63:0]        bias;
  if (Own) begin : gen_own
    logic [32*Lanes-1:0] biases;
    always_comb begin                   // simulation picks only what is looked at
      weights = 'x;
      if (en1_q) for (int unsigned l = 0; l < Lanes; l++) weights[8*l +: 8] = byte_of(wb_data_i[64*l +: 64], byte1_q);
    end
    always_comb begin
      {biases, bias} = 'x;
      if (pick) begin
        for (int unsigned l = 0; l < Lanes; l++) biases[32*l +: 32] = wb_data_i[64*l +: 32];
        bias = biases[{next_q, 6'd0} +: 64];
      end
    end
    logic unused_lend;
    assign unused_lend = ^lend_i;
  end else begin : gen_lent
    assign {bias, weights} = lend_i;
    logic unused_row;
    assign unused_row = ^{wb_data_i, byte1_q};
  end
  assign lend_o = {bias, weights};

  logic [32*Lanes-1:0] acc;
  bonnet_mul_acc #(.Lanes(Lanes), .AW(8), .BW(16), .SumW(32), .Stage(1'b1)) u_acc (
    .clk_i, .mul_en_i(en1_q), .en_i(en2_q), .first_i(first2_q), .alt_i(1'b0), .a_i(weights), .d_i('0), .b_i({Lanes{feat}}), .sum_o(acc)
  );
  logic [63:0] two, pair_q;             // the logits picked, offered
  always_comb begin
    two = 'x;
    if (pick) two = acc[{next_q, 6'd0} +: 64];
  end
  always_ff @(posedge clk_i) if (pick) pair_q <= {two[63:32] + bias[63:32], two[31:0] + bias[31:0]};

  assign fb_valid_o     = state_q == Write;
  assign fb_req_o.we    = 1'b1;
  assign fb_req_o.word  = out_q[FbWordW-1:0];
  assign fb_req_o.wdata = {192'd0, pair_q};
  assign fb_req_o.mask  = {{3*BankM{1'b0}}, {BankM{1'b1}}};

  // ---- contract --------------------------------------------------------------
  `BONNET_ASSUME(StartIdle_A, !(start_i && busy_o))
  `BONNET_ASSERT(FeatureInside_A, !fa_re_o || 32'(word) < bonnet_pkg::FeatureWords)
  `BONNET_ASSERT(LogitInside_A, !fb_valid_o || 32'(out_q) < bonnet_pkg::FeatureWords)
  `BONNET_ASSERT(WeightInside_A, !wb_re_o || (walk ? 32'(wrow_q) : 32'(bias_row_q)) < bonnet_pkg::WeightRows)
  `BONNET_ASSERT_HELD(LogitHeld_A, fb_valid_o, fb_ready_i, {fb_req_o.word, pair_q})
endmodule
`default_nettype wire
