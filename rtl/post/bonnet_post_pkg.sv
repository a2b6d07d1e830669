// SPDX-License-Identifier: Apache-2.0
//
// bonnet_post_pkg - what the units of the post room hand to each other. Nobody outside rtl/post needs it.
/* verilator lint_off UNUSEDPARAM */  // no unit needs all of them
package bonnet_post_pkg;
  parameter int unsigned PosW = 5;  // place of a lane group in a feature word, unit Group channels: Group is 2 at least

  // CONV POST: the descriptor's codes.
  parameter logic [2:0] PostStore      = 3'd0;
  parameter logic [2:0] PostXnor       = 3'd1;
  parameter logic [2:0] PostOr         = 3'd2;
  parameter logic [2:0] PostInterleave = 3'd3;
  parameter logic [2:0] PostHead       = 3'd4;

  // A segment: those lane groups of one output pixel whose channels lie in the same 64-channel word, so that one read and
  // one write serve them all. Words are feature-buffer words of slice 0.
  typedef struct packed {
    logic [15:0]         out_word;   // INTERLEAVE: of the even half; HEAD: feature of the word's channel 0
    logic [15:0]         res_word;
    logic [15:0]         pass_word;
    logic [3:0]          groups;     // lane groups of the segment
    logic [4*PosW-1:0]   pos;        // place of lane group g: pos[PosW*g +: PosW]
    logic                last_seg;   // last segment of the pixel
    logic                first_pix;  // first pixel of the tile in this descriptor: of a strip
    logic                last_pix;   // last pixel of the tile in this descriptor
  } seg_t;
endpackage
/* verilator lint_on UNUSEDPARAM */
