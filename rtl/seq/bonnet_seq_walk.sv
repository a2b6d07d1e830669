// SPDX-License-Identifier: Apache-2.0
//
// bonnet_seq_walk - walks the job once per frame: checks the header and each descriptor, adds bases and strides, pushes commands.
//
// Rate    A descriptor per 512 / BusBits + 2 cycles while the queue of its unit has room.
// Errors  refused_o for a cycle (index_o says which): not a header, wrong magic or count, job or data address not on 64 bytes, frames out
//         of range, unknown operation, a bit set that the operation does not know, a semaphore named twice, LAST elsewhere
//         than on the last descriptor.
// Test    tests/sim/jobs_test.c
`default_nettype none
module bonnet_seq_walk #(
  localparam int unsigned BusBits  = bonnet_pkg::BusBits,
  localparam int unsigned AddrW    = bonnet_pkg::AddrW,
  localparam int unsigned DescBits = bonnet_pkg::DescBits,
  localparam int unsigned Units    = 4
) (
  input  wire logic                 clk_i,
  input  wire logic                 rst_ni,
  input  wire logic                 start_i,
  input  wire bonnet_pkg::job_cfg_t cfg_i,
  // bus
  output      logic                 rd_valid_o,
  input  wire logic                 rd_ready_i,
  output      bonnet_pkg::rd_req_t  rd_req_o,
  input  wire logic                 rdata_valid_i,
  output      logic                 rdata_ready_o,
  input  wire logic [BusBits-1:0]   rdata_i,
  // initial tokens of semaphores 1..15, four bits each
  output      logic                 tokens_valid_o,
  output      logic [59:0]          tokens_o,
  // commands: 0 load, 1 conv, 2 stem, 3 store
  output      logic [Units-1:0]     push_valid_o,
  input  wire logic [Units-1:0]     push_ready_i,
  output      bonnet_pkg::cmd_t     push_cmd_o,
  // ends
  input  wire logic                 idle_i,       // no unit has anything left
  output      logic                 done_o,       // one cycle
  output      logic                 refused_o,    // one cycle
  output      logic [7:0]           index_o
);
  // ---- descriptors, as they come -------------------------------------------------------
  logic                desc_valid, desc_ready, go;
  logic [DescBits-1:0] desc;
  logic [7:0]          count_q;
  bonnet_seq_fetch u_fetch (
    .clk_i, .rst_ni, .start_i, .job_i({cfg_i.job[AddrW-1:6], 6'd0}), .go_i(go), .count_i(count_q), .frames_i(cfg_i.frames[15:0]),
    .rd_valid_o, .rd_ready_i, .rd_req_o, .rdata_valid_i, .rdata_ready_o, .rdata_i,
    .desc_valid_o(desc_valid), .desc_ready_i(desc_ready), .desc_o(desc)
  );

  // ---- what is acceptable ----------------------------------------------------------------
  function automatic logic differ(input logic [11:0] three);   // three semaphore numbers, 0 = none
    differ = (three[3:0] == '0 || (three[3:0] != three[7:4] && three[3:0] != three[11:8]))
          && (three[7:4] == '0 || three[7:4] != three[11:8]);
  endfunction
  function automatic logic header_ok(input logic [DescBits-1:0] d);
    header_ok = d[bonnet_job_pkg::JOB_OP_LSB +: 4] == bonnet_job_pkg::OP_HEADER
             && d[bonnet_job_pkg::HDR_MAGIC_LSB +: 32] == bonnet_job_pkg::JOB_MAGIC
             && d[bonnet_job_pkg::HDR_COUNT_LSB +: 16] >= 16'd1 && d[bonnet_job_pkg::HDR_COUNT_LSB +: 16] <= 16'd240
             && (d & ~bonnet_job_pkg::HDR_KNOWN) == '0;
  endfunction
  function automatic logic desc_ok(input logic [DescBits-1:0] d, input logic last);
    logic known;
    unique case (d[bonnet_job_pkg::JOB_OP_LSB +: 4])
      bonnet_job_pkg::OP_LOAD:  known = (d & ~bonnet_job_pkg::LOAD_KNOWN) == '0;
      bonnet_job_pkg::OP_CONV:  known = (d & ~bonnet_job_pkg::CONV_KNOWN) == '0;
      bonnet_job_pkg::OP_FC:    known = (d & ~bonnet_job_pkg::FC_KNOWN) == '0;
      bonnet_job_pkg::OP_STEM:  known = (d & ~bonnet_job_pkg::STEM_KNOWN) == '0;
      bonnet_job_pkg::OP_STORE: known = (d & ~bonnet_job_pkg::STORE_KNOWN) == '0;
      default:                  known = 1'b0;
    endcase
    desc_ok = known && d[bonnet_job_pkg::JOB_LAST_LSB] == last
           && differ(d[bonnet_job_pkg::JOB_WAIT0_LSB +: 12]) && differ(d[bonnet_job_pkg::JOB_POST0_LSB +: 12]);
  endfunction

  // ---- walker ------------------------------------------------------------------------------
  typedef enum logic [2:0] { IDLE, HEAD, GO, DESC, CHECK, PUSH, DRAIN } state_e;
  state_e           state_q;
  bonnet_pkg::cmd_t cmd_q;
  logic [1:0]       unit_q;
  logic             first_q, last_q, good_q, refused_q;   // first frame; last descriptor of the last frame; ...
  logic [7:0]       index_q;
  logic [15:0]      left_q;                               // frames, this one included
  logic [AddrW-1:0] in_q, out_q;                          // bases of this frame
  logic             job_ok, pushed;
  assign desc_ready   = state_q == HEAD || state_q == DESC;
  assign job_ok       = cfg_i.job[5:0] == '0 && cfg_i.frames != '0 && cfg_i.frames[31:16] == '0;
  assign go           = state_q == GO;
  assign push_valid_o = (state_q == PUSH) ? Units'(1) << unit_q : '0;
  assign pushed       = (push_valid_o & push_ready_i) != '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= IDLE;
      refused_q <= 1'b0;
    end else begin
      refused_q <= 1'b0;
      unique case (state_q)
        IDLE: if (start_i) state_q <= HEAD;
        HEAD: if (desc_valid) begin
          state_q   <= (job_ok && header_ok(desc)) ? GO : IDLE;
          refused_q <= !(job_ok && header_ok(desc));
        end
        GO:   state_q <= DESC;
        DESC: if (desc_valid) state_q <= CHECK;
        CHECK: begin
          state_q   <= good_q && (cmd_q.addr[5:0] == '0) ? PUSH : IDLE;
          refused_q <= !(good_q && (cmd_q.addr[5:0] == '0));
        end
        PUSH: if (pushed) state_q <= last_q ? DRAIN : DESC;
        DRAIN: if (idle_i) state_q <= IDLE;
        default: state_q <= IDLE;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (state_q == HEAD && desc_valid) begin
      count_q <= desc[bonnet_job_pkg::HDR_COUNT_LSB +: 8];
      index_q <= '0;
    end
    if (state_q == GO) begin
      index_q <= 8'd1;
      left_q  <= cfg_i.frames[15:0];
      first_q <= 1'b1;
      in_q    <= cfg_i.in;
      out_q   <= cfg_i.out;
    end
    if (state_q == DESC && desc_valid) begin
      cmd_q.desc  <= desc;
      cmd_q.index <= index_q;
      cmd_q.skip  <= desc[bonnet_job_pkg::JOB_ONCE_LSB] && !first_q;
      good_q      <= desc_ok(desc, index_q == count_q);
      last_q      <= index_q == count_q && left_q == 16'd1;
      unit_q      <= 2'd0;
      cmd_q.addr  <= '0;
      unique case (desc[bonnet_job_pkg::JOB_OP_LSB +: 4])
        bonnet_job_pkg::OP_CONV, bonnet_job_pkg::OP_FC: unit_q <= 2'd1;
        default: begin   // OFFSET and BASE lie at the same place in LOAD, STEM and STORE
          unit_q <= (desc[bonnet_job_pkg::JOB_OP_LSB +: 4] == bonnet_job_pkg::OP_STEM) ? 2'd2
                  : (desc[bonnet_job_pkg::JOB_OP_LSB +: 4] == bonnet_job_pkg::OP_STORE) ? 2'd3 : 2'd0;
          unique case (desc[bonnet_job_pkg::LOAD_BASE_LSB +: 2])
            2'd0: cmd_q.addr <= cfg_i.model   + AddrW'(desc[bonnet_job_pkg::LOAD_OFFSET_LSB +: 32]);
            2'd1: cmd_q.addr <= in_q          + AddrW'(desc[bonnet_job_pkg::LOAD_OFFSET_LSB +: 32]);
            2'd2: cmd_q.addr <= out_q         + AddrW'(desc[bonnet_job_pkg::LOAD_OFFSET_LSB +: 32]);
            default: cmd_q.addr <= cfg_i.scratch + AddrW'(desc[bonnet_job_pkg::LOAD_OFFSET_LSB +: 32]);
          endcase
        end
      endcase
    end
    if (pushed) begin
      index_q <= index_q + 8'd1;
      if (index_q == count_q) begin   // next frame
        index_q <= 8'd1;
        left_q  <= left_q - 16'd1;
        first_q <= 1'b0;
        in_q    <= in_q + AddrW'(cfg_i.in_stride);
        out_q   <= out_q + AddrW'(cfg_i.out_stride);
      end
    end
  end
  assign tokens_valid_o = state_q == HEAD && desc_valid;
  assign tokens_o       = desc[bonnet_job_pkg::HDR_SEMS_LO_LSB + 4 +: 60];
  assign push_cmd_o     = cmd_q;
  assign done_o         = state_q == DRAIN && idle_i;
  assign refused_o      = refused_q;
  assign index_o        = index_q;
  logic unused;
  assign unused = ^cfg_i.watchdog;   // bonnet_seq_stop's
endmodule
`default_nettype wire
