// SPDX-License-Identifier: Apache-2.0
//
// bonnet_seq - the sequencer: walks the list of each unit on its own, checks each descriptor, hands it to the queue of its unit, and ends
// the job when every descriptor of the last walk is done, or at the first thing that is wrong.
//
// Stop    CAUSE 1: header or descriptor refused here (unit 0) or by its unit, or a semaphore overflowed (unit 0, index 0);
//         2: bus error; 3: watchdog. After sts_o.stop the registers reset this room and the units.
// Test    tests/rtl/bonnet_seq_tb.cpp, tests/sim/jobs_test.c
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_seq #(
  parameter  int unsigned Places   = 8,     // descriptors that wait in front of each unit
  localparam int unsigned BusBits  = bonnet_pkg::BusBits,
  localparam int unsigned IndexW   = bonnet_pkg::IndexW,
  localparam int unsigned Units    = 4,     // 0 load, 1 conv, 2 stem, 3 store; UNIT in CAUSE is one more
  localparam int unsigned Sems     = 15
) (
  input  wire logic                  clk_i,
  input  wire logic                  rst_ni,
  // registers
  input  wire logic                  start_i,
  input  wire bonnet_pkg::job_cfg_t  cfg_i,
  input  wire logic [31:0]           cycle_i,
  output      bonnet_pkg::job_sts_t  sts_o,
  // bus
  output      logic                  rd_valid_o,
  input  wire logic                  rd_ready_i,
  output      bonnet_pkg::rd_req_t   rd_req_o,
  input  wire logic                  rdata_valid_i,
  output      logic                  rdata_ready_o,
  input  wire logic [BusBits-1:0]    rdata_i,
  input  wire logic                  rd_beat_i,      // any data beat
  input  wire logic                  wr_beat_i,
  input  wire logic                  rd_err_i,
  input  wire logic [1:0]            rd_err_client_i, // 0 sequencer, 1 load, 2 stem
  input  wire logic                  wr_err_i,
  // units, load first
  output      logic [Units-1:0]      unit_start_o,
  output      bonnet_pkg::cmd_t      load_cmd_o,
  output      bonnet_pkg::cmd_t      conv_cmd_o,
  output      bonnet_pkg::cmd_t      stem_cmd_o,
  output      bonnet_pkg::cmd_t      store_cmd_o,
  input  wire logic [Units-1:0]      unit_done_i,
  input  wire logic [Units-1:0]      unit_bad_i,
  input  wire logic [Units-1:0]      unit_beat_i,    // a data beat of this unit
  input  wire bonnet_pkg::unit_sts_t load_sts_i,
  input  wire bonnet_pkg::unit_sts_t conv_sts_i,
  input  wire bonnet_pkg::unit_sts_t stem_sts_i,
  input  wire bonnet_pkg::unit_sts_t store_sts_i
);
  // ---- walker --------------------------------------------------------------------------------
  logic              tokens_valid, walk_done, refused;
  logic [59:0]       tokens;
  logic [Units-1:0]  push, pop, idle;
  logic [IndexW-1:0] walk_index;
  bonnet_pkg::cmd_t  push_cmd;
  bonnet_seq_walk #(.Places(Places)) u_walk (
    .clk_i, .rst_ni, .start_i, .cfg_i, .rd_valid_o, .rd_ready_i, .rd_req_o, .rdata_valid_i, .rdata_ready_o, .rdata_i,
    .tokens_valid_o(tokens_valid), .tokens_o(tokens), .push_o(push), .push_cmd_o(push_cmd), .pop_i(pop),
    .idle_i(idle == '1), .done_o(walk_done), .refused_o(refused), .index_o(walk_index)
  );

  // ---- queues and tokens ---------------------------------------------------------------------
  logic [Units-1:0]        want, gnt, give_valid, rec_valid, rec_ready, unit_last, unit_err;
  logic [Units*Sems-1:0]   take, give;
  logic [Units*IndexW-1:0] index, rec_index;
  logic [191:0]            rec [Units];
  logic                    overflow;
  bonnet_sems u_sems (
    .clk_i, .rst_ni, .load_i(tokens_valid), .init_i(tokens),
    .want_i(want), .take_i(take), .gnt_o(gnt), .give_valid_i(give_valid), .give_i(give), .overflow_o(overflow)
  );
  bonnet_unit_ctl #(.Depth(Places)) u_load (
    .clk_i, .rst_ni, .cycle_i, .push_i(push[0]), .push_cmd_i(push_cmd), .pop_o(pop[0]), .idle_o(idle[0]),
    .start_o(unit_start_o[0]), .cmd_o(load_cmd_o), .done_i(unit_done_i[0]), .bad_i(unit_bad_i[0]), .sts_i(load_sts_i), .beat_i(unit_beat_i[0]),
    .want_o(want[0]), .take_o(take[Sems*0 +: Sems]), .gnt_i(gnt[0]),
    .give_valid_o(give_valid[0]), .give_o(give[Sems*0 +: Sems]), .last_o(unit_last[0]),
    .rec_valid_o(rec_valid[0]), .rec_ready_i(rec_ready[0]), .rec_index_o(rec_index[IndexW*0 +: IndexW]), .rec_o(rec[0]),
    .index_o(index[IndexW*0 +: IndexW]), .err_o(unit_err[0])
  );
  bonnet_unit_ctl #(.Depth(Places)) u_conv (
    .clk_i, .rst_ni, .cycle_i, .push_i(push[1]), .push_cmd_i(push_cmd), .pop_o(pop[1]), .idle_o(idle[1]),
    .start_o(unit_start_o[1]), .cmd_o(conv_cmd_o), .done_i(unit_done_i[1]), .bad_i(unit_bad_i[1]), .sts_i(conv_sts_i), .beat_i(unit_beat_i[1]),
    .want_o(want[1]), .take_o(take[Sems*1 +: Sems]), .gnt_i(gnt[1]),
    .give_valid_o(give_valid[1]), .give_o(give[Sems*1 +: Sems]), .last_o(unit_last[1]),
    .rec_valid_o(rec_valid[1]), .rec_ready_i(rec_ready[1]), .rec_index_o(rec_index[IndexW*1 +: IndexW]), .rec_o(rec[1]),
    .index_o(index[IndexW*1 +: IndexW]), .err_o(unit_err[1])
  );
  bonnet_unit_ctl #(.Depth(Places)) u_stem (
    .clk_i, .rst_ni, .cycle_i, .push_i(push[2]), .push_cmd_i(push_cmd), .pop_o(pop[2]), .idle_o(idle[2]),
    .start_o(unit_start_o[2]), .cmd_o(stem_cmd_o), .done_i(unit_done_i[2]), .bad_i(unit_bad_i[2]), .sts_i(stem_sts_i), .beat_i(unit_beat_i[2]),
    .want_o(want[2]), .take_o(take[Sems*2 +: Sems]), .gnt_i(gnt[2]),
    .give_valid_o(give_valid[2]), .give_o(give[Sems*2 +: Sems]), .last_o(unit_last[2]),
    .rec_valid_o(rec_valid[2]), .rec_ready_i(rec_ready[2]), .rec_index_o(rec_index[IndexW*2 +: IndexW]), .rec_o(rec[2]),
    .index_o(index[IndexW*2 +: IndexW]), .err_o(unit_err[2])
  );
  bonnet_unit_ctl #(.Depth(Places)) u_store (
    .clk_i, .rst_ni, .cycle_i, .push_i(push[3]), .push_cmd_i(push_cmd), .pop_o(pop[3]), .idle_o(idle[3]),
    .start_o(unit_start_o[3]), .cmd_o(store_cmd_o), .done_i(unit_done_i[3]), .bad_i(unit_bad_i[3]), .sts_i(store_sts_i), .beat_i(unit_beat_i[3]),
    .want_o(want[3]), .take_o(take[Sems*3 +: Sems]), .gnt_i(gnt[3]),
    .give_valid_o(give_valid[3]), .give_o(give[Sems*3 +: Sems]), .last_o(unit_last[3]),
    .rec_valid_o(rec_valid[3]), .rec_ready_i(rec_ready[3]), .rec_index_o(rec_index[IndexW*3 +: IndexW]), .rec_o(rec[3]),
    .index_o(index[IndexW*3 +: IndexW]), .err_o(unit_err[3])
  );

  // ---- records: one a cycle, lowest unit first -------------------------------------------------
  assign rec_ready       = rec_valid & (~rec_valid + 1'b1);
  assign sts_o.rec_we    = rec_valid != '0;
  assign sts_o.frame     = give_valid[3] && unit_last[3];
  assign sts_o.rec       = rec_ready[0] ? rec[0] : rec_ready[1] ? rec[1] : rec_ready[2] ? rec[2] : rec[3];
  assign sts_o.rec_index = rec_ready[0] ? rec_index[IndexW*0 +: IndexW] : rec_ready[1] ? rec_index[IndexW*1 +: IndexW]
                         : rec_ready[2] ? rec_index[IndexW*2 +: IndexW] : rec_index[IndexW*3 +: IndexW];

  logic unused;
  assign unused = ^unit_last[2:0];   // walks are counted by the results

  // ---- the end --------------------------------------------------------------------------------
  logic        stop;
  logic [19:0] cause;
  bonnet_seq_stop u_stop (
    .clk_i, .rst_ni, .start_i, .done_i(walk_done), .limit_i(cfg_i.watchdog), .alive_i(rd_beat_i || wr_beat_i || rec_valid != '0),
    .refused_i(refused), .overflow_i(overflow), .unit_err_i(unit_err), .rd_err_i, .rd_err_client_i, .wr_err_i,
    .walk_index_i(walk_index), .unit_index_i(index),
    .stop_o(stop), .cause_o(cause)
  );
  assign sts_o.done  = walk_done && !stop;
  assign sts_o.stop  = stop;
  assign sts_o.cause = cause;
endmodule
`default_nettype wire
