// SPDX-License-Identifier: Apache-2.0
//
// bonnet_merge - joins a pixel's bits a with their operands and writes the result, segment by segment.
//
//   STORE  out = a          XNOR  out = ~(a ^ r)          OR  out = a | r
//   INTERLEAVE              out[2c] = a[c] | r[c], out[2c+1] = t[c]: the 64 channels of a segment become two words, of which
//                           those that hold channels of ours are written
//   OUT_T  four slices leave as three words, t0 = s0, t1 = s2, t2 = s2 ? s1 : s3: only for ordered slices, so not with XNOR
// A segment is placed in its word (lane group g at Group * pos[g]) and masked, so that neighbours stay as they are: what stands at places that
// are not ours, and in words of slices that there are not, is anything.
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

  // The lane groups of one slice at their places in the word: at each place the group that `from` names there.
  function automatic logic [63:0] placed(input logic [Lanes-1:0] lanes, input logic [2*Places-1:0] from);
    for (int unsigned p = 0; p < Places; p++) begin
      placed[Group*p +: Group] = from[2*p + 1] ? (from[2*p] ? lanes[3*Group +: Group] : lanes[2*Group +: Group])
                                               : (from[2*p] ? lanes[Group +: Group] : lanes[0 +: Group]);
    end
  endfunction
  // One slice of the output word; weave: bits of b = a | r to the even places, of t to the odd ones, those of the upper half or of the lower.
  function automatic logic [63:0] spread(input logic [31:0] half);  // bit i to bit 2i
    spread = {32'b0, half};
    spread = (spread | (spread << 16)) & 64'h0000FFFF0000FFFF;
    spread = (spread | (spread << 8)) & 64'h00FF00FF00FF00FF;
    spread = (spread | (spread << 4)) & 64'h0F0F0F0F0F0F0F0F;
    spread = (spread | (spread << 2)) & 64'h3333333333333333;
    spread = (spread | (spread << 1)) & 64'h5555555555555555;
  endfunction
  function automatic logic [63:0] combine(input logic [2:0] post, input logic upper, input logic [63:0] a, input logic [63:0] r,
                                          input logic [63:0] t);
    logic [63:0] b;
    b       = (post == bonnet_post_pkg::PostXnor) ? ~(a ^ r) : (post == bonnet_post_pkg::PostStore) ? a : a | r;
    combine = (post != bonnet_post_pkg::PostInterleave) ? b
              : upper ? spread(b[63:32]) | (spread(t[63:32]) << 1) : spread(b[31:0]) | (spread(t[31:0]) << 1);
  endfunction
  function automatic logic [255:0] coded(input logic therm, input logic [255:0] s);
    coded = therm ? {s[255:192], (s[191:128] & s[127:64]) | (~s[191:128] & s[255:192]), s[191:128], s[63:0]} : s;
  endfunction

  // ---- which places of the word are ours ---------------------------------------
  logic [Places-1:0] place;       // of the segment's word
  logic [Places-1:0] place_half;  // of the output word of this step
  logic [2*Places-1:0] from;      // the lane group that lies there
  logic              lo, hi, weave;
  logic              half, half_q;  // INTERLEAVE: which output word; half_q: the low one is done
  always_comb begin
    {place, from} = '0;
    for (int unsigned p = 0; p < Places; p++) begin
      for (int unsigned g = 0; g < 4; g++) begin
        if (seg_i.groups[g] && 32'(seg_i.pos[PosW*g +: PosW]) == p) begin
          place[p]       = 1'b1;
          from[2*p +: 2] = from[2*p +: 2] | 2'(g);
        end
      end
    end
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
  logic [255:0] wdata_q;
  logic [Places-1:0]   ours;
  logic [4*Places-1:0] mask_q;
  logic [FbWordW-1:0]  word_q;
  assign word = seg_i.out_word + (half ? (!k4_i ? 16'd1 : out_t_i ? 16'd3 : 16'd4) : 16'd0);
  assign ours = weave ? place_half : place;
  // Simulation computes it only when a step is made.
  function automatic logic [255:0] slices(input logic [2:0] post, input logic upper, input logic [2*Places-1:0] at, input logic [4*Lanes-1:0] bits,
                                          input logic [255:0] res, input logic [255:0] pass);
    for (int unsigned j = 0; j < 4; j++)
      slices[64*j +: 64] = combine(post, upper, placed(bits[Lanes*j +: Lanes], at), res[64*j +: 64], pass[64*j +: 64]);
  endfunction
  always_ff @(posedge clk_i) begin
    if (step) begin
      word_q  <= word[FbWordW-1:0];
      mask_q  <= {(k4_i && !out_t_i) ? ours : '0, k4_i ? ours : '0, k4_i ? ours : '0, ours};
      wdata_q <= coded(out_t_i, slices(post_i, half, from, pix_bits_i, res_i, pass_i));
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
  logic [63:0]  unordered;
  logic [255:0] plain;
  always_comb begin : order
    {plain, unordered} = '0;
    if (step && out_t_i) begin
      plain = slices(post_i, half, from, pix_bits_i, res_i, pass_i);
      for (int unsigned p = 0; p < Places; p++) unordered[Group*p +: Group] = {Group{ours[p]}};
      unordered &= (plain[63:0] & ~plain[127:64]) | (plain[127:64] & ~plain[191:128]) | (plain[191:128] & ~plain[255:192]);
    end
  end
  `BONNET_ASSERT(Ordered_A, unordered == '0)
`endif
  `BONNET_ASSUME(LastAgrees_A, !(pix_ready_o && pix_valid_i) || pix_last_i == seg_i.last_pix)
  `BONNET_ASSERT_HELD(WriteHeld_A, wr_valid_o, wr_ready_i, wr_req_o)
endmodule
`default_nettype wire
