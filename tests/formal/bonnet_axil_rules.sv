// SPDX-License-Identifier: Apache-2.0
//
// bonnet_axil_rules - what AXI4-Lite asks of a slave, watched at its pins: asserted; and of its master: assumed.
//
//   Slave   BVALID and RVALID low after reset; up until taken with a still payload; a B only for a write whose address and data were both taken, an
//           R only for an address that was taken; one answer for each, OKAY; at most two writes and one read under way; an answer that is
//           not held up by an older one within three cycles.
//   Master  AWVALID, WVALID, ARVALID up until taken with a still payload.
//
// For proofs: top_axil.ys.
`default_nettype none
module bonnet_axil_rules (
  input  wire logic        clk_i,
  input  wire logic        rst_ni,
  input  wire logic        awvalid_i,
  input  wire logic        awready_i,
  input  wire logic [15:0] awaddr_i,
  input  wire logic        wvalid_i,
  input  wire logic        wready_i,
  input  wire logic [31:0] wdata_i,
  input  wire logic [3:0]  wstrb_i,
  input  wire logic        bvalid_i,
  input  wire logic        bready_i,
  input  wire logic [1:0]  bresp_i,
  input  wire logic        arvalid_i,
  input  wire logic        arready_i,
  input  wire logic [15:0] araddr_i,
  input  wire logic        rvalid_i,
  input  wire logic        rready_i,
  input  wire logic [31:0] rdata_i,
  input  wire logic [1:0]  rresp_i
);
  logic        live_q, aw_q, w_q, ar_q, b_q, r_q;    // stalled in the cycle before
  logic [15:0] awaddr_q, araddr_q;
  logic [35:0] wdata_q;
  logic [1:0]  bresp_q;
  logic [33:0] rdata_q;
  logic [1:0]  aw_owed_q, w_owed_q, ar_owed_q;       // taken and not answered
  logic [1:0]  b_wait_q, r_wait_q;                   // cycles without an answer that is owed
  always_ff @(posedge clk_i) begin
    live_q   <= rst_ni;
    aw_q     <= rst_ni && awvalid_i && !awready_i;
    w_q      <= rst_ni && wvalid_i && !wready_i;
    ar_q     <= rst_ni && arvalid_i && !arready_i;
    b_q      <= rst_ni && bvalid_i && !bready_i;
    r_q      <= rst_ni && rvalid_i && !rready_i;
    awaddr_q <= awaddr_i;
    araddr_q <= araddr_i;
    wdata_q  <= {wdata_i, wstrb_i};
    bresp_q  <= bresp_i;
    rdata_q  <= {rdata_i, rresp_i};
    if (!rst_ni) begin
      {aw_owed_q, w_owed_q, ar_owed_q, b_wait_q, r_wait_q} <= '0;
    end else begin
      aw_owed_q <= aw_owed_q + 2'(awvalid_i && awready_i) - 2'(bvalid_i && bready_i);
      w_owed_q  <= w_owed_q + 2'(wvalid_i && wready_i) - 2'(bvalid_i && bready_i);
      ar_owed_q <= ar_owed_q + 2'(arvalid_i && arready_i) - 2'(rvalid_i && rready_i);
      b_wait_q  <= (bvalid_i || aw_owed_q == '0 || w_owed_q == '0) ? '0 : b_wait_q + 2'd1;
      r_wait_q  <= (rvalid_i || ar_owed_q == '0) ? '0 : r_wait_q + 2'd1;
    end
  end
  always @(posedge clk_i) begin
    if (rst_ni) begin
      // the slave
      LowAfterReset_A: assert (live_q || !(bvalid_i || rvalid_i));
      BHeld_A:    assert (!b_q || (bvalid_i && bresp_q == bresp_i));
      RHeld_A:    assert (!r_q || (rvalid_i && rdata_q == {rdata_i, rresp_i}));
      BNeedsBoth_A: assert (!bvalid_i || (aw_owed_q != '0 && w_owed_q != '0));
      RNeedsAr_A: assert (!rvalid_i || ar_owed_q != '0);
      Okay_A:     assert ((!bvalid_i || bresp_i == 2'b00) && (!rvalid_i || rresp_i == 2'b00));
      Bound_A:    assert (aw_owed_q <= 2'd2 && w_owed_q <= 2'd2 && ar_owed_q <= 2'd1);
      InTime_A:   assert (b_wait_q != 2'd3 && r_wait_q != 2'd3);
      // the master
      assume (!aw_q || (awvalid_i && awaddr_q == awaddr_i));
      assume (!w_q || (wvalid_i && wdata_q == {wdata_i, wstrb_i}));
      assume (!ar_q || (arvalid_i && araddr_q == araddr_i));
    end
  end
endmodule
`default_nettype wire
