// SPDX-License-Identifier: Apache-2.0
// bonnet_jtag_rx: the words in its queue, by kind, as it knows of them. The end of its file, for jtag_room.ys. The bus side takes them when it likes.
logic [FreeW-1:0] f_words_q;               // of commands
logic             f_end_q, f_clear_q;      // an END, a CLEAR is there
logic             f_begun_q = 1'b0;
logic [FreeW:0]   f_held;
assign f_held = (FreeW+1)'(f_words_q) + (FreeW+1)'(f_end_q) + (FreeW+1)'(f_clear_q);
always_ff @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  if (!rst_ni) {f_words_q, f_end_q, f_clear_q} <= '0;
  else begin
    f_words_q <= f_words_q + FreeW'(valid_o && !clear_go && !(end_i && due_q)) - FreeW'(f_take_i[0] && f_words_q != '0);
    f_end_q   <= (end_i && due_q) || (f_end_q && !f_take_i[1]);
    f_clear_q <= clear_go || (f_clear_q && !f_take_i[2]);
  end
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  if (rst_ni) begin
    assume (2'(capture_i) + 2'(shift_i) + 2'(end_i) <= 2'd1 && !(word_q && end_i));        // ScanInOrder_A
    assume ((FreeW+1)'(free_i) == (FreeW+1)'(Depth) - f_held);
    assume (busy_i || f_held == '0);                                                        // acknowledged is taken
    assume (clr_busy_i || !f_clear_q);
    Room_A:    assert (!valid_o || free_i != '0);                                           // RoomForEnd_A
    OnePush_A: assert (!word_q || !(go || clear_go || (end_i && due_q)));
    Once_A:    assert (!(end_i && due_q) || !f_end_q);
    // What induction has to know.
    Law_A:     assert (f_words_q <= FreeW'(Depth - 2) && !(due_q && f_end_q));
    State_A:   assert (!word_q || state_q == Data || state_q == Deaf);
  end
end
endmodule
