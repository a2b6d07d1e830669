// SPDX-License-Identifier: Apache-2.0
//
// bonnet_merge - joins a pixel's bits a with their operands and writes the result, segment by segment.
//
//   STORE  out = a          XNOR  out = ~(a ^ r)          OR  out = a | r
//   INTERLEAVE              out[2c] = a[c] | r[c], out[2c+1] = t[c]: the 64 channels of a segment become two words, of which
//                           those that hold channels of ours are written
//   OUT_T  four slices leave as three words, t0 = s0, t1 = s2, t2 = s2 ? s1 : s3: only for ordered slices, so not with XNOR
// A segment is placed in its word (lane group g at Group * pos[g]) and masked, so that neighbours stay as they are.
// Rate    one write per cycle. A pixel is taken with its last write.
// Stall   wr_valid_o && !wr_ready_i holds everything.
// Test    tests/rtl/bonnet_merge_tb.cpp        Proof  tests/formal/bonnet_merge.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_merge (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  input  wire logic                  en_i,        // 0: HEAD, which has no bits
  input  wire logic [2:0]            post_i,      // bonnet_post_pkg::Post*
  input  wire logic                  k4_i,
  input  wire logic                  out_t_i,     // thermometer code, k4_i only
  // bits of a pixel
  input  wire logic                  pix_valid_i,
  output      logic                  pix_ready_o,
  input  wire logic [4*bonnet_pkg::Lanes-1:0] pix_bits_i,  // slice j at [Lanes*j +: Lanes]
  input  wire logic                  pix_last_i,  // last pixel of the tile, as the array says
  // its segments with their operands
  input  wire logic                  seg_valid_i,
  output      logic                  seg_ready_o,
  input  wire bonnet_post_pkg::seg_t seg_i,
  input  wire logic [255:0]          res_i,       // slice j at [64*j +: 64]
  input  wire logic [255:0]          pass_i,
  // writes
  output      logic                  wr_valid_o,
  input  wire logic                  wr_ready_i,
  output      bonnet_pkg::fb_req_t   wr_req_o
);
  localparam int unsigned Lanes  = bonnet_pkg::Lanes;
  localparam int unsigned Group  = bonnet_pkg::Group;
  localparam int unsigned PosW   = bonnet_post_pkg::PosW;
  localparam int unsigned Places = 64 / Group;  // lane groups in a word = its mask bits
  localparam int unsigned FbWordW = bonnet_pkg::FbWordW;

  // Bit i to bit 2i.
  function automatic logic [63:0] spread(input logic [31:0] half);
    spread = {32'b0, half};
    spread = (spread | (spread << 16)) & 64'h0000FFFF0000FFFF;
    spread = (spread | (spread << 8)) & 64'h00FF00FF00FF00FF;
    spread = (spread | (spread << 4)) & 64'h0F0F0F0F0F0F0F0F;
    spread = (spread | (spread << 2)) & 64'h3333333333333333;
    spread = (spread | (spread << 1)) & 64'h5555555555555555;
  endfunction

  // The lane groups of one slice at their places in the word.
  function automatic logic [63:0] placed(input logic [Lanes-1:0] lanes, input logic [3:0] groups, input logic [4*PosW-1:0] pos);
    placed = '0;
    for (int unsigned g = 0; g < 4; g++)
      if (groups[g]) placed |= 64'(lanes[Group*g +: Group]) << (Group * 32'(pos[PosW*g +: PosW]));
  endfunction
  // One slice of the output word.
  function automatic logic [63:0] combine(input logic [2:0] post, input logic upper, input logic [63:0] a, input logic [63:0] r,
                                          input logic [63:0] t);
    unique case (post)
      bonnet_post_pkg::PostXnor:       combine = ~(a ^ r);
      bonnet_post_pkg::PostOr:         combine = a | r;
      bonnet_post_pkg::PostInterleave: combine = upper ? spread(a[63:32] | r[63:32]) | (spread(t[63:32]) << 1)
                                                       : spread(a[31:0] | r[31:0]) | (spread(t[31:0]) << 1);
      default:                         combine = a;
    endcase
  endfunction

  // ---- which places of the word are ours ---------------------------------------
  logic [Places-1:0] place;       // of the segment's word
  logic [Places-1:0] place_half;  // of the output word of this step
  logic              lo, hi, weave;
  logic              half, half_q;  // INTERLEAVE: which output word; half_q: the low one is done
  always_comb begin
    place = '0;
    for (int unsigned g = 0; g < 4; g++)
      if (seg_i.groups[g]) place |= Places'(1) << seg_i.pos[PosW*g +: PosW];
  end
  always_comb begin
    for (int unsigned p = 0; p < Places; p++) place_half[p] = half ? place[Places/2 + p/2] : place[p/2];
  end
  assign weave = post_i == bonnet_post_pkg::PostInterleave;
  assign lo    = |place[Places/2-1:0];
  assign hi    = |place[Places-1:Places/2];

  // ---- control -------------------------------------------------------------
  logic wr_valid_q, step, last_step, go;
  assign half        = weave && (half_q || !lo);
  assign last_step   = !weave || half || !hi;
  assign go          = en_i && pix_valid_i && seg_valid_i;
  assign step        = go && (!wr_valid_q || wr_ready_i);
  assign seg_ready_o = step && last_step;
  assign pix_ready_o = step && last_step && seg_i.last_seg;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      half_q     <= 1'b0;
      wr_valid_q <= 1'b0;
    end else begin
      wr_valid_q <= step || (wr_valid_q && !wr_ready_i);
      if (step) half_q <= !last_step;
    end
  end

  // ---- data: only when a step is made --------------------------------------------
  logic [15:0]  word;
  logic [255:0] slices;                  // of the output word
  logic [255:0] wdata_q;
  logic [Places-1:0]   ours;
  logic [4*Places-1:0] mask_q;
  logic [FbWordW-1:0]  word_q;
  assign word = seg_i.out_word + (half ? (!k4_i ? 16'd1 : out_t_i ? 16'd3 : 16'd4) : 16'd0);
  assign ours = weave ? place_half : place;
  always_comb begin : combined
    slices = '0;
    if (step) begin
      for (int unsigned j = 0; j < 4; j++)
        if (j == 0 || k4_i)
          slices[64*j +: 64] = combine(post_i, half, placed(pix_bits_i[Lanes*j +: Lanes], seg_i.groups, seg_i.pos), res_i[64*j +: 64],
                                       pass_i[64*j +: 64]);
    end
  end
  always_ff @(posedge clk_i) begin
    if (step) begin
      word_q  <= word[FbWordW-1:0];
      mask_q  <= {(k4_i && !out_t_i) ? ours : '0, k4_i ? ours : '0, k4_i ? ours : '0, ours};
      wdata_q <= out_t_i ? {64'b0, (slices[191:128] & slices[127:64]) | (~slices[191:128] & slices[255:192]), slices[191:128], slices[63:0]}
                         : slices;
    end
  end
  assign wr_valid_o     = wr_valid_q;
  assign wr_req_o.we    = 1'b1;
  assign wr_req_o.word  = word_q;
  assign wr_req_o.mask  = mask_q;
  assign wr_req_o.wdata = wdata_q;

  // ---- contract ------------------------------------------------------------
  logic unused;  // operand addresses; words past the feature buffer are refused by the conv unit
  assign unused = ^{seg_i.res_word, seg_i.pass_word, seg_i.first_pix, seg_i.last_pix, pix_last_i, word};
  `BONNET_ASSUME(CodedHasFour_A, !step || k4_i || !out_t_i)
`ifdef VERILATOR  // thresholds that fall from slice to slice and ordered operands are the compiler's promise
  logic [63:0] unordered;
  always_comb begin : order
    unordered = '0;
    if (step && out_t_i) begin
      for (int unsigned p = 0; p < Places; p++) unordered[Group*p +: Group] = {Group{ours[p]}};
      unordered &= (slices[63:0] & ~slices[127:64]) | (slices[127:64] & ~slices[191:128]) | (slices[191:128] & ~slices[255:192]);
    end
  end
  `BONNET_ASSERT(Ordered_A, unordered == '0)
`endif
  `BONNET_ASSUME(LastAgrees_A, !(pix_ready_o && pix_valid_i) || pix_last_i == seg_i.last_pix)
  `BONNET_ASSERT_HELD(WriteHeld_A, wr_valid_o, wr_ready_i, wr_req_o)
endmodule
`default_nettype wire
