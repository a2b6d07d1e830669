// SPDX-License-Identifier: Apache-2.0
// bonnet_jtag_tx: the word on the line, bit by bit. The end of its file, for jtag_tx.ys.
localparam int unsigned FrameW = 34 + Bypass;
logic              f_begun_q = 1'b0, f_wait_q;
logic [32:0]       f_data_q, f_word_q;      // the head of the queue in the cycle before; what is on the line
logic [6:0]        f_sent_q;                // bits of its frame that have gone, its one among them
logic [FrameW-1:0] f_frame;
assign f_frame = FrameW'({f_word_q[31:0], 1'b1});
always_ff @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  f_wait_q  <= rst_ni && valid_i && !ready_o;
  f_data_q  <= data_i;
  if (shift_i && !word_q) begin
    f_word_q <= data_i;
    f_sent_q <= '0;
  end else if (shift_i) f_sent_q <= f_sent_q + 7'd1;
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  if (rst_ni) begin
    assume (!(capture_i && shift_i));
    assume (!f_wait_q || (valid_i && data_i == f_data_q));                                // bonnet_afifo
    LeftInRange_A: assert (left_q <= 6'(33 + Bypass));
    WordIsHead_A:  assert (!word_q || (valid_i && left_q != '0));
    Taken_A:       assert (!ready_o || valid_i);
    Whole_A:       assert (!taken || (f_sent_q == 7'(FrameW - 2) && f_word_q == data_i));  // this cycle's bit is its last one
    Bit_A:         assert (!word_q || tdo_o == f_frame[f_sent_q]);
    // What induction has to know.
    Sent_A:        assert (!word_q || (f_word_q == data_i && f_wait_q && 7'(left_q) + f_sent_q == 7'(FrameW - 1) && {1'b0, sh_q} == 34'(f_frame >> f_sent_q)));
  end
end
endmodule
