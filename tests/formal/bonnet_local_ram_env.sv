// SPDX-License-Identifier: Apache-2.0
// bonnet_local_ram: what its two neighbours are owed, one of its words as it should be, what the two promise, and what is asked. The end of its file, for
// bonnet_local_ram.ys. A burst's last beat may wait while the next burst is read, so two can be owed.
localparam int unsigned BeatsW = 10;
logic [63:0]       f_word_q, f_beat_q;              // what was last written there; what it was when its beat was read
logic              f_begun_q = 1'b0;
logic [BeatsW-1:0] f_left_q, f_behind_q;            // beats that the master has not got of the oldest burst; of the one behind it
logic              f_bad_q, f_bad_behind_q;         // it lies outside
logic [WordW-1:0]  f_raddr_q, f_raddr_behind_q;     // of the next beat that the master gets
logic              f_open_q, f_wbad_q, f_owed_q;    // a write burst that was taken; outside; and its answer
logic [WordW-1:0]  f_waddr_q;
logic              f_asked_q, f_acked_q;            // the word port, in the cycle before
logic [58:0]       f_ask_q;
logic [1:0]        f_rwait_q;                       // cycles that a beat was owed and not offered
logic              f_wwait_q, f_await_q;            // a beat of data, a word waited, for nobody else
logic              f_ar, f_r, f_aw, f_w, f_b;
logic [63:0]       f_mem;                           // what is there
assign f_ar = s_arvalid_i && s_arready_o;
assign f_r  = s_rvalid_o && s_rready_i;
assign f_aw = s_awvalid_i && s_awready_o;
assign f_w  = s_wvalid_i && s_wready_o;
assign f_b  = s_bvalid_o && s_bready_i;
function automatic logic outside(input logic [AddrW-1:3] addr);
  outside = addr[AddrW-1:28] != (AddrW-28)'(MemPage) || 32'(addr[27:3]) >= Words;
endfunction
always_ff @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  f_asked_q <= rst_ni && req_i && !ack_o;
  f_acked_q <= rst_ni && req_i && ack_o;
  f_ask_q   <= {we_i, word_i, wdata_i};
  f_rwait_q <= (rst_ni && f_left_q != '0 && !s_rvalid_o) ? f_rwait_q + 2'd1 : '0;
  f_wwait_q <= rst_ni && f_open_q && !s_wready_o;
  f_await_q <= rst_ni && req_i && !ack_o && !(s_rvalid_o && !s_rready_i);
  if (!rst_ni) {f_left_q, f_behind_q, f_open_q, f_owed_q} <= '0;
  else begin
    // Reads: the burst behind becomes the oldest when that got its last beat.
    if (f_r && f_left_q == BeatsW'(1)) begin
      f_left_q  <= (f_behind_q != '0) ? f_behind_q : f_ar ? BeatsW'(s_arlen_i) + 1'b1 : '0;
      f_bad_q   <= (f_behind_q != '0) ? f_bad_behind_q : outside(s_araddr_i[AddrW-1:3]);
      f_raddr_q <= (f_behind_q != '0) ? f_raddr_behind_q : s_araddr_i[3 +: WordW];
      f_behind_q <= '0;
    end else begin
      if (f_r) begin
        f_left_q  <= f_left_q - 1'b1;
        f_raddr_q <= f_raddr_q + 1'b1;
      end else if (f_ar && f_left_q == '0) begin
        f_left_q  <= BeatsW'(s_arlen_i) + 1'b1;
        f_bad_q   <= outside(s_araddr_i[AddrW-1:3]);
        f_raddr_q <= s_araddr_i[3 +: WordW];
      end
      if (f_ar && f_left_q != '0) begin
        f_behind_q       <= BeatsW'(s_arlen_i) + 1'b1;
        f_bad_behind_q   <= outside(s_araddr_i[AddrW-1:3]);
        f_raddr_behind_q <= s_araddr_i[3 +: WordW];
      end
    end
    if (f_aw) begin
      f_open_q  <= 1'b1;
      f_wbad_q  <= outside(s_awaddr_i[AddrW-1:3]);
      f_waddr_q <= s_awaddr_i[3 +: WordW];
    end
    if (f_w) begin
      f_waddr_q <= f_waddr_q + 1'b1;
      if (s_wlast_i) {f_open_q, f_owed_q} <= 2'b01;
    end
    if (f_b) f_owed_q <= 1'b0;
  end
  // The word: written by either side, and as it is when it is read.
  if (f_w && !f_wbad_q && f_waddr_q == f_at)
    for (int unsigned b = 0; b < 8; b++) if (s_wstrb_i[b]) f_word_q[8*b +: 8] <= s_wdata_i[8*b +: 8];
  if (req_i && we_i && word_i[25:1] == 25'(f_at)) f_word_q[32*word_i[0] +: 32] <= wdata_i;
  if (!f_begun_q) f_word_q <= f_mem;
  if (w_rd || m_rd) f_beat_q <= f_word_q;
end
assign f_mem = (f_at < WordW'(2 * Least)) ? gen_piece[0].f_mem : gen_piece[1].f_mem;
always_comb begin
  assume (f_begun_q || !(rst_ni || req_i));
  assume (32'(f_at) < Words);
  Same_A: assert (!f_begun_q || f_mem == f_word_q);      // for induction, as what is below
  if (rst_ni) begin
    // AXI: a burst stays inside 4 KiB, of which the memory has whole ones.
    assume (!s_arvalid_i || outside(s_araddr_i[AddrW-1:3]) || 32'(s_araddr_i[27:3]) + 32'(s_arlen_i) < Words);
    assume (!(f_w && !f_wbad_q) || 32'(f_waddr_q) < Words);
    // bonnet_local_bus: MemHeld_A, Gap_A.
    assume (!f_asked_q || (req_i && f_ask_q == {we_i, word_i, wdata_i}));
    assume (!f_acked_q || !req_i);
    // What is asked.
    ROwed_A:  assert (!s_rvalid_o || f_left_q != '0);
    RLast_A:  assert (!s_rvalid_o || s_rlast_o == (f_left_q == BeatsW'(1)));
    RResp_A:  assert (!s_rvalid_o || (s_rresp_o == {2{f_bad_q}} && (!f_bad_q || s_rdata_o == '0)));
    RData_A:  assert (!s_rvalid_o || f_bad_q || f_raddr_q != f_at || s_rdata_o == f_beat_q);
    WOpen_A:  assert (!s_wready_o || (f_open_q && !f_owed_q));
    AwOne_A:  assert (!s_awready_o || !(f_open_q || f_owed_q));
    BOwed_A:  assert (s_bvalid_o == f_owed_q && (!f_owed_q || s_bresp_o == {2{f_wbad_q}}));
    Ack_A:    assert (!ack_o || (req_i && err_o == (32'(word_i[25:1]) >= Words)));
    Word_A:   assert (!(ack_o && !we_i) || (err_o ? rdata_o == '0 : word_i[25:1] != 25'(f_at) || rdata_o == f_beat_q[32*word_i[0] +: 32]));
    // Nobody waits twice but for his own taker.
    RSoon_A:  assert (f_left_q == '0 || s_rvalid_o || f_rwait_q < 2'd2);
    WSoon_A:  assert (!f_wwait_q || !f_open_q || s_wready_o);
    AckSoon_A: assert (!f_await_q || ack_o);
    // What induction has to know.
    Two_A:    assert (f_behind_q == '0 || (f_left_q == BeatsW'(1) && rvalid_q && rd_q && f_behind_q == BeatsW'(rleft_q) + 1'b1));
    One_A:    assert (f_behind_q != '0 || f_left_q == (rd_q ? BeatsW'(rleft_q) + 1'b1 : '0) + BeatsW'(rvalid_q));
    At_A:     assert (!rd_q || (f_behind_q != '0 ? raddr_q == f_raddr_behind_q && rbad_q == f_bad_behind_q
                                                 : raddr_q == f_raddr_q + WordW'(rvalid_q) && rbad_q == f_bad_q));
    Ask_A:    assert (!word_q || (f_asked_q && !f_ask_q[58] && 32'(f_ask_q[57:33]) < Words && !rvalid_q));
    Write_A:  assert (wr_q == f_open_q && bvalid_q == f_owed_q && !(wr_q && bvalid_q) && (!wr_q || waddr_q == f_waddr_q)
                      && (!(wr_q || bvalid_q) || wbad_q == f_wbad_q));
  end
end
endmodule
