// SPDX-License-Identifier: Apache-2.0
//
// bonnet_local_ram - on-chip memory where a board has no DRAM for the chip: an AXI4 slave for its master, and a port of 32-bit words beside it.
//
//   The AXI's byte address is MemPage in [31:28], 0 above; what lies at Words * 8 and beyond is answered DECERR (reads 0, writes nothing).
//
// Rate    A beat a cycle in each direction, two cycles from an address to its first beat. The word port goes first, two cycles a read.
// Stall   One burst of a direction at a time; a word is read when the master has taken the beat that it was offered.
// Note    A word that is read in the cycle in which it is written may be old, new or neither in hardware; nothing here orders the two.
// Golden  tests/rtl/bonnet_local_ram_tb.cpp       Test  the same; make test-serial (the board from its pins)
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_local_ram #(
  parameter  int unsigned Least   = 1024,    // words of the smallest piece, a power of two, 512 at least
  parameter  int unsigned Pieces  = 4,       // each twice the next
  parameter  logic [3:0]  MemPage = 4'h7,
  localparam int unsigned Words   = ((1 << Pieces) - 1) * Least,   // of 64 bits: 120 KiB
  localparam int unsigned WordW   = $clog2(Words),
  localparam int unsigned AddrW   = bonnet_pkg::AddrW
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  // AXI4 slave, 64 bits, INCR, aligned
  input  wire logic             s_arvalid_i,
  output      logic             s_arready_o,
  input  wire logic [AddrW-1:0] s_araddr_i,
  input  wire logic [7:0]       s_arlen_i,
  output      logic             s_rvalid_o,
  input  wire logic             s_rready_i,
  output      logic [63:0]      s_rdata_o,
  output      logic [1:0]       s_rresp_o,
  output      logic             s_rlast_o,
  input  wire logic             s_awvalid_i,
  output      logic             s_awready_o,
  input  wire logic [AddrW-1:0] s_awaddr_i,
  input  wire logic             s_wvalid_i,
  output      logic             s_wready_o,
  input  wire logic [63:0]      s_wdata_i,
  input  wire logic [7:0]       s_wstrb_i,
  input  wire logic             s_wlast_i,
  output      logic             s_bvalid_o,
  input  wire logic             s_bready_i,
  output      logic [1:0]       s_bresp_o,
  // 32-bit words: held until ack_o
  input  wire logic             req_i,
  input  wire logic             we_i,
  input  wire logic [25:0]      word_i,
  input  wire logic [31:0]      wdata_i,
  output      logic             ack_o,
  output      logic             err_o,
  output      logic [31:0]      rdata_o
);
  function automatic logic here(input logic [AddrW-1:3] addr);   // of a burst: it does not cross 4 KiB, of which Words has whole ones
    here = addr[AddrW-1:28] == (AddrW-28)'(MemPage) && 32'(addr[27:3]) < Words;
  endfunction
  if (Least < 512 || (Least & (Least - 1)) != 0) $error("bonnet_local_ram: Least must be whole pages of 4 KiB");

  // ---- reads: one output for both, which the word port has for a cycle ----------------
  logic             rd_q, rbad_q, rvalid_q, rlast_q, rerr_q, word_q;   // a burst under way; a beat is offered; a word is
  logic [WordW-1:0] raddr_q;
  logic [7:0]       rleft_q;
  logic             w_in, rfree, w_rd, m_rd;
  logic [63:0]      out;
  assign w_in = 32'(word_i[25:1]) < Words;
  assign rfree = !rvalid_q || s_rready_i;
  assign w_rd = req_i && !we_i && w_in && !word_q && rfree;
  assign m_rd = rd_q && rfree && !w_rd;
  assign s_arready_o = !rd_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {rd_q, rvalid_q, word_q} <= '0;
    else begin
      rd_q     <= rd_q ? !(m_rd && rleft_q == '0) : s_arvalid_i;
      rvalid_q <= m_rd || (rvalid_q && !s_rready_i);
      word_q   <= w_rd;
    end
  end
  always_ff @(posedge clk_i) begin   // no reset: rd_q and rvalid_q guard them
    if (!rd_q) begin
      raddr_q <= s_araddr_i[3 +: WordW];
      rleft_q <= s_arlen_i;
      rbad_q  <= !here(s_araddr_i[AddrW-1:3]);
    end else if (m_rd) begin
      raddr_q <= raddr_q + 1'b1;
      rleft_q <= rleft_q - 8'd1;
    end
    if (m_rd) {rlast_q, rerr_q} <= {rleft_q == '0, rbad_q};
  end
  assign s_rvalid_o = rvalid_q;
  assign s_rdata_o  = rerr_q ? '0 : out;
  assign s_rresp_o  = {2{rerr_q}};
  assign s_rlast_o  = rlast_q;

  // ---- writes -------------------------------------------------------------------------
  logic             wr_q, wbad_q, bvalid_q, w_wr, m_wr;
  logic [WordW-1:0] waddr_q;
  assign w_wr = req_i && we_i && w_in;
  assign m_wr = s_wvalid_i && s_wready_o;
  assign s_awready_o = !wr_q && !bvalid_q;
  assign s_wready_o  = wr_q && !w_wr;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {wr_q, bvalid_q} <= '0;
    else begin
      wr_q     <= wr_q ? !(m_wr && s_wlast_i) : s_awvalid_i && !bvalid_q;
      bvalid_q <= (m_wr && s_wlast_i) || (bvalid_q && !s_bready_i);
    end
  end
  always_ff @(posedge clk_i) begin
    if (!wr_q && !bvalid_q) begin
      waddr_q <= s_awaddr_i[3 +: WordW];
      wbad_q  <= !here(s_awaddr_i[AddrW-1:3]);
    end else if (m_wr) waddr_q <= waddr_q + 1'b1;
  end
  assign s_bvalid_o = bvalid_q;
  assign s_bresp_o  = {2{wbad_q}};

  // ---- the memory: pieces of a power of two, so that no block RAM is half full ---------------
  logic [7:0]          be;
  logic [63:0]         wdata;
  logic [WordW-1:0]    waddr, raddr;
  logic [64*Pieces-1:0] piece;     // what each read last
  logic [Pieces-1:0]   from_q;     // the one that it was
  assign be    = w_wr ? {{4{word_i[0]}}, {4{!word_i[0]}}} : s_wstrb_i & {8{m_wr && !wbad_q}};
  assign wdata = w_wr ? {2{wdata_i}} : s_wdata_i;
  assign waddr = w_wr ? word_i[1 +: WordW] : waddr_q;
  assign raddr = w_rd ? word_i[1 +: WordW] : raddr_q;
  for (genvar p = 0; p < Pieces; p++) begin : gen_piece
    localparam int unsigned Size = Least << (Pieces - 1 - p);
    localparam int unsigned SizeW = $clog2(Size);
    logic [63:0] mem [Size];
    logic        w_here, r_here;   // p ones and a zero on top
    assign w_here = waddr[WordW-1 : SizeW] == (p+1)'((1 << (p + 1)) - 2);
    assign r_here = raddr[WordW-1 : SizeW] == (p+1)'((1 << (p + 1)) - 2);
    always_ff @(posedge clk_i) begin
      for (int unsigned b = 0; b < 8; b++) if (be[b] && w_here) mem[waddr[SizeW-1:0]][8*b +: 8] <= wdata[8*b +: 8];
      if ((w_rd || m_rd) && r_here) piece[64*p +: 64] <= mem[raddr[SizeW-1:0]];
      if (w_rd || m_rd) from_q[p] <= r_here;
    end
  end
  always_comb begin
    out = '0;
    for (int unsigned p = 0; p < Pieces; p++) if (from_q[p]) out = out | piece[64*p +: 64];
  end
  assign ack_o   = req_i && (we_i || !w_in || word_q);
  assign err_o   = !w_in;
  assign rdata_o = !w_in ? '0 : word_i[0] ? out[63:32] : out[31:0];

  // ---- contract ------------------------------------------------------------
  logic unused;
  assign unused = ^{s_araddr_i[2:0], s_awaddr_i[2:0]};   // aligned
  `BONNET_ASSERT_HELD(RHeld_A, s_rvalid_o, s_rready_i, {s_rdata_o, s_rresp_o, s_rlast_o})
  `BONNET_ASSERT_HELD(BHeld_A, s_bvalid_o, s_bready_i, s_bresp_o)
endmodule
`default_nettype wire
