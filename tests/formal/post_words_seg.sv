// SPDX-License-Identifier: Apache-2.0
//
// post_words_seg - what post_words.ys, post_words_merge.ys and post_words_head.ys say of one segment of bonnet_walk under a CONV descriptor.
//
//   put_o   what is written for it ends before ends_i[12:0], the end of OUT's map: HEAD, with its last strip, every feature; else every word
//   got_o   what is read for it ends before ends_i[25:13] (RES), ends_i[38:26] (PASS)
//   sound_o it has lane groups, and they are neighbours         begin_o, next_o  the first; the first of the segment behind it
`default_nettype none
module post_words_seg (
  input  wire bonnet_post_pkg::seg_t seg_i,
  input  wire logic [2:0]            post_i,
  input  wire logic                  k4_i,
  input  wire logic [2:0]            therm_i,   // OUT, RES, PASS
  input  wire logic                  more_i,
  input  wire logic [38:0]           ends_i,
  output      logic                  put_o,
  output      logic                  got_o,
  output      logic                  sound_o,
  output      logic [1:0]            begin_o,
  output      logic [1:0]            next_o
);
  localparam int unsigned Group = bonnet_pkg::Group, PosW = bonnet_post_pkg::PosW;
  function automatic logic [2:0] words(input logic therm);   // of 64 channels
    words = !k4_i ? 3'd1 : therm ? 3'd3 : 3'd4;
  endfunction
  logic [3:0] feature, high;
  logic       weave;
  for (genvar g = 0; g < 4; g++) begin : gen_group
    assign feature[g] = !seg_i.groups[g]
                        || 20'(seg_i.out_word) + 20'((7'(seg_i.pos[PosW*g +: PosW]) * 7'(Group) + 7'(Group - 1)) >> 2) < 20'(ends_i[12:0]);
    assign high[g]    = seg_i.groups[g] && seg_i.pos[PosW*g +: PosW] >= PosW'(32 / Group);
  end
  assign weave   = post_i == bonnet_post_pkg::PostInterleave;
  assign put_o   = (post_i == bonnet_post_pkg::PostHead) ? more_i || feature == '1
                   : 20'(seg_i.out_word) + 20'(words(therm_i[0])) + ((weave && high != '0) ? 20'(words(therm_i[0])) : 20'd0) <= 20'(ends_i[12:0]);
  assign got_o   = (post_i == bonnet_post_pkg::PostStore || 20'(seg_i.res_word) + 20'(words(therm_i[1])) <= 20'(ends_i[25:13]))
                   && (!weave || 20'(seg_i.pass_word) + 20'(words(therm_i[2])) <= 20'(ends_i[38:26]));
  assign begin_o = seg_i.groups[0] ? 2'd0 : seg_i.groups[1] ? 2'd1 : seg_i.groups[2] ? 2'd2 : 2'd3;
  assign next_o  = seg_i.groups[3] ? 2'd0 : seg_i.groups[2] ? 2'd3 : seg_i.groups[1] ? 2'd2 : 2'd1;
  assign sound_o = seg_i.groups != '0 && (seg_i.groups & (seg_i.groups + (4'd1 << begin_o))) == '0;
  logic unused;
  assign unused = ^seg_i;
endmodule
`default_nettype wire
