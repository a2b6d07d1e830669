// SPDX-License-Identifier: Apache-2.0
//
// bonnet_sync - two-flop synchroniser for levels that come from another clock. Each bit stands alone: bits that change together may
// arrive in different cycles, so a vector must be a Gray code or bits that mean nothing to each other.
//
// Latency 2 edges of clk_i. Follows a level that lasts at least two of them.
// Note    With bonnet_rst_sync the only places where a signal enters a clock domain: a constraint file names meta_q (ASYNC_REG,
//         set_max_delay -datapath_only), see constraints/zcu102.
// Test    tests/rtl/bonnet_afifo_tb.cpp, bonnet_jtag_tb.cpp
`default_nettype none
module bonnet_sync #(
  parameter int unsigned Width = 1
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  input  wire logic [Width-1:0] d_i,      // any clock, from flip-flops
`ifdef FORMAL
  output      logic [Width-1:0] meta_o,   // what induction has to know
`endif
  output      logic [Width-1:0] q_o
);
  (* ASYNC_REG = "TRUE" *) logic [Width-1:0] meta_q, sync_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {sync_q, meta_q} <= '0;
    else         {sync_q, meta_q} <= {meta_q, d_i};
  end
  assign q_o = sync_q;
`ifdef FORMAL
  assign meta_o = meta_q;
`endif
endmodule
`default_nettype wire
