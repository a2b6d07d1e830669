// SPDX-License-Identifier: Apache-2.0
//
// bonnet_fbuf - feature buffer: four banks of 64-bit words; port A reads four words, port B is shared by four clients.
//
//   Word w lies in bank w % 4, row w / 4. A request for word a reaches words a .. a+3: bank b's row is a / 4, one more for the banks
//   below a % 4. Data, mask and answers are rotated, so that a client's word i is always feature word a + i.
//   Port A (conv)   never refused; fa_data_o one cycle after fa_re_i, held until the next read.
//   Port B          one request a cycle, post before stem before store before load. A write changes the mask's groups of Group
//                   bits; a read answers its client exactly one cycle after it was accepted.
//   Both on a word  port A sees the old bits.
//   Past the end    words beyond the last one are not written and read 0; word a itself must be inside.
//
// Rate    four words a cycle on each port.       Stall  a client waits while a stronger one asks; ready never depends on its own valid.
// Golden  docs/chip.md, Words and rows       Test  tests/rtl/bonnet_fbuf_tb.cpp, tests/formal/fbuf.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_fbuf #(
  parameter  int unsigned Rows  = bonnet_pkg::FeatureWords / 4,  // smaller in proofs
  localparam int unsigned WordW = bonnet_pkg::FbWordW,
  localparam int unsigned RowW  = WordW - 2,
  localparam int unsigned Group = bonnet_pkg::Group,
  localparam int unsigned MaskW = bonnet_pkg::FbMaskW,
  localparam int unsigned BankM = MaskW / 4                      // mask bits of a word
) (
  input  wire logic                    clk_i,
  input  wire logic                    rst_ni,
  // port A
  input  wire logic                    fa_re_i,
  input  wire logic [WordW-1:0]        fa_word_i,
  output      logic [255:0]            fa_data_o,
  // port B
  input  wire logic                    post_valid_i,
  output      logic                    post_ready_o,
  input  wire bonnet_pkg::fb_req_t     post_req_i,
  output      logic                    post_rvalid_o,
  input  wire logic                    stem_valid_i,
  output      logic                    stem_ready_o,
  input  wire bonnet_pkg::fb_req_t     stem_req_i,
  output      logic                    stem_rvalid_o,
  input  wire logic                    store_valid_i,
  output      logic                    store_ready_o,
  input  wire bonnet_pkg::fb_req_t     store_req_i,
  output      logic                    store_rvalid_o,
  input  wire logic                    load_valid_i,
  output      logic                    load_ready_o,
  input  wire bonnet_pkg::fb_req_t     load_req_i,
  output      logic                    load_rvalid_o,
  output      logic [255:0]            fb_rdata_o                 // of whichever rvalid is up; held until the next read
);
  // ---- arbiter ---------------------------------------------------------------
  assign post_ready_o  = 1'b1;
  assign stem_ready_o  = !post_valid_i;
  assign store_ready_o = !post_valid_i && !stem_valid_i;
  assign load_ready_o  = !post_valid_i && !stem_valid_i && !store_valid_i;

  bonnet_pkg::fb_req_t req;
  logic                any, re, we;
  always_comb begin
    req = load_req_i;
    if (post_valid_i)       req = post_req_i;
    else if (stem_valid_i)  req = stem_req_i;
    else if (store_valid_i) req = store_req_i;
  end
  assign any = post_valid_i || stem_valid_i || store_valid_i || load_valid_i;
  assign re  = any && !req.we;
  assign we  = any && req.we;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {post_rvalid_o, stem_rvalid_o, store_rvalid_o, load_rvalid_o} <= 4'b0;
    end else begin
      post_rvalid_o  <= post_valid_i && !post_req_i.we;
      stem_rvalid_o  <= stem_valid_i && stem_ready_o && !stem_req_i.we;
      store_rvalid_o <= store_valid_i && store_ready_o && !store_req_i.we;
      load_rvalid_o  <= load_valid_i && load_ready_o && !load_req_i.we;
    end
  end

  // ---- rotation: bank b serves word (b - a) % 4 of a request at a ------------
  logic [1:0]       a_off, b_off, a_off_q, b_off_q;
  logic             a_end, b_end;                    // the banks below the offset are past the end
  logic [RowW-1:0]  a_row, b_row, a_next, b_next;    // row of the banks from the offset on, and of those below it
  logic [255:0]     wdata;                           // bank b at [64*b +: 64]
  logic [MaskW-1:0] mask;
  assign {a_row, a_off} = fa_word_i;
  assign {b_row, b_off} = req.word;
  assign a_next = a_row + RowW'(1);
  assign b_next = b_row + RowW'(1);
  assign a_end  = 32'(a_row) == Rows - 1;
  assign b_end  = 32'(b_row) == Rows - 1;
  always_comb begin
    wdata = '0;
    mask  = '0;
    if (we) begin
      unique case (b_off)
        2'd0:    {mask, wdata} = {req.mask, req.wdata};
        2'd1:    {mask, wdata} = {req.mask[3*BankM-1:0], req.mask[MaskW-1 -: BankM], req.wdata[191:0], req.wdata[255:192]};
        2'd2:    {mask, wdata} = {req.mask[2*BankM-1:0], req.mask[MaskW-1 -: 2*BankM], req.wdata[127:0], req.wdata[255:128]};
        default: {mask, wdata} = {req.mask[BankM-1:0], req.mask[MaskW-1 -: 3*BankM], req.wdata[63:0], req.wdata[255:64]};
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (fa_re_i) a_off_q <= a_off;
    if (re)      b_off_q <= b_off;
  end

  // ---- banks -----------------------------------------------------------------
  logic [63:0] a_q [4];
  logic [63:0] b_q [4];
  for (genvar b = 0; b < 4; b++) begin : gen_bank
    logic [63:0]     mem [Rows];
    logic            a_below, b_below;
    logic [RowW-1:0] a_at, b_at;
    assign a_below = 3'(b) < {1'b0, a_off};
    assign b_below = 3'(b) < {1'b0, b_off};
    assign a_at    = a_below ? a_next : a_row;
    assign b_at    = b_below ? b_next : b_row;
    always_ff @(posedge clk_i) if (fa_re_i) a_q[b] <= (a_below && a_end) ? '0 : mem[a_at];
    always_ff @(posedge clk_i) begin
      if (re) b_q[b] <= (b_below && b_end) ? '0 : mem[b_at];
      if (we && !(b_below && b_end)) begin
        for (int unsigned i = 0; i < BankM; i++) begin
          if (mask[b * BankM + i]) mem[b_at][i * Group +: Group] <= wdata[64 * b + i * Group +: Group];
        end
      end
    end
  end
  always_comb begin
    unique case (a_off_q)
      2'd0:    fa_data_o = {a_q[3], a_q[2], a_q[1], a_q[0]};
      2'd1:    fa_data_o = {a_q[0], a_q[3], a_q[2], a_q[1]};
      2'd2:    fa_data_o = {a_q[1], a_q[0], a_q[3], a_q[2]};
      default: fa_data_o = {a_q[2], a_q[1], a_q[0], a_q[3]};
    endcase
    unique case (b_off_q)
      2'd0:    fb_rdata_o = {b_q[3], b_q[2], b_q[1], b_q[0]};
      2'd1:    fb_rdata_o = {b_q[0], b_q[3], b_q[2], b_q[1]};
      2'd2:    fb_rdata_o = {b_q[1], b_q[0], b_q[3], b_q[2]};
      default: fb_rdata_o = {b_q[2], b_q[1], b_q[0], b_q[3]};
    endcase
  end

  // ---- contract --------------------------------------------------------------
  `BONNET_ASSUME(PortAInside_A, !fa_re_i || 32'(fa_word_i) < 4 * Rows)
  `BONNET_ASSUME(PortBInside_A, !any || 32'(req.word) < 4 * Rows)
  `BONNET_ASSERT(OneAnswer_A, 3'(post_rvalid_o) + 3'(stem_rvalid_o) + 3'(store_rvalid_o) + 3'(load_rvalid_o) <= 3'd1)
  `BONNET_ASSERT(OneTaken_A, 3'(post_valid_i && post_ready_o) + 3'(stem_valid_i && stem_ready_o)
    + 3'(store_valid_i && store_ready_o) + 3'(load_valid_i && load_ready_o) == 3'(any))
`ifndef FORMAL  // the clients' promise; mask and data hold too, here what is cheap to watch in every cycle of a simulation
  `BONNET_ASSERT_HELD(StemHeld_A, stem_valid_i, stem_ready_o, {stem_req_i.we, stem_req_i.word})
  `BONNET_ASSERT_HELD(StoreHeld_A, store_valid_i, store_ready_o, {store_req_i.we, store_req_i.word})
  `BONNET_ASSERT_HELD(LoadHeld_A, load_valid_i, load_ready_o, {load_req_i.we, load_req_i.word})
`else  // one word of a write, wherever it falls: read back by the next cycle's read of port A it is the client's word
  logic [WordW-1:0] f_word;      // any word, any bit group of it
  logic [WordW-1:0] f_from;
  logic             f_hit, f_hit_q;
  logic [1:0]       f_i;
  logic [63:0]      f_data_q;
  assign f_word = fa_word_i;
  assign f_from = f_word - req.word;
  assign f_i    = f_from[1:0];
  assign f_hit  = we && f_word >= req.word && f_from[WordW-1:2] == '0 && req.mask[BankM * f_i +: BankM] == '1 && 32'(f_word) < 4 * Rows;
  always @(posedge clk_i) begin
    f_hit_q  <= rst_ni && f_hit;
    f_data_q <= req.wdata[64 * f_i +: 64];
    if (rst_ni && f_hit_q) assume ($stable(fa_word_i) && fa_re_i);
    if (rst_ni && $past(rst_ni && f_hit_q)) WrittenIsRead_A: assert (fa_data_o[63:0] == $past(f_data_q));
  end
`endif
endmodule
`default_nettype wire
