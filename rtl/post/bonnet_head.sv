// SPDX-License-Identifier: Apache-2.0
//
// bonnet_head - the last block's integers: popcounts to int16 features, averaged over the map. docs/operators.md, section 5.
//
//   n = 2p - K                     m = sum over slices of +-1 of RES at the lane's channel
//   v = sat16(round_shift(A*n + B*m + C, s1))
//   u = v >= 0 ? v : sat16(round_shift(S*v, 8))
//   sum += u                       after the last pixel of a tile: F = sat16(round_shift(sum, s2)), written as int16
// A map in strips: more_i leaves the sums of the tile here and writes nothing, keep_i goes on with them in the next descriptor.
// Lanes/8 lanes per beat, eight beats per pixel; a beat lies inside one lane group (two beats each).
// Parameters A, B, C and S come from bonnet_rows, of the beat that was asked for.
// Rate    one beat per cycle; eight writes after the last pixel of a tile, each six cycles after its beat; idle_o rises seven cycles
//         after the last beat, with more_i six. Stall  a refused write holds everything.
// Test    tests/rtl/bonnet_head_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_head #(
  localparam int unsigned Lanes = bonnet_pkg::Lanes,
  localparam int unsigned Macs  = Lanes / 8,            // lanes per beat
  localparam int unsigned SumW  = bonnet_pkg::SumW
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  // descriptor
  input  wire logic                  en_i,              // POST is HEAD
  input  wire logic                  k4_i,
  input  wire logic [12:0]           dot_i,             // K
  input  wire logic [4:0]            s1_i,              // 0..24
  input  wire logic [4:0]            s2_i,              // 0..24
  input  wire logic                  keep_i,            // first pixel adds to the sums that are here
  input  wire logic                  more_i,            // last pixel writes nothing, its sums stay
  // parameters, an eighth, one cycle after they were asked for
  output      logic                  beat_en_o,
  output      logic [2:0]            beat_o,
  input  wire logic [Macs*64-1:0]    beat_row_i,        // A [15:0], B [31:16], C [63:32]
  input  wire logic [Macs*16-1:0]    beat_slope_i,      // S
  // popcounts of a pixel
  input  wire logic                  pix_valid_i,
  output      logic                  pix_ready_o,
  input  wire logic [Lanes*SumW-1:0] pix_sum_i,
  input  wire logic                  pix_last_i,
  // its segments with the words of b
  input  wire logic                  seg_valid_i,
  output      logic                  seg_ready_o,
  input  wire bonnet_post_pkg::seg_t seg_i,
  input  wire logic [255:0]          res_i,             // slice j at [64*j +: 64]
  // writes
  output      logic                  wr_valid_o,
  input  wire logic                  wr_ready_i,
  output      bonnet_pkg::fb_req_t   wr_req_o,
  output      logic                  idle_o             // no beat under way
);
  localparam int unsigned PosW   = bonnet_post_pkg::PosW;
  localparam int unsigned GroupW = $clog2(bonnet_pkg::Group);
  localparam int unsigned MacW   = $clog2(Macs);
  localparam int unsigned FbWordW = bonnet_pkg::FbWordW;
  localparam int unsigned Copies = 16 / Macs;           // beats' features in four words
  localparam int unsigned FeatW  = 16 / bonnet_pkg::Group;  // mask bits of a feature
  if (MacW + 1 != GroupW) $error("bonnet_head: a lane group must be two beats");

  // The eighth of a pixel's popcounts that a beat is about.
  localparam int unsigned BeatW = SumW * Macs;
  function automatic logic [BeatW-1:0] eighth(input logic [8*BeatW-1:0] x, input logic [2:0] i);
    logic [4*BeatW-1:0] half;
    logic [2*BeatW-1:0] quarter;
    half    = i[2] ? x[8*BeatW-1:4*BeatW] : x[4*BeatW-1:0];
    quarter = i[1] ? half[4*BeatW-1:2*BeatW] : half[2*BeatW-1:0];
    eighth  = i[0] ? quarter[2*BeatW-1:BeatW] : quarter[BeatW-1:0];
  endfunction

  // ---- beats of a pixel: lane groups in turn, two beats each, as their segments come -----
  logic [2:0]      beat_q;           // [2:1] is the lane group
  logic            adv, step;        // the pipeline moves; a beat enters it
  logic [1:0]      group, group_next;
  logic [5-GroupW:0] pos;
  assign group       = beat_q[2:1];
  assign group_next  = group + 2'd1;
  assign pos         = seg_i.pos[PosW*group +: 6-GroupW];
  assign adv         = !wr_valid_o || wr_ready_i;
  assign step        = en_i && pix_valid_i && seg_valid_i && adv;
  assign seg_ready_o = step && beat_q[0] && (group == 2'd3 || !seg_i.groups[group_next]);
  assign pix_ready_o = step && beat_q == 3'd7;
  assign beat_en_o   = step;
  assign beat_o      = beat_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)   beat_q <= 3'd0;
    else if (step) beat_q <= beat_q + 3'd1;
  end

  // ---- stages: 1 operands, 2 products, 3 v, 4 u, 5 sum, 6 F ---------------------------
  logic [5:1]        run_q;
  logic [FbWordW-1:0] word1_q, word2_q, word3_q, word4_q, word5_q;  // where the features go
  logic [1:0]        sub1_q, sub2_q, sub3_q, sub4_q, sub5_q;         // first feature of the beat within the word
  logic [2:0]        beat1_q, beat2_q, beat3_q, beat4_q;
  logic [1:0]        edge1_q, edge2_q, edge3_q, edge4_q;      // {the sum starts, the sum is whole}
  logic              last5_q, wr_valid_q;
  logic [5:0]        chan;                                    // beat's first channel within the word
  assign chan = 6'({pos, beat_q[0]}) << MacW;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      run_q      <= '0;
      wr_valid_q <= 1'b0;
    end else if (adv) begin
      run_q      <= {run_q[4:1], step};
      wr_valid_q <= run_q[5] && last5_q;
    end
  end
  assign idle_o     = run_q == '0 && !wr_valid_q;
  assign wr_valid_o = wr_valid_q;

  logic [Macs*SumW-1:0] p1_q;
  logic [Macs*3-1:0]    ones1_q;                    // slices at +1
  logic [Macs*16-1:0]   s2_q, s3_q, v3_q, u4_q, feat_q;
  logic [Macs*32-1:0]   sum5_q;
  logic [Macs*32-1:0]   sum_q [8];                  // by beat of the pixel
  logic [Macs*32-1:0]   sum_old;
  logic [Macs*32-1:0]   sum_d;
  logic [FbWordW-1:0]   word6_q;
  logic [1:0]           sub6_q;
  assign sum_old = sum_q[beat4_q];
  always_comb begin
    for (int unsigned i = 0; i < Macs; i++)
      sum_d[32*i +: 32] = (edge4_q[1] ? 32'd0 : sum_old[32*i +: 32]) + {{16{u4_q[16*i + 15]}}, u4_q[16*i +: 16]};
  end
  // The bits of a beat's channels in a slice.
  localparam int unsigned BytesW = 6 - MacW;
  function automatic logic [Macs-1:0] bits_of(input logic [63:0] slice, input logic [BytesW-1:0] i);
    bits_of = slice[Macs*i +: Macs];
  endfunction
  logic [4*Macs-1:0] ones;
  always_comb begin
    ones = 'x;
    if (step) for (int unsigned j = 0; j < 4; j++) ones[Macs*j +: Macs] = bits_of(res_i[64*j +: 64], chan[5:MacW]);
  end

  // v = A * (2p - K) + B * m + C
  logic [16*Macs-1:0] a, b, n;
  logic [4*Macs-1:0]  m;
  logic [32*Macs-1:0] c, an_bm_c;
  always_comb begin
    {a, b, c, n, m} = 'x;
    if (run_q[1]) begin
      for (int unsigned i = 0; i < Macs; i++) begin
        a[16*i +: 16] = beat_row_i[64*i +: 16];
        b[16*i +: 16] = beat_row_i[64*i + 16 +: 16];
        c[32*i +: 32] = beat_row_i[64*i + 32 +: 32];
        n[16*i +: 16] = {2'b0, p1_q[SumW*i +: SumW], 1'b0};
        m[4*i +: 4]   = {ones1_q[3*i +: 3], 1'b0} - (k4_i ? 4'd4 : 4'd1);
      end
    end
  end
  bonnet_dot2 #(.Lanes(Macs)) u_dot (
    .clk_i, .en_i(adv && run_q[1]), .d_i(16'd0 - {3'b0, dot_i}), .a_i(n), .b_i(a), .e_i(b), .f_i(m), .c_i(c), .y_o(an_bm_c)
  );
  logic [32*Macs-1:0] slope_v;                      // S * v + 128
  bonnet_mul_add #(.Lanes(Macs), .Add(32'd128)) u_slope (.en_i(run_q[3]), .a_i(s3_q), .b_i(v3_q), .y_o(slope_v));
  function automatic logic [15:0] prelu(input logic [15:0] v, input logic [23:0] sv);  // S * v rounded
    prelu = !v[15] ? v : (sv[22:15] != {8{sv[23]}}) ? {sv[23], {15{!sv[23]}}} : sv[15:0];
  endfunction
  logic [16*Macs-1:0] v, feat;
  bonnet_round #(.Numbers(Macs)) u_v (.en_i(run_q[2]), .s_i(s1_i), .x_i(an_bm_c), .y_o(v));
  bonnet_round #(.Numbers(Macs)) u_feat (.en_i(run_q[5] && last5_q), .s_i(s2_i), .x_i(sum5_q), .y_o(feat));
  always_ff @(posedge clk_i) begin
    if (step) begin
      p1_q    <= eighth(pix_sum_i, beat_q);
      word1_q <= seg_i.out_word[FbWordW-1:0] + FbWordW'(chan[5:2]);
      sub1_q  <= chan[1:0];
      beat1_q <= beat_q;
      edge1_q <= {seg_i.first_pix && !keep_i, seg_i.last_pix && !more_i};
      for (int unsigned i = 0; i < Macs; i++)
        ones1_q[3*i +: 3] <= k4_i ? 3'(ones[i]) + 3'(ones[Macs + i]) + 3'(ones[2*Macs + i]) + 3'(ones[3*Macs + i]) : 3'(ones[i]);
    end
    if (adv && run_q[1]) {s2_q, word2_q, sub2_q, beat2_q, edge2_q} <= {beat_slope_i, word1_q, sub1_q, beat1_q, edge1_q};
    if (adv && run_q[2]) {v3_q, s3_q, word3_q, sub3_q, beat3_q, edge3_q} <= {v, s2_q, word2_q, sub2_q, beat2_q, edge2_q};
    if (adv && run_q[3]) begin
      for (int unsigned i = 0; i < Macs; i++) u4_q[16*i +: 16] <= prelu(v3_q[16*i +: 16], slope_v[32*i + 8 +: 24]);
      {word4_q, sub4_q, beat4_q, edge4_q} <= {word3_q, sub3_q, beat3_q, edge3_q};
    end
    if (adv && run_q[4]) begin
      sum5_q         <= sum_d;
      sum_q[beat4_q] <= sum_d;
      {word5_q, sub5_q, last5_q} <= {word4_q, sub4_q, edge4_q[0]};
    end
    if (adv && run_q[5] && last5_q) {feat_q, word6_q, sub6_q} <= {feat, word5_q, sub5_q};
  end
  assign wr_req_o.we    = 1'b1;
  assign wr_req_o.word  = word6_q;
  assign wr_req_o.mask  = bonnet_pkg::FbMaskW'({Macs*FeatW{1'b1}}) << (FeatW * 32'(sub6_q));
  assign wr_req_o.wdata = {Copies{feat_q}};

  // ---- contract ------------------------------------------------------------
  logic unused;  // binary operand fields; words past the feature buffer are refused by the conv unit
  assign unused = ^{seg_i, slope_v};
  `BONNET_ASSUME(SegmentFits_A, !step || seg_i.groups[group])
  `BONNET_ASSUME(PixelEndsSegment_A, !pix_ready_o || (seg_ready_o && seg_i.last_seg && pix_last_i == seg_i.last_pix))
  `BONNET_ASSUME(Shifts_A, !step || (s1_i <= 5'd24 && s2_i <= 5'd24))
  `BONNET_ASSERT_HELD(WriteHeld_A, wr_valid_o, wr_ready_i, wr_req_o)
endmodule
`default_nettype wire
