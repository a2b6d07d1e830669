// SPDX-License-Identifier: Apache-2.0
//
// bonnet_ice40_pkg - sizes and the layer descriptor of the iCE40 machine (docs/ice40.md). One memory of 64-bit words holds maps and weights.
/* verilator lint_off UNUSEDPARAM */ // no module needs all of them
package bonnet_ice40_pkg;
  parameter int unsigned AddrW     = 14;             // words of 64 bits: four SPRAMs side by side, 128 KiB
  parameter int unsigned Lanes     = 4;              // output channels in parallel: a nibble of a word, what an SPRAM can write alone
  parameter int unsigned SumW      = 13;             // popcount 0..4608
  parameter int unsigned SideW     = 8;              // maps up to 256 by 256
  parameter int unsigned CfgWords  = 5;
  // What a RUN carries. Counts are less one, so that every value means something and every run ends.
  typedef struct packed {
    logic             raw;        // popcounts instead of bits: channel c is the uint16 at word OUT + pixel * OUT_PIX + c/4, field c%4
    logic             slices4;    // 0: one slice, 1: four
    logic [1:0]       post;       // 0 store, 1 XNOR, 2 OR, 3 OR and interleave
    logic             pool2;      // 1x1 only, with stride2: four positions, bits ORed or ANDed
    logic             dilation2;
    logic             stride2;
    logic             kernel3;    // 3x3, else 1x1
    logic [7:0]       nibble;     // the first tile's channels / 4
    logic [AddrW-1:0] pass_pix, pass, res_pix, res;
    logic [7:0]       tiles;      // of 4 channels, less one
    logic [7:0]       depth;      // words of a tap, less one
    logic [AddrW-1:0] out_pix, out, weights;
    logic [SideW-1:0] out_w, out_h, in_w, in_h;                // less one
    logic [AddrW-1:0] in_step, in_pix, in_row, in;             // words from word to word of a dot product, pixel, row; first word
    logic [7:0]       rows;       // weight rows of a tile after the thresholds: taps * depth, at most 127 (SumW)
  } cfg_t;
endpackage
/* verilator lint_on UNUSEDPARAM */
