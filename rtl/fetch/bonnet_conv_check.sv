// SPDX-License-Identifier: Apache-2.0
//
// bonnet_conv_check - can the conv unit do what this descriptor asks? Combinational.
//
// It refuses what would make the walk endless or leave its map. That every address lies inside the buffers takes products and is the
// host's promise; the walkers assert it in simulation, and a real chip reads and writes only its own buffers.
//
// Test    tests/rtl/bonnet_conv_tb.cpp
`default_nettype none
module bonnet_conv_check (
  input  wire logic         en_i,   // look
  input  wire logic [511:0] desc_i,
  output      logic         fc_o,   // an FC descriptor
  output      logic         bad_o   // 0 without en_i
);
  // One process that sleeps but for one cycle a descriptor: the checks are many, and a simulation pays for what moves.
  localparam int unsigned GroupW = $clog2(bonnet_pkg::Group);
  logic [23:0] rings, slots;                       // of IN, OUT, RES, PASS
  logic [3:0]  coded;                              // likewise
  logic [5:0]  span;                               // input rows that one output row needs
  logic [9:0]  in_w, in_h, out_w, out_h, y0, rows;
  logic [10:0] last_x, last_y;                     // centre of the last pixel; POOL2: first of its four, the others are clamped
  logic [7:0]  tiles, depth;
  logic [2:0]  post;
  logic [1:0]  pad;
  logic        k3, s2, d2, pool, keep, more, empty, outside, clash, strip, uncoded, off_ring;
  always_comb begin
    {rings, slots, coded, span, in_w, in_h, out_w, out_h, y0, rows, last_x, last_y, tiles, depth, post, pad} = '0;
    {k3, s2, d2, pool, keep, more, empty, outside, clash, strip, uncoded, off_ring} = '0;
    fc_o  = desc_i[bonnet_job_pkg::JOB_OP_LSB +: 4] == bonnet_job_pkg::OP_FC;
    bad_o = 1'b0;
    if (en_i) begin
      rings   = {desc_i[bonnet_job_pkg::CONV_PASS_RING_LSB +: 6], desc_i[bonnet_job_pkg::CONV_RES_RING_LSB +: 6],
                 desc_i[bonnet_job_pkg::CONV_OUT_RING_LSB +: 6], desc_i[bonnet_job_pkg::CONV_IN_RING_LSB +: 6]};
      slots   = {desc_i[bonnet_job_pkg::CONV_PASS_SLOT_LSB +: 6], desc_i[bonnet_job_pkg::CONV_RES_SLOT_LSB +: 6],
                 desc_i[bonnet_job_pkg::CONV_OUT_SLOT_LSB +: 6], desc_i[bonnet_job_pkg::CONV_IN_SLOT_LSB +: 6]};
      coded   = {desc_i[bonnet_job_pkg::CONV_PASS_T_LSB], desc_i[bonnet_job_pkg::CONV_RES_T_LSB],
                 desc_i[bonnet_job_pkg::CONV_OUT_T_LSB], desc_i[bonnet_job_pkg::CONV_IN_T_LSB]};
      in_w    = desc_i[bonnet_job_pkg::CONV_IN_W_LSB +: 10];
      in_h    = desc_i[bonnet_job_pkg::CONV_IN_H_LSB +: 10];
      out_w   = desc_i[bonnet_job_pkg::CONV_OUT_W_LSB +: 10];
      out_h   = desc_i[bonnet_job_pkg::CONV_OUT_H_LSB +: 10];
      tiles   = desc_i[bonnet_job_pkg::CONV_TILES_LSB +: 8];  // the same bits in an FC
      depth   = desc_i[bonnet_job_pkg::CONV_DEPTH_LSB +: 8];
      post    = desc_i[bonnet_job_pkg::CONV_POST_LSB +: 3];
      y0      = desc_i[bonnet_job_pkg::CONV_Y0_LSB +: 10];
      rows    = desc_i[bonnet_job_pkg::CONV_ROWS_LSB +: 10];
      k3      = desc_i[bonnet_job_pkg::CONV_K3_LSB];
      s2      = desc_i[bonnet_job_pkg::CONV_STRIDE2_LSB];
      d2      = desc_i[bonnet_job_pkg::CONV_DILATE2_LSB];
      pool    = desc_i[bonnet_job_pkg::CONV_POOL2_LSB];
      pad     = desc_i[bonnet_job_pkg::CONV_PAD_LSB +: 2];
      keep    = desc_i[bonnet_job_pkg::CONV_KEEP_LSB];
      more    = desc_i[bonnet_job_pkg::CONV_MORE_LSB];
      empty   = in_w == '0 || in_h == '0 || out_w == '0 || out_h == '0 || rows == '0 || tiles == '0 || depth == '0;
      last_x  = (pool || s2) ? {out_w, 1'b0} - 11'd2 : {1'b0, out_w} - 11'd1;
      last_y  = (pool || s2) ? {out_h, 1'b0} - 11'd2 : {1'b0, out_h} - 11'd1;
      outside = last_x >= {1'b0, in_w} || last_y >= {1'b0, in_h} || {1'b0, y0} + {1'b0, rows} > {1'b0, out_h};
      clash   = post > 3'd4 || (pool && (s2 || post != 3'd0)) || (!k3 && (d2 || pad != 2'd0)) || pad == 2'd3
                || desc_i[bonnet_job_pkg::CONV_CHANNEL_LSB +: GroupW] != '0;
      // A HEAD's features are sums over the whole map: rows before these must have left theirs, rows after them must be announced.
      strip   = post == 3'd4 ? keep != (y0 != '0) || more != ({1'b0, y0} + {1'b0, rows} != {1'b0, out_h}) || ((keep || more) && tiles != 8'd1)
                             : keep || more;
      // Four slices are what a code is of, and XNOR leaves them unordered.
      uncoded = (coded != '0 && !desc_i[bonnet_job_pkg::CONV_K4_LSB]) || (coded[1] && post == 3'd1);
      for (int unsigned i = 0; i < 4; i++) begin
        if (rings[6*i +: 6] == '0 ? slots[6*i +: 6] != '0 : slots[6*i +: 6] >= rings[6*i +: 6]) off_ring = 1'b1;
      end
      span    = (k3 ? (d2 ? 6'd5 : 6'd3) : 6'd1) + 6'(pool);
      if (pad != 2'd2 && in_h < 10'(span)) span = in_h[5:0];
      if (rings[5:0] != '0 && rings[5:0] < span) off_ring = 1'b1;
      if (fc_o) begin
        bad_o = tiles == '0 || desc_i[bonnet_job_pkg::FC_INPUTS_LSB +: 3] != '0
                || desc_i[bonnet_job_pkg::FC_INPUTS_LSB +: 12] == '0;
      end else begin
        bad_o = desc_i[bonnet_job_pkg::JOB_OP_LSB +: 4] != bonnet_job_pkg::OP_CONV || empty || outside || clash || strip || uncoded || off_ring;
      end
    end
  end
  logic unused_desc;
  assign unused_desc = ^desc_i;
endmodule
`default_nettype wire
