// SPDX-License-Identifier: Apache-2.0
//
// bonnet_rst_sync - reset synchroniser: asserts with the pin, releases on a clock edge two to three cycles later.
//
// Note    The only place where a reset crosses into the clock domain. No contract to assert: it has no clocked inputs.
// Test    tests/rtl/bonnet_reset_tb.cpp; every simulation of bonnet_top starts through it
`default_nettype none
module bonnet_rst_sync (
  input  wire logic clk_i,
  input  wire logic rst_ni,   // from the pin, any time
  output      logic rst_no    // async assert, sync release
);
  logic meta_q, sync_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {sync_q, meta_q} <= 2'b00;
    else         {sync_q, meta_q} <= {meta_q, 1'b1};
  end
  assign rst_no = sync_q;
endmodule
`default_nettype wire
