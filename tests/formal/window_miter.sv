// SPDX-License-Identifier: Apache-2.0
//
// window_miter - bonnet_window behind the check of the conv unit, with maps of up to 4 x 4 pixels, 4 words a pixel and 16 a row, one or two
// words deep; PAD 2: of up to 4 x 4 centres, the map being as far around them as the windows reach. For window.ys.
`default_nettype none
module window_miter (
  input  wire logic         clk_i,
  input  wire logic         rst_ni,
  input  wire logic         prep_i,
  input  wire logic         start_i,
  input  wire logic         ready_i,
  input  wire logic [511:0] desc_i
);
  logic fc, bad, busy, unused;
  bonnet_conv_check u_check (.en_i(1'b1), .desc_i, .fc_o(fc), .bad_o(bad));
  bonnet_window u_window (
    .clk_i, .rst_ni, .prep_i, .start_i, .desc_i, .busy_o(busy), .valid_o(), .ready_i, .word_o(), .slice_o(), .mask_o(), .pix_o(), .new_o(), .first_o(), .last_o(), .tile_o(),
    .end_o(), .tile_end_o()
  );
  logic [511:0] desc_q;
  always @(posedge clk_i) begin
    desc_q <= desc_i;
    assume (!bad && !fc);
    assume (!rst_ni || desc_i == desc_q);
    assume (desc_i[bonnet_job_pkg::CONV_IN_W_LSB +: 10] <= 10'd4 && desc_i[bonnet_job_pkg::CONV_IN_H_LSB +: 10] <= 10'd4);
    assume (desc_i[bonnet_job_pkg::CONV_IN_PIX_LSB +: 8] == 8'd4 && desc_i[bonnet_job_pkg::CONV_IN_ROW_LSB +: 16] == 16'd16);
    assume (desc_i[bonnet_job_pkg::CONV_DEPTH_LSB +: 8] <= 8'd2 && desc_i[bonnet_job_pkg::CONV_TILES_LSB +: 8] <= 8'd2);
    assume (desc_i[bonnet_job_pkg::CONV_IN_LSB +: 16] < 16'd1024 && desc_i[bonnet_job_pkg::CONV_IN_RING_LSB +: 6] <= 6'd6);
    // Two rows and two columns before the first centre.
    assume (desc_i[bonnet_job_pkg::CONV_PAD_LSB +: 2] != 2'd2 || desc_i[bonnet_job_pkg::CONV_IN_LSB +: 16] >= 16'd40);
  end
endmodule
`default_nettype wire
