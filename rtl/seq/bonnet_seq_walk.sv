// SPDX-License-Identifier: Apache-2.0
//
// bonnet_seq_walk - walks the four lists of a job, each on its own: checks the header and each descriptor, adds bases and strides of the list's
// own walk, pushes commands. A place in the queue of its unit is reserved before a descriptor is asked for, so a push never waits.
//
// Rate    A descriptor per 512 / BusBits cycles; from its last beat to the push two cycles.
// Errors  refused_o for a cycle (index_o says which): not a header, wrong magic, counts out of range or not their sum, a step or an address not
//         on 64 bytes, walks out of range, an operation of another list, ONCE elsewhere than on a LOAD, a bit set that the operation does not know, a semaphore named
//         twice, LAST elsewhere than on the last descriptor of its list.
// Test    tests/rtl/bonnet_seq_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_seq_walk #(
  parameter  int unsigned Places   = 8,      // of each queue
  localparam int unsigned BusBits  = bonnet_pkg::BusBits,
  localparam int unsigned AddrW    = bonnet_pkg::AddrW,
  localparam int unsigned IndexW   = bonnet_pkg::IndexW,
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
  output      logic [Units-1:0]     push_o,
  output      bonnet_pkg::cmd_t     push_cmd_o,
  input  wire logic [Units-1:0]     pop_i,        // a place in the queue became free
  // ends
  input  wire logic                 idle_i,       // no unit has anything left
  output      logic                 done_o,       // one cycle
  output      logic                 refused_o,    // one cycle
  output      logic [IndexW-1:0]    index_o       // with refused_o: of that; else of the descriptor whose data is next
);
  // ---- the job, as the header says --------------------------------------------------------
  typedef enum logic [2:0] { IDLE, HEAD, GO, WALK, END } state_e;
  state_e                  state_q;
  logic [Units*IndexW-1:0] first_q, end_q;   // of each list; the last one of an empty list means nothing
  logic [Units-1:0]        some_q;
  logic [31:0]             in_step_q, out_step_q, scratch_step_q;

  // ---- descriptors, as they come -----------------------------------------------------------
  logic                valid, header;
  logic [1:0]          unit;
  logic [IndexW-1:0]   index, wait_index;
  logic [DescBits-1:0] desc;
  bonnet_seq_fetch #(.Places(Places)) u_fetch (
    .clk_i, .rst_ni, .start_i, .job_i({cfg_i.job[AddrW-1:6], 6'd0}), .go_i(state_q == GO), .first_i(first_q), .end_i(end_q),
    .some_i(some_q), .walks_i(cfg_i.frames[15:0]), .pop_i,
    .rd_valid_o, .rd_ready_i, .rd_req_o, .rdata_valid_i, .rdata_ready_o, .rdata_i,
    .desc_valid_o(valid), .desc_header_o(header), .desc_unit_o(unit), .desc_index_o(index), .desc_o(desc), .wait_index_o(wait_index)
  );

  // ---- what is acceptable ----------------------------------------------------------------
  function automatic logic differ(input logic [11:0] three);   // three semaphore numbers, 0 = none
    differ = (three[3:0] == '0 || (three[3:0] != three[7:4] && three[3:0] != three[11:8]))
          && (three[7:4] == '0 || three[7:4] != three[11:8]);
  endfunction
  logic [15:0] loads, convs, stems, stores;
  assign loads  = desc[bonnet_job_pkg::HDR_LOADS_LSB +: 16];
  assign convs  = desc[bonnet_job_pkg::HDR_CONVS_LSB +: 16];
  assign stems  = desc[bonnet_job_pkg::HDR_STEMS_LSB +: 16];
  assign stores = desc[bonnet_job_pkg::HDR_STORES_LSB +: 16];
  function automatic logic header_ok(input logic [DescBits-1:0] d, input logic [17:0] sum);
    header_ok = d[bonnet_job_pkg::JOB_OP_LSB +: 4] == bonnet_job_pkg::OP_HEADER
             && d[bonnet_job_pkg::HDR_MAGIC_LSB +: 32] == bonnet_job_pkg::JOB_MAGIC
             && sum != '0 && sum < 18'(bonnet_pkg::Records) && sum == 18'(d[bonnet_job_pkg::HDR_COUNT_LSB +: 16])
             && d[bonnet_job_pkg::HDR_IN_STEP_LSB +: 6] == '0 && d[bonnet_job_pkg::HDR_OUT_STEP_LSB +: 6] == '0
             && d[bonnet_job_pkg::HDR_SCRATCH_STEP_LSB +: 6] == '0 && (d & ~bonnet_job_pkg::HDR_KNOWN) == '0;
  endfunction
  function automatic logic desc_ok(input logic [DescBits-1:0] d, input logic [1:0] list, input logic last);
    logic known;
    logic [1:0] owner;
    owner = 2'd0;
    unique case (d[bonnet_job_pkg::JOB_OP_LSB +: 4])
      bonnet_job_pkg::OP_LOAD:  begin known = (d & ~bonnet_job_pkg::LOAD_KNOWN) == '0;  owner = 2'd0; end
      bonnet_job_pkg::OP_CONV:  begin known = (d & ~bonnet_job_pkg::CONV_KNOWN) == '0;  owner = 2'd1; end
      bonnet_job_pkg::OP_FC:    begin known = (d & ~bonnet_job_pkg::FC_KNOWN) == '0;    owner = 2'd1; end
      bonnet_job_pkg::OP_STEM:  begin known = (d & ~bonnet_job_pkg::STEM_KNOWN) == '0;  owner = 2'd2; end
      bonnet_job_pkg::OP_STORE: begin known = (d & ~bonnet_job_pkg::STORE_KNOWN) == '0; owner = 2'd3; end
      default:                  known = 1'b0;
    endcase
    desc_ok = known && owner == list && (owner == 2'd0 || !d[bonnet_job_pkg::JOB_ONCE_LSB]) && d[bonnet_job_pkg::JOB_LAST_LSB] == last
           && differ(d[bonnet_job_pkg::JOB_WAIT0_LSB +: 12]) && differ(d[bonnet_job_pkg::JOB_POST0_LSB +: 12]);
  endfunction

  // ---- each list's walk --------------------------------------------------------------------
  logic [Units-1:0] later_q;            // not in walk 0 any more
  logic [Units-1:0] fin_q;              // every descriptor of every walk was pushed, or is in cmd_q
  logic [15:0]      walks_q [Units];    // this one included
  logic [AddrW-1:0] in_q    [Units];    // bases of this walk
  logic [AddrW-1:0] out_q   [Units];
  logic             last, good_q, check_q, head_good, job_ok, refused, refused_q;
  logic [1:0]       unit_q;
  bonnet_pkg::cmd_t cmd_q;
  assign last      = index == end_q[IndexW*unit +: IndexW];
  assign job_ok    = cfg_i.job[5:0] == '0 && cfg_i.frames != '0 && cfg_i.frames[31:16] == '0;
  assign head_good = header && job_ok && header_ok(desc, 18'(loads) + 18'(convs) + 18'(stems) + 18'(stores));
  assign refused   = (state_q == HEAD && valid && !head_good) || (check_q && !(good_q && cmd_q.addr[5:0] == '0));
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= IDLE;
      check_q   <= 1'b0;
      refused_q <= 1'b0;
    end else begin
      refused_q <= refused;
      check_q   <= state_q == WALK && valid && !refused;
      unique case (state_q)
        IDLE:    if (start_i) state_q <= HEAD;
        HEAD:    if (valid) state_q <= head_good ? GO : IDLE;
        GO:      state_q <= WALK;
        WALK:    if (refused) state_q <= IDLE;
                 else if (fin_q == '1 && !check_q && idle_i) state_q <= END;
        END:     state_q <= IDLE;
        default: state_q <= IDLE;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (state_q == HEAD && valid) begin
      first_q        <= {IndexW'(loads + convs + stems + 16'd1), IndexW'(loads + convs + 16'd1), IndexW'(loads + 16'd1), IndexW'(1)};
      end_q          <= {desc[bonnet_job_pkg::HDR_COUNT_LSB +: IndexW], IndexW'(loads + convs + stems), IndexW'(loads + convs), IndexW'(loads)};
      some_q         <= {stores != '0, stems != '0, convs != '0, loads != '0};
      in_step_q      <= desc[bonnet_job_pkg::HDR_IN_STEP_LSB +: 32];
      out_step_q     <= desc[bonnet_job_pkg::HDR_OUT_STEP_LSB +: 32];
      scratch_step_q <= desc[bonnet_job_pkg::HDR_SCRATCH_STEP_LSB +: 32];
      cmd_q.index    <= '0;   // a refused header is descriptor 0
    end
    if (state_q == GO) begin
      later_q <= '0;
      fin_q   <= ~some_q;
      for (int u = 0; u < Units; u++) begin
        walks_q[u] <= cfg_i.frames[15:0];
        in_q[u]    <= cfg_i.in;
        out_q[u]   <= cfg_i.out;
      end
    end
    if (state_q == WALK && valid) begin
      cmd_q.desc  <= desc;
      cmd_q.index <= index;
      cmd_q.skip  <= desc[bonnet_job_pkg::JOB_ONCE_LSB] && later_q[unit];
      if (later_q[unit]) begin
        if (desc[bonnet_job_pkg::JOB_ONCE_LSB])
          {cmd_q.desc[bonnet_job_pkg::JOB_WAIT0_LSB +: 12], cmd_q.desc[bonnet_job_pkg::JOB_POST0_LSB +: 12]} <= '0;
        if (desc[bonnet_job_pkg::JOB_WAIT_ONCE_LSB])
          cmd_q.desc[bonnet_job_pkg::JOB_WAIT0_LSB +: 4] <= '0;
      end
      good_q      <= desc_ok(desc, unit, last);
      unit_q      <= unit;
      cmd_q.addr  <= '0;
      cmd_q.step  <= '0;
      if (unit != 2'd1) begin   // OFFSET and BASE lie at the same place in LOAD, STEM and STORE
        unique case (desc[bonnet_job_pkg::LOAD_BASE_LSB +: 2])
          2'd0: cmd_q.addr <= cfg_i.model + AddrW'(desc[bonnet_job_pkg::LOAD_OFFSET_LSB +: 32]);
          2'd1: begin
            cmd_q.addr <= in_q[unit] + AddrW'(desc[bonnet_job_pkg::LOAD_OFFSET_LSB +: 32]);
            cmd_q.step <= in_step_q;
          end
          2'd2: begin
            cmd_q.addr <= out_q[unit] + AddrW'(desc[bonnet_job_pkg::LOAD_OFFSET_LSB +: 32]);
            cmd_q.step <= out_step_q;
          end
          default: begin
            cmd_q.addr <= cfg_i.scratch + AddrW'(desc[bonnet_job_pkg::LOAD_OFFSET_LSB +: 32]);
            cmd_q.step <= scratch_step_q;
          end
        endcase
      end
      if (last) begin   // its next walk
        later_q[unit] <= 1'b1;
        fin_q[unit]   <= walks_q[unit] == 16'd1;
        walks_q[unit] <= walks_q[unit] - 16'd1;
        in_q[unit]    <= in_q[unit] + AddrW'(cfg_i.in_stride);
        out_q[unit]   <= out_q[unit] + AddrW'(cfg_i.out_stride);
      end
    end
  end
  assign tokens_valid_o = state_q == HEAD && valid;
  assign tokens_o       = desc[bonnet_job_pkg::HDR_SEMS_LO_LSB + 4 +: 60];
  assign push_o         = (check_q && !refused) ? Units'(1) << unit_q : '0;
  assign push_cmd_o     = cmd_q;
  assign done_o         = state_q == END;   // a cycle later than idle: an overflow by the last token is seen first
  assign refused_o      = refused_q;
  assign index_o        = refused_q ? cmd_q.index : wait_index;
  logic unused;
  assign unused = ^cfg_i.watchdog;   // bonnet_seq_stop's

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(HeaderFirst_A, !valid || header == (state_q == HEAD) || state_q == IDLE)
endmodule
`default_nettype wire
