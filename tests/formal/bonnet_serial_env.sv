// SPDX-License-Identifier: Apache-2.0
// bonnet_serial: what bonnet_jtag_axi promises, and what is asked. The end of its file, for bonnet_serial.ys. All of it is about one cycle, which keeps
// the induction short. f_state: of the receiver, which may still have to say that a command ended early when the queue has no room.
localparam logic [2:0] FAddr = 3'd3, FData = 3'd4, FStop = 3'd6;
logic       f_begun_q = 1'b0, f_wait_q;
logic [7:0] f_byte_q;
always_ff @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  f_wait_q  <= rst_ni && tx_valid_o && !tx_ready_i;
  f_byte_q  <= tx_data_o;
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  if (rst_ni) begin
    assume (!word_valid || free != '0);                                                          // bonnet_jtag_axi: no word without room
    assume ((ack == ack_q && clr_ack == clr_ack_q) || (owed_q && !due_q));                        // a command at a time, and it is answered once
    // What is asked.
    ByteHeld_A:   assert (!f_wait_q || (tx_valid_o && tx_data_o == f_byte_q));
    OutFits_A:    assert (!word_valid || out_room);
    InFits_A:     assert (!in_valid || in_ready);
    AnswerOwed_A: assert (!due_q || owed_q);
    // What induction has to know.
    Counts_A: assert (in_held_q <= InW'(InDepth) && held_q <= OutW'(OutDepth) && in_held_q == f_in && held_q == f_out);
    Room_A:   assert (in_held_q <= ((f_state == FAddr) ? InW'(InDepth - 2) : (f_state == FData || f_state == FStop) ? InW'(InDepth - 1) : InW'(InDepth)));
  end
end
endmodule
