// SPDX-License-Identifier: Apache-2.0
//
// bonnet_fbuf - feature buffer: four banks of 64-bit words; port A reads rows, port B is shared by four clients.
//
//   Port A (conv)   never refused; fa_data_o one cycle after fa_re_i, held until the next read.
//   Port B          one request a cycle, post before stem before store before load. A write changes the mask's groups of Group
//                   bits; a read answers its client with the whole row exactly one cycle after it was accepted.
//   Both on a row   port A sees the old bits.
//
// Rate    1 row a cycle on each port.       Stall  a client waits while a stronger one asks; ready never depends on its own valid.
// Golden  docs/chip.md, Words and rows       Test  tests/rtl/bonnet_fbuf_tb.cpp, tests/formal/fbuf.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_fbuf #(
  parameter  int unsigned Rows  = bonnet_pkg::FeatureWords / 4,  // smaller in proofs
  localparam int unsigned RowW  = bonnet_pkg::FbRowW,
  localparam int unsigned Group = bonnet_pkg::Group,
  localparam int unsigned BankM = 64 / Group                     // mask bits of a bank
) (
  input  wire logic                    clk_i,
  input  wire logic                    rst_ni,
  // port A
  input  wire logic                    fa_re_i,
  input  wire logic [RowW-1:0]         fa_row_i,
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

  // ---- banks -----------------------------------------------------------------
  for (genvar b = 0; b < 4; b++) begin : gen_bank
    logic [63:0] mem [Rows];
    logic [63:0] a_q, b_q;
    always_ff @(posedge clk_i) if (fa_re_i) a_q <= mem[fa_row_i];
    always_ff @(posedge clk_i) begin
      if (re) b_q <= mem[req.row];
      if (we) begin
        for (int unsigned i = 0; i < BankM; i++) begin
          if (req.mask[b * BankM + i]) mem[req.row][i * Group +: Group] <= req.wdata[64 * b + i * Group +: Group];
        end
      end
    end
    assign fa_data_o[64*b +: 64]  = a_q;
    assign fb_rdata_o[64*b +: 64] = b_q;
  end

  // ---- contract --------------------------------------------------------------
  `BONNET_ASSUME(PortAInside_A, !fa_re_i || 32'(fa_row_i) < Rows)
  `BONNET_ASSUME(PortBInside_A, !any || 32'(req.row) < Rows)
  `BONNET_ASSERT(OneAnswer_A, 3'(post_rvalid_o) + 3'(stem_rvalid_o) + 3'(store_rvalid_o) + 3'(load_rvalid_o) <= 3'd1)
  `BONNET_ASSERT(OneTaken_A, 3'(post_valid_i && post_ready_o) + 3'(stem_valid_i && stem_ready_o)
    + 3'(store_valid_i && store_ready_o) + 3'(load_valid_i && load_ready_o) == 3'(any))
`ifndef FORMAL  // the clients' promise; mask and data hold too, here what is cheap to watch in every cycle of a simulation
  `BONNET_ASSERT_HELD(StemHeld_A, stem_valid_i, stem_ready_o, {stem_req_i.we, stem_req_i.row})
  `BONNET_ASSERT_HELD(StoreHeld_A, store_valid_i, store_ready_o, {store_req_i.we, store_req_i.row})
  `BONNET_ASSERT_HELD(LoadHeld_A, load_valid_i, load_ready_o, {load_req_i.we, load_req_i.row})
`endif
endmodule
`default_nettype wire
