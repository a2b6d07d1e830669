// SPDX-License-Identifier: Apache-2.0
//
// bonnet_tap - the JTAG chain of a ZCU102 as its tools see it, for simulation: TDI -> PS/PL TAP (12-bit IR) -> ARM DAP (4-bit IR) -> TDO.
// After power-up a 1-bit dummy is in the DAP's place (and no bit of an IR scan) until JTAG_CTRL gets a 3. What is behind the DAP is not
// here: any DR of its but IDCODE is one bit. Opcodes: docs/jtag.md; third-party tables, not the vendor's BSDL.
//
// Capture of IR, PL half: {DONE, INIT, 0, ISC_DONE, 0, 1}, as 7-series and UltraScale give it.
// Test    tests/jtag
`default_nettype none
module bonnet_tap (
  input  wire logic        por_ni,
  input  wire logic        tck_i,
  input  wire logic        tms_i,
  input  wire logic        tdi_i,
  output      logic        tdo_o,        // changes with the falling edge
  input  wire logic [31:0] idcode_i,
  input  wire logic [31:0] dap_i,        // IDCODE of the DAP
  input  wire logic        done_i,       // the PL holds a bitstream
  // a BSCANE2 on USER1; tdo_i is 0 where none is
  output      logic        user1_o,
  output      logic        capture_o,
  output      logic        shift_o,
  output      logic        update_o,
  output      logic        reset_o,
  input  wire logic        user_tdo_i,
  // configuration, as the glue sees it before a rising edge
  output      logic        cfg_in_o,     // TDI is a bit of CFG_IN
  output      logic        jprogram_o,   // IR holds it
  output      logic        jstart_o
);
  typedef enum logic [3:0] {
    Reset, Idle, SelDr, CapDr, ShDr, Ex1Dr, PauDr, Ex2Dr, UpdDr, SelIr, CapIr, ShIr, Ex1Ir, PauIr, Ex2Ir, UpdIr
  } state_e;
  localparam logic [11:0] Idcode = 12'h249, JtagCtrl = 12'h824, User1 = 12'h902, User2 = 12'h903, User3 = 12'h922, User4 = 12'h923,
                          CfgIn = 12'h905, Jprogram = 12'h90B, Jstart = 12'h90C;
  state_e      state_q;
  logic [11:0] ir_q, irs_q;
  logic [3:0]  dir_q, dirs_q;        // the DAP's
  logic [31:0] dr_q, ddr_q;
  logic        dap_q;                // the DAP is in the chain
  logic        user, wide, dwide, tdo_ps, to_pl;

  assign user    = ir_q == User1 || ir_q == User2 || ir_q == User3 || ir_q == User4;
  assign wide    = ir_q == Idcode || ir_q == JtagCtrl;   // 32 bits; all else: one, as BYPASS
  assign dwide   = dap_q && dir_q == 4'b1110;
  assign tdo_ps  = user ? (user_tdo_i && ir_q == User1) : dr_q[0];

  always_ff @(posedge tck_i or negedge por_ni) begin
    if (!por_ni) begin
      state_q <= Reset;
      ir_q    <= Idcode;
      dir_q   <= 4'b1110;
      dap_q   <= 1'b0;
    end else begin
      unique case (state_q)
        Reset: state_q <= tms_i ? Reset : Idle;
        Idle:  state_q <= tms_i ? SelDr : Idle;
        SelDr: state_q <= tms_i ? SelIr : CapDr;
        CapDr: state_q <= tms_i ? Ex1Dr : ShDr;
        ShDr:  state_q <= tms_i ? Ex1Dr : ShDr;
        Ex1Dr: state_q <= tms_i ? UpdDr : PauDr;
        PauDr: state_q <= tms_i ? Ex2Dr : PauDr;
        Ex2Dr: state_q <= tms_i ? UpdDr : ShDr;
        UpdDr: state_q <= tms_i ? SelDr : Idle;
        SelIr: state_q <= tms_i ? Reset : CapIr;
        CapIr: state_q <= tms_i ? Ex1Ir : ShIr;
        ShIr:  state_q <= tms_i ? Ex1Ir : ShIr;
        Ex1Ir: state_q <= tms_i ? UpdIr : PauIr;
        PauIr: state_q <= tms_i ? Ex2Ir : PauIr;
        Ex2Ir: state_q <= tms_i ? UpdIr : ShIr;
        UpdIr: state_q <= tms_i ? SelDr : Idle;
      endcase
      if (state_q == UpdIr) begin
        ir_q <= irs_q;
        if (dap_q) dir_q <= dirs_q;
      end
      if (state_q == UpdDr && ir_q == JtagCtrl && dr_q[1:0] == 2'b11) dap_q <= 1'b1;
      if (state_q == Reset) begin
        ir_q  <= Idcode;
        dir_q <= 4'b1110;
      end
    end
  end
  always_ff @(posedge tck_i) begin   // no reset: Capture comes first
    if (state_q == CapDr) begin
      dr_q  <= (ir_q == Idcode) ? idcode_i : '0;
      ddr_q <= dwide ? dap_i : '0;
    end else if (state_q == ShDr) begin
      dr_q  <= wide ? {tdi_i, dr_q[31:1]} : {31'd0, tdi_i};
      ddr_q <= dwide ? {tdo_ps, ddr_q[31:1]} : {31'd0, tdo_ps};
    end
    if (state_q == CapIr) begin
      irs_q  <= {6'b010001, done_i, 1'b1, 1'b0, done_i, 2'b01};
      dirs_q <= 4'b0001;
    end else if (state_q == ShIr) begin
      irs_q  <= {tdi_i, irs_q[11:1]};
      dirs_q <= {irs_q[0], dirs_q[3:1]};
    end
  end
  // IEEE 1149.1: TDO moves with the falling edge; pulled up where nobody drives it.
  always_ff @(negedge tck_i) begin
    tdo_o <= (state_q == ShIr) ? (dap_q ? dirs_q[0] : irs_q[0]) : (state_q == ShDr) ? ddr_q[0] : 1'b1;
  end
  assign user1_o    = ir_q == User1;
  assign capture_o  = state_q == CapDr;
  assign shift_o    = state_q == ShDr;
  assign update_o   = state_q == UpdDr;
  assign reset_o    = state_q == Reset;
  // Loaders leave the PS half in bypass (openFPGALoader), or have it pass to the PL.
  assign to_pl      = ir_q[11:6] == CfgIn[11:6] || ir_q[11:6] == 6'b111111;
  assign cfg_in_o   = state_q == ShDr && to_pl && ir_q[5:0] == CfgIn[5:0];
  assign jprogram_o = to_pl && ir_q[5:0] == Jprogram[5:0];
  assign jstart_o   = to_pl && ir_q[5:0] == Jstart[5:0];
endmodule
`default_nettype wire
