// SPDX-License-Identifier: Apache-2.0
//
// bonnet_csr - the registers of rtl/csr/bonnet_csr.def, the counter window, job start and stop, interrupt.
//
// CTRL is ap_ctrl_hs: START stays 1 until the job is accepted (at once when idle), DONE and READY rise with the end of the
// job and fall when CTRL is read, IDLE is 1 while no job runs and the core is ready. GIE, IER, ISR as in Vitis HLS.
//
// Rate    A register access per cycle; read data one cycle after re_i.
// Stop    A job that ends early, and RESET, pulse halt_o: the core is reset, the bus drained (bonnet_reset), IDLE rises after.
// Test    tests/rtl/bonnet_csr_tb.cpp walks every access type of the .def
`include "bonnet_assert.svh"
`default_nettype none
`ifndef BONNET_BUILD
`define BONNET_BUILD 32'h0
`endif
module bonnet_csr (
  input  wire logic                 clk_i,
  input  wire logic                 rst_ni,
  // register accesses (bonnet_axil)
  input  wire logic                 we_i,
  input  wire logic [15:0]          waddr_i,
  input  wire logic [31:0]          wdata_i,
  input  wire logic [3:0]           wstrb_i,
  input  wire logic                 re_i,
  input  wire logic [15:0]          raddr_i,
  output      logic [31:0]          rdata_o,
  // job
  output      logic                 start_o,     // one cycle; the configuration is stable until the job ends
  output      bonnet_pkg::job_cfg_t cfg_o,
  output      logic [31:0]          cycle_o,     // of the running job
  input  wire bonnet_pkg::job_sts_t sts_i,
  input  wire logic                 beat_in_i,   // a bus beat moved
  input  wire logic                 beat_out_i,
  input  wire logic [255:0]         sums_i,      // of the last job: model, input, output, scratch from the low end (bonnet_sums)
  // stop
  output      logic                 halt_o,      // one cycle
  input  wire logic                 ready_i,     // core out of reset, bus drained
  output      logic                 irq_o
);
  // ---- writes ---------------------------------------------------------------------
  logic [31:0] wmask;
  assign wmask = {{8{wstrb_i[3]}}, {8{wstrb_i[2]}}, {8{wstrb_i[1]}}, {8{wstrb_i[0]}}};
  logic [31:0] job_lo_q, job_hi_q, model_lo_q, model_hi_q, input_lo_q, input_hi_q, output_lo_q, output_hi_q;
  logic [31:0] scratch_lo_q, scratch_hi_q, frames_q, input_stride_q, output_stride_q, watchdog_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      job_lo_q        <= bonnet_csr_pkg::JOB_LO_RESET;
      job_hi_q        <= bonnet_csr_pkg::JOB_HI_RESET;
      model_lo_q      <= bonnet_csr_pkg::MODEL_LO_RESET;
      model_hi_q      <= bonnet_csr_pkg::MODEL_HI_RESET;
      input_lo_q      <= bonnet_csr_pkg::INPUT_LO_RESET;
      input_hi_q      <= bonnet_csr_pkg::INPUT_HI_RESET;
      output_lo_q     <= bonnet_csr_pkg::OUTPUT_LO_RESET;
      output_hi_q     <= bonnet_csr_pkg::OUTPUT_HI_RESET;
      scratch_lo_q    <= bonnet_csr_pkg::SCRATCH_LO_RESET;
      scratch_hi_q    <= bonnet_csr_pkg::SCRATCH_HI_RESET;
      frames_q        <= bonnet_csr_pkg::FRAMES_RESET;
      input_stride_q  <= bonnet_csr_pkg::INPUT_STRIDE_RESET;
      output_stride_q <= bonnet_csr_pkg::OUTPUT_STRIDE_RESET;
      watchdog_q      <= bonnet_csr_pkg::WATCHDOG_RESET;
    end else if (we_i) begin
      unique case ({waddr_i[15:2], 2'b00})
        bonnet_csr_pkg::JOB_LO_ADDR:        job_lo_q        <= (job_lo_q & ~wmask) | (wdata_i & wmask);
        bonnet_csr_pkg::JOB_HI_ADDR:        job_hi_q        <= (job_hi_q & ~wmask) | (wdata_i & wmask);
        bonnet_csr_pkg::MODEL_LO_ADDR:      model_lo_q      <= (model_lo_q & ~wmask) | (wdata_i & wmask);
        bonnet_csr_pkg::MODEL_HI_ADDR:      model_hi_q      <= (model_hi_q & ~wmask) | (wdata_i & wmask);
        bonnet_csr_pkg::INPUT_LO_ADDR:      input_lo_q      <= (input_lo_q & ~wmask) | (wdata_i & wmask);
        bonnet_csr_pkg::INPUT_HI_ADDR:      input_hi_q      <= (input_hi_q & ~wmask) | (wdata_i & wmask);
        bonnet_csr_pkg::OUTPUT_LO_ADDR:     output_lo_q     <= (output_lo_q & ~wmask) | (wdata_i & wmask);
        bonnet_csr_pkg::OUTPUT_HI_ADDR:     output_hi_q     <= (output_hi_q & ~wmask) | (wdata_i & wmask);
        bonnet_csr_pkg::SCRATCH_LO_ADDR:    scratch_lo_q    <= (scratch_lo_q & ~wmask) | (wdata_i & wmask);
        bonnet_csr_pkg::SCRATCH_HI_ADDR:    scratch_hi_q    <= (scratch_hi_q & ~wmask) | (wdata_i & wmask);
        bonnet_csr_pkg::FRAMES_ADDR:        frames_q        <= (frames_q & ~wmask) | (wdata_i & wmask);
        bonnet_csr_pkg::INPUT_STRIDE_ADDR:  input_stride_q  <= (input_stride_q & ~wmask) | (wdata_i & wmask);
        bonnet_csr_pkg::OUTPUT_STRIDE_ADDR: output_stride_q <= (output_stride_q & ~wmask) | (wdata_i & wmask);
        bonnet_csr_pkg::WATCHDOG_ADDR:      watchdog_q      <= (watchdog_q & ~wmask) | (wdata_i & wmask);
        default: ;
      endcase
    end
  end

  logic go;             // a job is accepted
  // The running job has its own copy: a host that prepares the next job does not disturb it.
  bonnet_pkg::job_cfg_t cfg_q;
  always_ff @(posedge clk_i) begin
    if (go) begin
      cfg_q <= {job_hi_q, job_lo_q, model_hi_q, model_lo_q, input_hi_q, input_lo_q, output_hi_q, output_lo_q,
                scratch_hi_q, scratch_lo_q, frames_q, input_stride_q, output_stride_q, watchdog_q};
    end
  end
  assign cfg_o = cfg_q;

  // ---- start, stop, interrupt -------------------------------------------------------
  logic       we_ctrl, we_reset, re_ctrl, ended;
  logic       start_q, busy_q, done_q, run_q, gie_q;
  logic [1:0] ier_q, isr_q;
  assign we_ctrl  = we_i && waddr_i[15:2] == bonnet_csr_pkg::CTRL_ADDR[15:2] && wstrb_i[0];
  assign we_reset = we_i && waddr_i[15:2] == bonnet_csr_pkg::RESET_ADDR[15:2] && wstrb_i[0] && wdata_i[0];
  assign re_ctrl  = re_i && raddr_i[15:2] == bonnet_csr_pkg::CTRL_ADDR[15:2];
  assign go       = start_q && !busy_q && ready_i && !we_reset;
  assign ended    = busy_q && (sts_i.done || sts_i.stop) && !we_reset;
  assign start_o  = run_q;   // the copy of the configuration is there one cycle after it was taken
  assign halt_o   = we_reset || (busy_q && sts_i.stop);
  assign irq_o    = gie_q && isr_q != '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {start_q, busy_q, done_q, run_q, gie_q} <= '0;
      ier_q <= '0;
      isr_q <= '0;
    end else begin
      run_q <= go;
      if (we_reset || go)                 start_q <= 1'b0;
      else if (we_ctrl && wdata_i[0])     start_q <= 1'b1;
      if (we_reset || ended)              busy_q  <= 1'b0;
      else if (go)                        busy_q  <= 1'b1;
      if (we_reset)                       done_q  <= 1'b0;
      else if (ended)                     done_q  <= 1'b1;
      else if (re_ctrl)                   done_q  <= 1'b0;
      if (we_i && wstrb_i[0] && waddr_i[15:2] == bonnet_csr_pkg::GIE_ADDR[15:2]) gie_q <= wdata_i[0];
      if (we_i && wstrb_i[0] && waddr_i[15:2] == bonnet_csr_pkg::IER_ADDR[15:2]) ier_q <= wdata_i[1:0];
      if (we_reset)   isr_q <= '0;
      else if (ended) isr_q <= isr_q | ier_q;
      else if (we_i && wstrb_i[0] && waddr_i[15:2] == bonnet_csr_pkg::ISR_ADDR[15:2]) isr_q <= isr_q ^ wdata_i[1:0];
    end
  end

  // ---- what the job did ---------------------------------------------------------------
  logic [19:0] cause_q;
  logic [15:0] frame_q;
  logic [63:0] cycles_q;
  logic [31:0] beats_in_q, beats_out_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      cause_q     <= '0;
      frame_q     <= '0;
      cycles_q    <= '0;
      beats_in_q  <= '0;
      beats_out_q <= '0;
    end else if (go) begin
      cause_q     <= '0;
      frame_q     <= '0;
      cycles_q    <= '0;
      beats_in_q  <= '0;
      beats_out_q <= '0;
    end else if (busy_q) begin
      if (we_reset)        cause_q <= 20'h00004;
      else if (sts_i.stop) cause_q <= sts_i.cause;
      if (sts_i.frame)     frame_q <= frame_q + 16'd1;
      cycles_q <= cycles_q + 64'd1;
      if (beat_in_i)       beats_in_q  <= beats_in_q + 32'd1;
      if (beat_out_i)      beats_out_q <= beats_out_q + 32'd1;
    end
  end
  assign cycle_o = cycles_q[31:0];

  // ---- counters: one row of six words per descriptor -----------------------------------
  localparam int unsigned RecW = $clog2(bonnet_pkg::Records);
  logic [191:0] rec;
  logic         re_rec;   // a read in the window, of a record that exists
  assign re_rec = raddr_i[15] && 32'(raddr_i[14:5]) < bonnet_pkg::Records;
  bonnet_ram_1r1w #(.Width(192), .Depth(bonnet_pkg::Records)) u_rec (
    .clk_i, .rst_ni, .we_i(sts_i.rec_we), .waddr_i(sts_i.rec_index[RecW-1:0]), .wdata_i(sts_i.rec),
    .re_i(re_i && re_rec), .raddr_i(raddr_i[5 +: RecW]), .rdata_o(rec)
  );

  // ---- reads ------------------------------------------------------------------------
  logic [31:0] reg_q;
  logic [2:0]  word_q;
  logic        window_q;
  always_ff @(posedge clk_i) begin
    if (re_i) begin
      window_q <= re_rec;
      word_q   <= raddr_i[4:2];
      case ({raddr_i[15:2], 2'b00})
        bonnet_csr_pkg::CTRL_ADDR:          reg_q <= {28'd0, done_q, !busy_q && !start_q && ready_i, done_q, start_q};
        bonnet_csr_pkg::GIE_ADDR:           reg_q <= {31'd0, gie_q};
        bonnet_csr_pkg::IER_ADDR:           reg_q <= {30'd0, ier_q};
        bonnet_csr_pkg::ISR_ADDR:           reg_q <= {30'd0, isr_q};
        bonnet_csr_pkg::JOB_LO_ADDR:        reg_q <= job_lo_q;
        bonnet_csr_pkg::JOB_HI_ADDR:        reg_q <= job_hi_q;
        bonnet_csr_pkg::MODEL_LO_ADDR:      reg_q <= model_lo_q;
        bonnet_csr_pkg::MODEL_HI_ADDR:      reg_q <= model_hi_q;
        bonnet_csr_pkg::INPUT_LO_ADDR:      reg_q <= input_lo_q;
        bonnet_csr_pkg::INPUT_HI_ADDR:      reg_q <= input_hi_q;
        bonnet_csr_pkg::OUTPUT_LO_ADDR:     reg_q <= output_lo_q;
        bonnet_csr_pkg::OUTPUT_HI_ADDR:     reg_q <= output_hi_q;
        bonnet_csr_pkg::SCRATCH_LO_ADDR:    reg_q <= scratch_lo_q;
        bonnet_csr_pkg::SCRATCH_HI_ADDR:    reg_q <= scratch_hi_q;
        bonnet_csr_pkg::FRAMES_ADDR:        reg_q <= frames_q;
        bonnet_csr_pkg::INPUT_STRIDE_ADDR:  reg_q <= input_stride_q;
        bonnet_csr_pkg::OUTPUT_STRIDE_ADDR: reg_q <= output_stride_q;
        bonnet_csr_pkg::WATCHDOG_ADDR:      reg_q <= watchdog_q;
        bonnet_csr_pkg::ID_ADDR:            reg_q <= bonnet_csr_pkg::ID_RESET;
        bonnet_csr_pkg::ABI_ADDR:           reg_q <= bonnet_csr_pkg::ABI_RESET;
        bonnet_csr_pkg::BUILD_ADDR:         reg_q <= `BONNET_BUILD;
        bonnet_csr_pkg::GEOMETRY_ADDR:
          reg_q <= (32'(bonnet_pkg::Lanes) << bonnet_csr_pkg::GEOMETRY_LANES_LSB)
                | (32'(bonnet_pkg::Arrays) << bonnet_csr_pkg::GEOMETRY_ARRAYS_LSB)
                | (32'($clog2(bonnet_pkg::BusBits)) << bonnet_csr_pkg::GEOMETRY_BUS_LOG2_LSB)
                | (32'(bonnet_pkg::StemTaps) << bonnet_csr_pkg::GEOMETRY_STEM_TAPS_LSB)
                | (32'(bonnet_pkg::Block) << bonnet_csr_pkg::GEOMETRY_BLOCK_LSB);
        bonnet_csr_pkg::WEIGHT_ROWS_ADDR:   reg_q <= bonnet_pkg::WeightRows;
        bonnet_csr_pkg::FEATURE_WORDS_ADDR: reg_q <= bonnet_pkg::FeatureWords;
        bonnet_csr_pkg::STEM_ROWS_ADDR:     reg_q <= bonnet_pkg::StemRows;
        bonnet_csr_pkg::STEM_WIDTHS_ADDR:
          reg_q <= (32'(bonnet_pkg::StemImageW) << bonnet_csr_pkg::STEM_WIDTHS_IMAGE_LSB)
                | (32'(bonnet_pkg::StemMapW) << bonnet_csr_pkg::STEM_WIDTHS_MAP_LSB);
        bonnet_csr_pkg::CAUSE_ADDR:         reg_q <= {12'd0, cause_q};
        bonnet_csr_pkg::FRAME_ADDR:         reg_q <= {16'd0, frame_q};
        bonnet_csr_pkg::CYCLES_LO_ADDR:     reg_q <= cycles_q[31:0];
        bonnet_csr_pkg::CYCLES_HI_ADDR:     reg_q <= cycles_q[63:32];
        bonnet_csr_pkg::BEATS_IN_ADDR:      reg_q <= beats_in_q;
        bonnet_csr_pkg::BEATS_OUT_ADDR:     reg_q <= beats_out_q;
        bonnet_csr_pkg::RECORDS_ADDR:       reg_q <= bonnet_pkg::Records;
        bonnet_csr_pkg::SUM_MODEL_LO_ADDR:   reg_q <= sums_i[0 +: 32];
        bonnet_csr_pkg::SUM_MODEL_HI_ADDR:   reg_q <= sums_i[32 +: 32];
        bonnet_csr_pkg::SUM_INPUT_LO_ADDR:   reg_q <= sums_i[64 +: 32];
        bonnet_csr_pkg::SUM_INPUT_HI_ADDR:   reg_q <= sums_i[96 +: 32];
        bonnet_csr_pkg::SUM_OUTPUT_LO_ADDR:  reg_q <= sums_i[128 +: 32];
        bonnet_csr_pkg::SUM_OUTPUT_HI_ADDR:  reg_q <= sums_i[160 +: 32];
        bonnet_csr_pkg::SUM_SCRATCH_LO_ADDR: reg_q <= sums_i[192 +: 32];
        bonnet_csr_pkg::SUM_SCRATCH_HI_ADDR: reg_q <= sums_i[224 +: 32];
        default:                            reg_q <= '0;
      endcase
    end
  end
  assign rdata_o = !window_q ? reg_q : (word_q < 3'd6) ? rec[{word_q, 5'd0} +: 32] : '0;
  logic unused;
  assign unused = ^{waddr_i[1:0], raddr_i[1:0], sts_i.rec_index};

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(StartInJob_A, !start_o || busy_q)
  `BONNET_ASSUME(EndsInJob_A, busy_q || !sts_i.done)
  `BONNET_ASSUME(RecordExists_A, !sts_i.rec_we || 32'(sts_i.rec_index) < bonnet_pkg::Records)
  `BONNET_ASSUME(OneEnd_A, !(sts_i.done && sts_i.stop))
endmodule
`default_nettype wire
