// SPDX-License-Identifier: Apache-2.0
//
// bonnet_pkg - what more than one room of rtl/ must agree on, and nothing else.
// Geometry first: every size of the machine is decided here and readable by the host (CSR GEOMETRY and below).
// Register addresses and descriptor fields are generated: bonnet_csr_pkg.sv, bonnet_job_pkg.sv.
/* verilator lint_off UNUSEDPARAM */ // no module needs all of them
package bonnet_pkg;
  // ---- geometry -------------------------------------------------------------
`ifdef BONNET_GEOMETRY_TINY  // a small FPGA, and fast tests
  parameter int unsigned Lanes        = 16;    // output channels in parallel: 8, 16, 32, 64
  parameter int unsigned Arrays       = 1;
  parameter int unsigned BusBits      = 64;    // AXI data width
  parameter int unsigned WeightRows   = 256;   // rows of Lanes x 64 bits: 32 KiB
  parameter int unsigned FeatureWords = 4096;  // 64-bit words: 32 KiB
  parameter int unsigned StemRows     = 64;    // stem parameter rows
  parameter int unsigned StemImageW   = 64;    // widest image, pixels
  parameter int unsigned StemMapW     = 32;    // widest map after the pool
  parameter int unsigned Records      = 1024;  // counter records: longest job, with its header
`elsif BONNET_GEOMETRY_SMALL // tiny with half its lanes and twice its weights: what can be placed and routed on a board's FPGA (docs/ulx3s.md)
  parameter int unsigned Lanes        = 8;
  parameter int unsigned Arrays       = 1;
  parameter int unsigned BusBits      = 64;
  parameter int unsigned WeightRows   = 1024;  // 64 KiB
  parameter int unsigned FeatureWords = 4096;  // 32 KiB
  parameter int unsigned StemRows     = 128;
  parameter int unsigned StemImageW   = 64;
  parameter int unsigned StemMapW     = 32;
  parameter int unsigned Records      = 512;
`else                        // asic: the seeds' machine; zcu102: four of it in step
  parameter int unsigned Lanes        = 64;
`ifdef BONNET_GEOMETRY_ZCU102
  parameter int unsigned Arrays       = 4;     // frames side by side, each with its feature buffer, array, post and stem
`else
  parameter int unsigned Arrays       = 1;
`endif
  parameter int unsigned BusBits      = 128;
  parameter int unsigned WeightRows   = 576;   // 288 KiB = 512 x 512 x 9 bits
  parameter int unsigned FeatureWords = 24576; // 192 KiB
  parameter int unsigned StemRows     = 32;
  parameter int unsigned StemImageW   = 512;
  parameter int unsigned StemMapW     = 128;
  parameter int unsigned Records      = 1024;
`endif
  parameter int unsigned Block      = 8;          // pixels that share one weight row read
  parameter int unsigned StemTaps   = 8;          // int8 MACs per lane and cycle: a row holds 8 bytes per lane
  parameter int unsigned Slices     = 4;          // slice buses
`ifdef BONNET_GEOMETRY_ZCU102
  parameter StemStyle = "block";                  // four stem parameter memories: 10,240 LUTs as distributed RAM (docs/decisions/0011)
`else
  parameter StemStyle = "auto";                   // one: the tools choose
`endif
  parameter int unsigned Group      = Lanes / 4;  // lanes that share a slice bus; also the write granularity in channels
  parameter int unsigned RowBits    = Lanes * 64; // one parameter row: 64 bits for each lane
  parameter int unsigned SumW       = 13;         // popcount 0..4608
  parameter int unsigned AddrW      = 64;         // DRAM byte address
  parameter int unsigned FbWordW    = $clog2(FeatureWords);     // feature buffer word address
  parameter int unsigned FbMaskW    = 4 * (64 / Group);         // one bit per word and Group channels
  parameter int unsigned IndexW     = 12;                       // descriptor index
  parameter int unsigned WbRowW     = $clog2(WeightRows);
  parameter int unsigned SpRowW     = $clog2(StemRows);
  parameter int unsigned DescBits   = 512;
  parameter int unsigned RdReqBits  = 2 + AddrW + 20;           // rd_req_t, fb_req_t: bits, for ports that carry one an array
  parameter int unsigned FbReqBits  = 1 + FbWordW + FbMaskW + 256;
  parameter int unsigned PostLendW = Lanes * (64 + 8 + 2);      // what one post lends the others: bonnet_rows

  // Bits that hold every value 0..max_val.
  function automatic int unsigned cnt_width(input int unsigned max_val);
    cnt_width = (max_val == 0) ? 1 : $clog2(max_val + 1);
  endfunction

  // ---- registers to sequencer -------------------------------------------------
  // Stable while a job runs.
  typedef struct packed {
    logic [AddrW-1:0] job;            // byte addresses
    logic [AddrW-1:0] model;
    logic [AddrW-1:0] in;             // first frame
    logic [AddrW-1:0] out;            // first frame
    logic [AddrW-1:0] scratch;
    logic [31:0]      frames;
    logic [31:0]      in_stride;      // bytes from frame to frame
    logic [31:0]      out_stride;
    logic [31:0]      watchdog;       // cycles, 0 = off
  } job_cfg_t;

  // Sequencer to registers: events, one cycle each, and the counter record of a descriptor that finished.
  typedef struct packed {
    logic         done;               // all frames done
    logic         stop;               // ended early; cause says why
    logic [19:0]  cause;              // CAUSE: code [3:0], unit [7:4], descriptor index [19:8]
    logic         frame;              // a walk was completed
    logic         rec_we;
    logic [11:0]  rec_index;
    logic [191:0] rec;                // word w of the record is rec[32*w +: 32]
  } job_sts_t;

  // ---- sequencer to unit ----------------------------------------------------
  // Stable from start_i to done_o.
  typedef struct packed {
    logic [DescBits-1:0] desc;   // word w is desc[32*w +: 32]; fields: bonnet_job_pkg
    logic [AddrW-1:0]    addr;   // base + walk * stride + OFFSET, for LOAD, STEM and STORE
    logic [31:0]         step;   // array a adds a * step; 0 for BASE 0
    logic [11:0]         index;  // descriptor index within the job, 1.. (0 is the header)
    logic                skip;   // ONCE on a later walk: the unit is not started, and desc names no tokens
  } cmd_t;

  // Unit to its control: what the counters see. Levels, one bit per cycle.
  typedef struct packed {
    logic stall_in;              // wanted an operand that was not there
    logic stall_out;             // had a result that nobody took
  } unit_sts_t;

  // ---- read client to bus ---------------------------------------------------
  // A request of `beats` bus beats from an address aligned to the bus width. Data comes back in order on
  // the client's stream. A client asks only for what it can take without stalling for ever.
  typedef struct packed {
    logic [1:0]       base;      // which BASE the address is of: into which sum its beats go (bonnet_sums)
    logic [AddrW-1:0] addr;
    logic [19:0]      beats;     // 1..2^20-1; the bus splits it into bursts
  } rd_req_t;

  // ---- feature buffer, port B -----------------------------------------------
  // Four words from any word address on: word i of the request is feature word `word + i`. mask[i * (64 / Group) + p] writes bits
  // [p * Group +: Group] of word i. A read answers with the four words one cycle after it was accepted. Words past the end: not touched, read 0.
  typedef struct packed {
    logic               we;
    logic [FbWordW-1:0] word;
    logic [FbMaskW-1:0] mask;
    logic [255:0]       wdata;
  } fb_req_t;
endpackage
/* verilator lint_on UNUSEDPARAM */
