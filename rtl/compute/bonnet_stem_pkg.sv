// SPDX-License-Identifier: Apache-2.0
//
// bonnet_stem_pkg - what the links of the stem unit hand to each other. Nobody outside bonnet_stem needs it.
// No size of bonnet_pkg appears here: Yosys 0.23 does not resolve one package inside another.
/* verilator lint_off UNUSEDPARAM */  // no module uses all of them
package bonnet_stem_pkg;
  parameter int unsigned RingRows = 8;    // image rows held: a 7x7 window and one more
  parameter int unsigned MaxK     = 7;
  parameter int unsigned ColBits  = MaxK * 24;  // one window column: row ky is [24*ky +: 24], plane p its byte p
  parameter int unsigned MaxTapRows = 19;       // ceil(7*7*3 / StemTaps)
  parameter int unsigned PrmRows  = 5;    // requantise, depthwise 0 and 1, thresholds 0 and 1

  // POOL: the descriptor's codes.
  parameter logic [1:0] PoolNone = 2'd0;
  parameter logic [1:0] Pool2x2  = 2'd1;
  parameter logic [1:0] Pool3x3  = 2'd2;

  // A checked descriptor, stable from go to the end of the pass.
  typedef struct packed {
    logic [1:0]  base;      // BASE of the image
    logic [63:0] addr;      // its DRAM byte address
    logic [19:0] beats;     // bus beats of the image
    logic        planes3;
    logic        is_signed;
    logic [1:0]  kernel;    // 0: 3x3, 1: 5x5, 2: 7x7
    logic [1:0]  pad;       // (K - 1) / 2 = kernel + 1
    logic        stride2;
    logic [1:0]  pool;
    logic        dw;
    logic        dw_const;
    logic        k4;
    logic [9:0]  in_w;
    logic [9:0]  in_h;
    logic [9:0]  conv_w;
    logic [9:0]  conv_h;
    logic [9:0]  out_w;
    logic [9:0]  out_h;
    logic        out_t;     // thermometer coded
    logic [7:0]  out_pix;
    logic [7:0]  out_chan;  // from the word of a pixel to the word of CHANNEL
    logic [5:0]  chan;      // first channel within its 64-channel word
    logic [7:0]  prow;      // first parameter row
    logic [7:0]  taprow;    // first tap row
    logic [4:0]  taprows;   // tap rows = cycles of a convolution pixel
  } cfg_t;

  // What one descriptor makes of the pass: a strip of its rows. Valid with the pulse that starts it.
  typedef struct packed {
    logic [15:0] base;      // feature word of row 0 (ring: slot 0), the word of CHANNEL
    logic [15:0] first;     // the same of the first row made
    logic [15:0] out_row;
    logic [9:0]  rows;      // rows made, 1..
    logic [5:0]  ring;      // slots, 0: no ring
    logic [5:0]  slot;      // of the first row made
    logic        last;      // the pass ends with it
  } strip_t;
endpackage
/* verilator lint_on UNUSEDPARAM */
