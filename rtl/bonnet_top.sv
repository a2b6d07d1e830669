// SPDX-License-Identifier: Apache-2.0
//
// bonnet_top - the whole accelerator: the rooms of docs/chip.md, wired left to right. No logic here.
//
// Bus     AXI4-Lite slave (registers, 64 KiB), AXI4 master (one ID, INCR, aligned, BusBits wide), level interrupt.
// Reset   rst_ni at any time; released on a clock edge inside.
// Test    tests/sim/jobs_test.c, tests/conform over sim:
`default_nettype none
module bonnet_top #(
  localparam int unsigned BusBits = bonnet_pkg::BusBits,
  localparam int unsigned AddrW   = bonnet_pkg::AddrW,
  localparam int unsigned Arrays  = bonnet_pkg::Arrays,   // of a vector with a part an array, array a's is the a-th
  localparam int unsigned FbW     = bonnet_pkg::FbReqBits
) (
  input  wire logic                 clk_i,
  input  wire logic                 rst_ni,
  // AXI4-Lite slave
  input  wire logic                 s_axil_awvalid,
  output      logic                 s_axil_awready,
  input  wire logic [15:0]          s_axil_awaddr,
  input  wire logic                 s_axil_wvalid,
  output      logic                 s_axil_wready,
  input  wire logic [31:0]          s_axil_wdata,
  input  wire logic [3:0]           s_axil_wstrb,
  output      logic                 s_axil_bvalid,
  input  wire logic                 s_axil_bready,
  output      logic [1:0]           s_axil_bresp,
  input  wire logic                 s_axil_arvalid,
  output      logic                 s_axil_arready,
  input  wire logic [15:0]          s_axil_araddr,
  output      logic                 s_axil_rvalid,
  input  wire logic                 s_axil_rready,
  output      logic [31:0]          s_axil_rdata,
  output      logic [1:0]           s_axil_rresp,
  // AXI4 master, read
  output      logic                 m_axi_arvalid,
  input  wire logic                 m_axi_arready,
  output      logic [0:0]           m_axi_arid,
  output      logic [AddrW-1:0]     m_axi_araddr,
  output      logic [7:0]           m_axi_arlen,
  output      logic [2:0]           m_axi_arsize,
  output      logic [1:0]           m_axi_arburst,
  output      logic                 m_axi_arlock,
  output      logic [3:0]           m_axi_arcache,
  output      logic [2:0]           m_axi_arprot,
  output      logic [3:0]           m_axi_arqos,
  input  wire logic                 m_axi_rvalid,
  output      logic                 m_axi_rready,
  input  wire logic [0:0]           m_axi_rid,
  input  wire logic [BusBits-1:0]   m_axi_rdata,
  input  wire logic [1:0]           m_axi_rresp,
  input  wire logic                 m_axi_rlast,
  // AXI4 master, write
  output      logic                 m_axi_awvalid,
  input  wire logic                 m_axi_awready,
  output      logic [0:0]           m_axi_awid,
  output      logic [AddrW-1:0]     m_axi_awaddr,
  output      logic [7:0]           m_axi_awlen,
  output      logic [2:0]           m_axi_awsize,
  output      logic [1:0]           m_axi_awburst,
  output      logic                 m_axi_awlock,
  output      logic [3:0]           m_axi_awcache,
  output      logic [2:0]           m_axi_awprot,
  output      logic [3:0]           m_axi_awqos,
  output      logic                 m_axi_wvalid,
  input  wire logic                 m_axi_wready,
  output      logic [BusBits-1:0]   m_axi_wdata,
  output      logic [BusBits/8-1:0] m_axi_wstrb,
  output      logic                 m_axi_wlast,
  input  wire logic                 m_axi_bvalid,
  output      logic                 m_axi_bready,
  input  wire logic [0:0]           m_axi_bid,
  input  wire logic [1:0]           m_axi_bresp,
  // interrupt, level, active high
  output      logic                 irq_o
);
  // ---- shell: reset, registers, bus ---------------------------------------------------
  logic rst_n, core_rst_n, halt, rd_idle, wr_idle, flush, ready;
  bonnet_reset u_reset (
    .clk_i, .pin_rst_ni(rst_ni), .rst_no(rst_n), .core_rst_no(core_rst_n), .halt_i(halt),
    .rd_idle_i(rd_idle), .wr_idle_i(wr_idle), .flush_o(flush), .ready_o(ready)
  );

  logic        reg_we, reg_re;
  logic [15:0] reg_waddr, reg_raddr;
  logic [31:0] reg_wdata, reg_rdata;
  logic [3:0]  reg_wstrb;
  bonnet_axil u_axil (
    .clk_i, .rst_ni(rst_n),
    .s_awvalid_i(s_axil_awvalid), .s_awready_o(s_axil_awready), .s_awaddr_i(s_axil_awaddr),
    .s_wvalid_i(s_axil_wvalid), .s_wready_o(s_axil_wready), .s_wdata_i(s_axil_wdata), .s_wstrb_i(s_axil_wstrb),
    .s_bvalid_o(s_axil_bvalid), .s_bready_i(s_axil_bready), .s_bresp_o(s_axil_bresp),
    .s_arvalid_i(s_axil_arvalid), .s_arready_o(s_axil_arready), .s_araddr_i(s_axil_araddr),
    .s_rvalid_o(s_axil_rvalid), .s_rready_i(s_axil_rready), .s_rdata_o(s_axil_rdata), .s_rresp_o(s_axil_rresp),
    .we_o(reg_we), .waddr_o(reg_waddr), .wdata_o(reg_wdata), .wstrb_o(reg_wstrb),
    .re_o(reg_re), .raddr_o(reg_raddr), .rdata_i(reg_rdata)
  );

  logic                 start, rd_beat, wr_beat;
  logic [255:0]         sums;
  logic [31:0]          cycle;
  bonnet_pkg::job_cfg_t job_cfg;
  bonnet_pkg::job_sts_t job_sts;
  bonnet_csr u_csr (
    .clk_i, .rst_ni(rst_n),
    .we_i(reg_we), .waddr_i(reg_waddr), .wdata_i(reg_wdata), .wstrb_i(reg_wstrb),
    .re_i(reg_re), .raddr_i(reg_raddr), .rdata_o(reg_rdata),
    .start_o(start), .cfg_o(job_cfg), .cycle_o(cycle), .sts_i(job_sts), .beat_in_i(rd_beat), .beat_out_i(wr_beat), .sums_i(sums),
    .halt_o(halt), .ready_i(ready), .irq_o
  );

  logic                  seq_rd_valid, load_rd_valid, seq_rd_ready, load_rd_ready;
  logic                  seq_rdata_valid, load_rdata_valid, seq_rdata_ready, load_rdata_ready;
  logic                  seq_taken, load_taken, rd_err;
  logic [Arrays-1:0]     stem_rd_valid, stem_rd_ready, stem_rdata_valid, stem_rdata_ready, stem_taken;
  logic                  rd_sum_valid, wr_sum_valid;
  logic [1:0]            rd_err_client, rd_sum_base, wr_sum_base;
  logic [BusBits-1:0]    rdata, rd_sum_data, wr_sum_data;
  bonnet_pkg::rd_req_t   seq_rd_req, load_rd_req;
  logic [Arrays*bonnet_pkg::RdReqBits-1:0] stem_rd_req;
  bonnet_axi_rd u_rd (
    .clk_i, .rst_ni(rst_n), .flush_i(flush), .idle_o(rd_idle),
    .rd_valid_i({stem_rd_valid, load_rd_valid, seq_rd_valid}), .rd_ready_o({stem_rd_ready, load_rd_ready, seq_rd_ready}),
    .seq_req_i(seq_rd_req), .load_req_i(load_rd_req), .stem_req_i(stem_rd_req),
    .rdata_valid_o({stem_rdata_valid, load_rdata_valid, seq_rdata_valid}),
    .rdata_ready_i({stem_rdata_ready, load_rdata_ready, seq_rdata_ready}), .rdata_o(rdata),
    .beat_o(rd_beat), .taken_o({stem_taken, load_taken, seq_taken}), .err_o(rd_err), .err_client_o(rd_err_client),
    .sum_valid_o(rd_sum_valid), .sum_base_o(rd_sum_base), .sum_data_o(rd_sum_data),
    .m_arvalid_o(m_axi_arvalid), .m_arready_i(m_axi_arready), .m_araddr_o(m_axi_araddr), .m_arlen_o(m_axi_arlen),
    .m_rvalid_i(m_axi_rvalid), .m_rready_o(m_axi_rready), .m_rdata_i(m_axi_rdata), .m_rresp_i(m_axi_rresp), .m_rlast_i(m_axi_rlast)
  );
  assign m_axi_arid    = '0;
  assign m_axi_arsize  = 3'($clog2(BusBits / 8));
  assign m_axi_arburst = 2'b01;   // INCR
  assign m_axi_arlock  = 1'b0;
  assign m_axi_arcache = 4'b0011; // bufferable, modifiable
  assign m_axi_arprot  = 3'b000;
  assign m_axi_arqos   = 4'b0000;

  logic                 wr_valid, wr_ready, wdata_valid, wdata_ready, wr_done, wr_err;
  logic [1:0]           wr_base;
  logic [AddrW-1:0]     wr_addr;
  logic [19:0]          wr_beats;
  logic [BusBits-1:0]   wdata;
  logic [BusBits/8-1:0] wstrb;
  bonnet_axi_wr u_wr (
    .clk_i, .rst_ni(rst_n), .flush_i(flush), .idle_o(wr_idle),
    .wr_valid_i(wr_valid), .wr_ready_o(wr_ready), .wr_base_i(wr_base), .wr_addr_i(wr_addr), .wr_beats_i(wr_beats),
    .wdata_valid_i(wdata_valid), .wdata_ready_o(wdata_ready), .wdata_i(wdata), .wstrb_i(wstrb), .wr_done_o(wr_done),
    .beat_o(wr_beat), .err_o(wr_err), .sum_valid_o(wr_sum_valid), .sum_base_o(wr_sum_base), .sum_data_o(wr_sum_data),
    .m_awvalid_o(m_axi_awvalid), .m_awready_i(m_axi_awready), .m_awaddr_o(m_axi_awaddr), .m_awlen_o(m_axi_awlen),
    .m_wvalid_o(m_axi_wvalid), .m_wready_i(m_axi_wready), .m_wdata_o(m_axi_wdata), .m_wstrb_o(m_axi_wstrb), .m_wlast_o(m_axi_wlast),
    .m_bvalid_i(m_axi_bvalid), .m_bready_o(m_axi_bready), .m_bresp_i(m_axi_bresp)
  );
  assign m_axi_awid    = '0;
  assign m_axi_awsize  = 3'($clog2(BusBits / 8));
  assign m_axi_awburst = 2'b01;
  assign m_axi_awlock  = 1'b0;
  assign m_axi_awcache = 4'b0011;
  assign m_axi_awprot  = 3'b000;
  assign m_axi_awqos   = 4'b0000;

  bonnet_sums u_sums (
    .clk_i, .rst_ni(rst_n), .clear_i(start), .rd_valid_i(rd_sum_valid), .rd_base_i(rd_sum_base), .rd_data_i(rd_sum_data),
    .wr_valid_i(wr_sum_valid), .wr_base_i(wr_sum_base), .wr_data_i(wr_sum_data), .sums_o(sums)
  );

  // ---- sequencer ------------------------------------------------------------------------
  bonnet_pkg::cmd_t      load_cmd, conv_cmd, stem_cmd, store_cmd;
  bonnet_pkg::unit_sts_t load_sts, conv_sts, stem_sts, store_sts;
  logic load_start, conv_start, stem_start, store_start, load_done, conv_done, stem_done, store_done;
  logic load_bad, conv_bad, stem_bad, store_bad;
  bonnet_seq u_seq (
    .clk_i, .rst_ni(core_rst_n), .start_i(start), .cfg_i(job_cfg), .cycle_i(cycle), .sts_o(job_sts),
    .rd_valid_o(seq_rd_valid), .rd_ready_i(seq_rd_ready), .rd_req_o(seq_rd_req),
    .rdata_valid_i(seq_rdata_valid), .rdata_ready_o(seq_rdata_ready), .rdata_i(rdata),
    .rd_beat_i(rd_beat), .wr_beat_i(wr_beat), .rd_err_i(rd_err), .rd_err_client_i(rd_err_client), .wr_err_i(wr_err),
    .unit_start_o({store_start, stem_start, conv_start, load_start}),
    .load_cmd_o(load_cmd), .conv_cmd_o(conv_cmd), .stem_cmd_o(stem_cmd), .store_cmd_o(store_cmd),
    .unit_done_i({store_done, stem_done, conv_done, load_done}), .unit_bad_i({store_bad, stem_bad, conv_bad, load_bad}),
    .unit_beat_i({wr_beat, stem_taken != '0, 1'b0, load_taken}),
    .load_sts_i(load_sts), .conv_sts_i(conv_sts), .stem_sts_i(stem_sts), .store_sts_i(store_sts)
  );

  // ---- buffers ----------------------------------------------------------------------------
  localparam int unsigned ColW = $clog2(bonnet_pkg::RowBits / BusBits);
  logic                           wb_we, wb_re, sp_we;
  logic [bonnet_pkg::WbRowW-1:0]  wb_wrow, wb_row;
  logic [bonnet_pkg::SpRowW-1:0]  sp_wrow;
  logic [ColW-1:0]                wb_wcol, sp_wcol;
  logic [BusBits-1:0]             wb_wdata, sp_wdata;
  logic [bonnet_pkg::RowBits-1:0] wb_data;
  bonnet_wbuf #(.Rows(bonnet_pkg::WeightRows)) u_wbuf (
    .clk_i, .rst_ni(core_rst_n), .we_i(wb_we), .wrow_i(wb_wrow), .wcol_i(wb_wcol), .wdata_i(wb_wdata),
    .re_i(wb_re), .row_i(wb_row), .rdata_o(wb_data)
  );
  logic                           fa_re;
  logic [bonnet_pkg::FbWordW-1:0] fa_word;
  logic [Arrays*256-1:0]          fa_data, fb_rdata;
  logic [Arrays-1:0]              post_fb_valid, stem_fb_valid, store_fb_valid, load_fb_valid;
  logic [Arrays-1:0]              post_fb_ready, stem_fb_ready, store_fb_ready, load_fb_ready;
  logic [Arrays-1:0]              post_fb_rvalid, store_fb_rvalid;
  logic [Arrays*FbW-1:0]          post_fb_req, stem_fb_req;
  bonnet_pkg::fb_req_t            store_fb_req, load_fb_req;
  for (genvar a = 0; a < Arrays; a++) begin : gen_fbuf
    /* verilator lint_off PINCONNECTEMPTY */ // stem and load only write
    bonnet_fbuf u_fbuf (
      .clk_i, .rst_ni(core_rst_n), .fa_re_i(fa_re), .fa_word_i(fa_word), .fa_data_o(fa_data[256*a +: 256]),
      .post_valid_i(post_fb_valid[a]), .post_ready_o(post_fb_ready[a]), .post_req_i(post_fb_req[FbW*a +: FbW]), .post_rvalid_o(post_fb_rvalid[a]),
      .stem_valid_i(stem_fb_valid[a]), .stem_ready_o(stem_fb_ready[a]), .stem_req_i(stem_fb_req[FbW*a +: FbW]), .stem_rvalid_o(),
      .store_valid_i(store_fb_valid[a]), .store_ready_o(store_fb_ready[a]), .store_req_i(store_fb_req), .store_rvalid_o(store_fb_rvalid[a]),
      .load_valid_i(load_fb_valid[a]), .load_ready_o(load_fb_ready[a]), .load_req_i(load_fb_req), .load_rvalid_o(),
      .fb_rdata_o(fb_rdata[256*a +: 256])
    );
    /* verilator lint_on PINCONNECTEMPTY */
  end

  // ---- units ------------------------------------------------------------------------------
  bonnet_load u_load (
    .clk_i, .rst_ni(core_rst_n), .start_i(load_start), .cmd_i(load_cmd), .done_o(load_done), .bad_o(load_bad), .sts_o(load_sts),
    .rd_valid_o(load_rd_valid), .rd_ready_i(load_rd_ready), .rd_req_o(load_rd_req),
    .rdata_valid_i(load_rdata_valid), .rdata_ready_o(load_rdata_ready), .rdata_i(rdata),
    .wb_we_o(wb_we), .wb_wrow_o(wb_wrow), .wb_wcol_o(wb_wcol), .wb_wdata_o(wb_wdata),
    .sp_we_o(sp_we), .sp_wrow_o(sp_wrow), .sp_wcol_o(sp_wcol), .sp_wdata_o(sp_wdata),
    .fb_valid_o(load_fb_valid), .fb_ready_i(load_fb_ready), .fb_req_o(load_fb_req)
  );
  bonnet_stems u_stems (
    .clk_i, .rst_ni(core_rst_n), .start_i(stem_start), .cmd_i(stem_cmd), .done_o(stem_done), .bad_o(stem_bad), .sts_o(stem_sts),
    .rd_valid_o(stem_rd_valid), .rd_ready_i(stem_rd_ready), .rd_req_o(stem_rd_req),
    .rdata_valid_i(stem_rdata_valid), .rdata_ready_o(stem_rdata_ready), .rdata_i(rdata),
    .sp_we_i(sp_we), .sp_wrow_i(sp_wrow), .sp_wcol_i(sp_wcol), .sp_wdata_i(sp_wdata),
    .fb_valid_o(stem_fb_valid), .fb_ready_i(stem_fb_ready), .fb_req_o(stem_fb_req)
  );
  bonnet_conv u_conv (
    .clk_i, .rst_ni(core_rst_n), .start_i(conv_start), .cmd_i(conv_cmd), .done_o(conv_done), .bad_o(conv_bad), .sts_o(conv_sts),
    .fa_re_o(fa_re), .fa_word_o(fa_word), .fa_data_i(fa_data), .wb_re_o(wb_re), .wb_row_o(wb_row), .wb_data_i(wb_data),
    .fb_valid_o(post_fb_valid), .fb_ready_i(post_fb_ready), .fb_req_o(post_fb_req),
    .fb_rvalid_i(post_fb_rvalid), .fb_rdata_i(fb_rdata)
  );
  bonnet_store u_store (
    .clk_i, .rst_ni(core_rst_n), .start_i(store_start), .cmd_i(store_cmd), .done_o(store_done), .bad_o(store_bad), .sts_o(store_sts),
    .fb_valid_o(store_fb_valid), .fb_ready_i(store_fb_ready), .fb_req_o(store_fb_req),
    .fb_rvalid_i(store_fb_rvalid), .fb_rdata_i(fb_rdata),
    .wr_valid_o(wr_valid), .wr_ready_i(wr_ready), .wr_base_o(wr_base), .wr_addr_o(wr_addr), .wr_beats_o(wr_beats),
    .wdata_valid_o(wdata_valid), .wdata_ready_i(wdata_ready), .wdata_o(wdata), .wstrb_o(wstrb), .wr_done_i(wr_done)
  );
  logic unused;
  assign unused = ^{m_axi_rid, m_axi_bid, seq_taken};   // one ID
endmodule
`default_nettype wire
