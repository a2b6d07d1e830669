// SPDX-License-Identifier: Apache-2.0
//
// bonnet_axi_rd_rules - what AXI4 asks of the read half of a master, watched at its pins: asserted; and of its slave: assumed.
//
//   Master  ARVALID low after reset; up until taken with a still payload; INCR, whole bus words, aligned, at most MaxBurst beats, inside 4 KiB; at
//           most Outstanding bursts whose last beat has not gone.
//   Slave   A beat only of a burst that was taken, in order; RLAST on its last beat and nowhere else; RVALID up until taken with a still payload.
//
// For proofs: top_axi_rd.ys.
`default_nettype none
module bonnet_axi_rd_rules #(
  parameter  int unsigned AddrW       = 64,
  parameter  int unsigned BusBits     = 64,
  parameter  int unsigned MaxBurst    = 64,
  parameter  int unsigned Outstanding = 8,
  localparam int unsigned CountW      = $clog2(Outstanding + 2)
) (
  input  wire logic               clk_i,
  input  wire logic               rst_ni,
  input  wire logic               arvalid_i,
  input  wire logic               arready_i,
  input  wire logic [AddrW-1:0]   araddr_i,
  input  wire logic [7:0]         arlen_i,
  input  wire logic [2:0]         arsize_i,
  input  wire logic [1:0]         arburst_i,
  input  wire logic               rvalid_i,
  input  wire logic               rready_i,
  input  wire logic [BusBits-1:0] rdata_i,
  input  wire logic [1:0]         rresp_i,
  input  wire logic               rlast_i,
  output      logic               owed_o      // a beat of a burst that was taken has not gone
);
  // ---- bursts taken, the oldest first -------------------------------------------
  logic [8*(Outstanding+1)-1:0] len_q, len_d;    // beats less one
  logic [CountW-1:0]            count_q, count_d;
  logic [7:0]                   beat_q;          // of the oldest
  logic                         push, pop, live_q;
  assign push = arvalid_i && arready_i;
  assign pop  = rvalid_i && rready_i && rlast_i;
  always_comb begin
    len_d   = len_q;
    count_d = count_q;
    if (pop) begin
      len_d   = len_d >> 8;
      count_d = count_d - 1'b1;
    end
    if (push) begin
      len_d[8*count_d +: 8] = arlen_i;
      count_d = count_d + 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    live_q <= rst_ni;
    if (!rst_ni) begin
      count_q <= '0;
      beat_q  <= '0;
    end else begin
      count_q <= count_d;
      len_q   <= len_d;
      if (rvalid_i && rready_i) beat_q <= rlast_i ? '0 : beat_q + 8'd1;
    end
  end
  assign owed_o = count_q != '0;

  // ---- the cycle before ------------------------------------------------------------
  logic                 ar_stalled_q, r_stalled_q;
  logic [AddrW+12:0]    ar_q;
  logic [BusBits+2:0]   r_q;
  always_ff @(posedge clk_i) begin
    ar_stalled_q <= rst_ni && arvalid_i && !arready_i;
    r_stalled_q  <= rst_ni && rvalid_i && !rready_i;
    ar_q         <= {araddr_i, arlen_i, arsize_i, arburst_i};
    r_q          <= {rdata_i, rresp_i, rlast_i};
  end

  always @(posedge clk_i) begin
    if (rst_ni) begin
      // the master
      ArLowAfterReset_A: assert (live_q || !arvalid_i);
      ArHeld_A:   assert (!ar_stalled_q || (arvalid_i && ar_q == {araddr_i, arlen_i, arsize_i, arburst_i}));
      ArShape_A:  assert (!arvalid_i || (arburst_i == 2'b01 && 32'(arsize_i) == $clog2(BusBits / 8)));
      ArAligned_A: assert (!arvalid_i || 32'(araddr_i[11:0]) % (BusBits / 8) == 0);
      ArShort_A:  assert (!arvalid_i || 32'(arlen_i) < MaxBurst);
      ArInPage_A: assert (!arvalid_i || 32'(araddr_i[11:0]) + (32'(arlen_i) + 1) * (BusBits / 8) <= 4096);
      ArBound_A:  assert (32'(count_q) <= Outstanding);
      // the slave
      assume (!rvalid_i || count_q != '0);
      assume (!rvalid_i || rlast_i == (beat_q == len_q[7:0]));
      assume (!r_stalled_q || (rvalid_i && r_q == {rdata_i, rresp_i, rlast_i}));
    end
  end
endmodule
`default_nettype wire
