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
  output      logic [255:0]            fb_rdata_o                 // of whichever rvalid is up, in that cycle
);
  // ---- arbiter ---------------------------------------------------------------
  assign post_ready_o  = 1'b1;
  assign stem_ready_o  = !post_valid_i;
  assign store_ready_o = !post_valid_i && !stem_valid_i;
  assign load_ready_o  = !post_valid_i && !stem_valid_i && !store_valid_i;

  // Store only reads, so of mask and data there are three to choose from: a LUT a bit instead of two.
  bonnet_pkg::fb_req_t req;
  logic                any, we;
  logic                store_first;
  assign store_first = store_ready_o && store_valid_i;
  assign req.we      = any && (post_valid_i ? post_req_i.we : stem_valid_i ? stem_req_i.we : !store_first && load_req_i.we);
  assign req.word    = post_valid_i ? post_req_i.word : stem_valid_i ? stem_req_i.word : store_first ? store_req_i.word : load_req_i.word;
  assign req.mask    = post_valid_i ? post_req_i.mask : stem_valid_i ? stem_req_i.mask : load_req_i.mask;
  assign req.wdata   = post_valid_i ? post_req_i.wdata : stem_valid_i ? stem_req_i.wdata : load_req_i.wdata;
  assign any = post_valid_i || stem_valid_i || store_valid_i || load_valid_i;
  assign we  = any && req.we;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {post_rvalid_o, stem_rvalid_o, store_rvalid_o, load_rvalid_o} <= 4'b0;
    end else begin
      post_rvalid_o  <= post_valid_i && !post_req_i.we;
      stem_rvalid_o  <= stem_valid_i && stem_ready_o && !stem_req_i.we;
      store_rvalid_o <= store_valid_i && store_ready_o;
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
  bonnet_turn #(.Width(64)) u_wdata (.en_i(we), .n_i(2'd0 - b_off), .x_i(req.wdata), .y_o(wdata));
  bonnet_turn #(.Width(BankM)) u_mask (.en_i(we), .n_i(2'd0 - b_off), .x_i(req.mask), .y_o(mask));
  always_ff @(posedge clk_i) begin
    if (fa_re_i) a_off_q <= a_off;
    if (any)     b_off_q <= b_off;
  end
  // Past the end reads 0: after the memory, where it fits into the choice between its blocks.
  logic [255:0] a_all, b_all;                        // bank b at [64*b +: 64]

  // ---- banks -----------------------------------------------------------------
  for (genvar b = 0; b < 4; b++) begin : gen_bank
    logic [63:0]     mem [Rows];
    logic            a_below, b_below;
    logic [RowW-1:0] a_at, b_at;
    assign a_below = 3'(b) < {1'b0, a_off};
    assign b_below = 3'(b) < {1'b0, b_off};
    assign a_at    = a_below ? a_next : a_row;
    assign b_at    = b_below ? b_next : b_row;
    logic [63:0]     a_q, b_q;
    logic            a_none_q, b_none_q;
    assign a_all[64*b +: 64] = a_none_q ? '0 : a_q;
    assign b_all[64*b +: 64] = b_none_q ? '0 : b_q;
    always_ff @(posedge clk_i) if (fa_re_i) {a_none_q, a_q} <= {a_below && a_end, mem[a_at]};
    always_ff @(posedge clk_i) begin
      if (any) {b_none_q, b_q} <= {b_below && b_end, mem[b_at]};  // a write reads too, for nobody: a block RAM would need registers not to
      if (we && !(b_below && b_end)) begin
        for (int unsigned i = 0; i < BankM; i++) begin
          if (mask[b * BankM + i]) mem[b_at][i * Group +: Group] <= wdata[64 * b + i * Group +: Group];
        end
      end
    end
  end
  bonnet_turn #(.Width(64)) u_a (.en_i(1'b1), .n_i(a_off_q), .x_i(a_all), .y_o(fa_data_o));
  bonnet_turn #(.Width(64)) u_b (.en_i(1'b1), .n_i(b_off_q), .x_i(b_all), .y_o(fb_rdata_o));

  // ---- contract --------------------------------------------------------------
  logic unused;
  assign unused = ^store_req_i;
  `BONNET_ASSUME(PortAInside_A, !fa_re_i || 32'(fa_word_i) < 4 * Rows)
  `BONNET_ASSUME(StoreReads_A, !store_valid_i || !store_req_i.we)
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
