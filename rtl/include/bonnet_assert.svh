// SPDX-License-Identifier: Apache-2.0
// Checks that run in every Verilator simulation and are proven with Yosys. Synthesis sees nothing.
// ASSERT: we promise it. ASSUME: the caller promises it (checked in simulation, assumed in a proof).
`ifndef BONNET_ASSERT_SVH
`define BONNET_ASSERT_SVH
`ifdef SYNTHESIS
`define BONNET_ASSERT(name_, cond_)
`define BONNET_ASSERT_ON(clk_, rst_n_, name_, cond_)
`define BONNET_ASSUME(name_, cond_)
`define BONNET_ASSERT_HELD(name_, valid_, ready_, data_)
`else

`define BONNET_ASSERT(name_, cond_) `BONNET_ASSERT_ON(clk_i, rst_ni, name_, cond_)
// For a module with more than one clock.
`define BONNET_ASSERT_ON(clk_, rst_n_, name_, cond_) \
  /* verilator lint_off SYNCASYNCNET */ \
  always @(posedge clk_) if (rst_n_) name_: assert (cond_); \
  /* verilator lint_on SYNCASYNCNET */

`ifdef FORMAL
`define BONNET_ASSUME(name_, cond_) \
  always @(posedge clk_i) if (rst_ni) name_: assume (cond_);
`else
`define BONNET_ASSUME(name_, cond_) `BONNET_ASSERT(name_, cond_)
`endif

// The handshake law: a stalled valid stays up and its data does not move.
// In simulation with registers of its own, written only while stalled: $past and $stable copy every operand in every cycle,
// which costs more time than the rest of a module.
`ifdef VERILATOR
`define BONNET_ASSERT_HELD(name_, valid_, ready_, data_) \
  logic                    name_``_stalled; \
  logic [$bits(data_)-1:0] name_``_held; \
  /* verilator lint_off SYNCASYNCNET */ \
  always @(posedge clk_i) begin \
    if (rst_ni && name_``_stalled) name_: assert ((valid_) && name_``_held == (data_)); \
    name_``_stalled <= rst_ni && (valid_) && !(ready_); \
    if ((valid_) && !(ready_)) name_``_held <= (data_); \
  end \
  /* verilator lint_on SYNCASYNCNET */
`else
`define BONNET_ASSERT_HELD(name_, valid_, ready_, data_) \
  always @(posedge clk_i) if (rst_ni && $past(rst_ni) && $past((valid_) && !(ready_))) \
    name_: assert ((valid_) && $stable(data_));
`endif
`endif
`endif
