// SPDX-License-Identifier: Apache-2.0
// bonnet_local_bus: its bursts and its words as the three neighbours see them, what the registers' side promises, and what is asked. The end of its file,
// for bonnet_local_bus.ys.
logic        f_open_q, f_write_q;     // a burst was taken and its last answer was not
logic [8:0]  f_left_q;                // its beats of data that the master has not given or got
logic [39:2] f_addr_q;                // of the word under way
logic        f_word_q;                // a word is under way: a write's is here, a read's beat has not gone
logic        f_said_q;                // and who it is for has answered it
logic [31:0] f_data_q;                // the write's, then the read's
logic [1:0]  f_resp_q;                // the read's
logic        f_err_q;                 // a word of this burst was refused
logic        f_aw_q, f_w_q, f_ar_q;   // the registers took it and have not answered
logic        f_begun_q = 1'b0, f_acked_q;
logic [1:0]  f_idle_q;                // cycles in which nobody else had anything to do
logic        f_regs, f_mem, f_aw, f_w, f_ar, f_b, f_r, f_said, f_wait;
logic [1:0]  f_resp;
assign f_regs = f_addr_q[39:16] == RegsPage;
assign f_mem  = f_addr_q[39:28] == MemPage;
assign f_aw = s_awvalid_i && s_awready_o;
assign f_ar = s_arvalid_i && s_arready_o;
assign f_w  = s_wvalid_i && s_wready_o;
assign f_b  = s_bvalid_o && s_bready_i;
assign f_r  = s_rvalid_o && s_rready_i;
assign f_said = (m_bvalid_i && m_bready_o) || (m_rvalid_i && m_rready_o) || (mem_req_o && mem_ack_i);
assign f_resp = mem_req_o ? {2{mem_err_i}} : f_write_q ? m_bresp_i : m_rresp_i;
// Somebody else's turn: the master's, or one that was asked.
assign f_wait = !f_open_q || s_wready_o || s_rvalid_o || s_bvalid_o || m_awvalid_o || m_wvalid_o || m_arvalid_o || f_aw_q || f_w_q || f_ar_q || mem_req_o;
always_ff @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  f_acked_q <= rst_ni && mem_req_o && mem_ack_i;
  f_idle_q  <= (!rst_ni || f_wait) ? '0 : f_idle_q + 2'd1;
  if (!rst_ni) {f_open_q, f_left_q, f_word_q, f_said_q, f_err_q, f_aw_q, f_w_q, f_ar_q} <= '0;
  else begin
    if (f_aw || f_ar) begin
      f_open_q  <= 1'b1;
      f_write_q <= f_aw;
      f_left_q  <= 9'(s_len_i) + 9'd1;
      f_addr_q  <= s_addr_i[39:2];
      f_word_q  <= f_ar;
      f_err_q   <= 1'b0;
    end
    if (f_b || (f_r && s_rlast_o)) f_open_q <= 1'b0;
    if (f_w || f_r) f_left_q <= f_left_q - 9'd1;
    if (f_w) begin
      f_word_q <= 1'b1;
      f_data_q <= s_wdata_i;
    end
    if (f_said) begin
      f_said_q <= 1'b1;
      f_resp_q <= f_resp;
      if (!f_write_q) f_data_q <= mem_req_o ? mem_rdata_i : m_rdata_i;
    end
    // A write's word ends with its answer; a read's with its beat. Nobody's word is not asked for.
    if (f_write_q ? f_word_q && (f_said || (!f_regs && !f_mem && state_q == Wait)) : f_r) begin
      f_word_q <= !f_write_q && f_left_q != 9'd1;
      f_said_q <= 1'b0;
      f_addr_q <= f_addr_q + 38'd1;
      f_err_q  <= f_err_q || !(f_regs || f_mem) || (f_write_q && f_resp[1]);
    end
    if (m_awvalid_o && m_awready_i) f_aw_q <= 1'b1;
    if (m_wvalid_o && m_wready_i)   f_w_q  <= 1'b1;
    if (m_arvalid_o && m_arready_i) f_ar_q <= 1'b1;
    if (m_bvalid_i && m_bready_o)   {f_aw_q, f_w_q} <= '0;
    if (m_rvalid_i && m_rready_o)   f_ar_q <= 1'b0;
  end
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  if (rst_ni) begin
    // bonnet_axil (top_axil): an answer only to a write whose halves were both taken, or to an address that was taken.
    assume (!m_bvalid_i || (f_aw_q && f_w_q));
    assume (!m_rvalid_i || f_ar_q);
    // The master gets one answer for each request, and nothing is taken behind it.
    OneBurst_A: assert (!(s_awready_o || s_arready_o) || !f_open_q);
    OneOfTwo_A: assert (!(f_aw && f_ar));
    WOwed_A:    assert (!s_wready_o || (f_open_q && f_write_q && f_left_q != '0 && !f_word_q));
    ROwed_A:    assert (!s_rvalid_o || (f_open_q && !f_write_q && f_left_q != '0 && (f_said_q || !(f_regs || f_mem))));
    RLast_A:    assert (!s_rvalid_o || s_rlast_o == (f_left_q == 9'd1));
    RWord_A:    assert (!s_rvalid_o || ((f_regs || f_mem) ? {s_rdata_o, s_rresp_o} == {f_data_q, f_resp_q} : {s_rdata_o, s_rresp_o} == {32'd0, DecErr}));
    BOwed_A:    assert (!s_bvalid_o || (f_open_q && f_write_q && f_left_q == '0 && !f_word_q));
    BError_A:   assert (!s_bvalid_o || s_bresp_o[1] == f_err_q);
    // Each word asks one of the two once, with its address and data.
    Asks_A:     assert (!(m_awvalid_o || m_wvalid_o || m_arvalid_o || mem_req_o) || (f_open_q && f_word_q && !f_said_q));
    AwOnce_A:   assert (!m_awvalid_o || (f_write_q && f_regs && !f_aw_q));
    WOnce_A:    assert (!m_wvalid_o || (f_write_q && f_regs && !f_w_q && m_wdata_o == f_data_q));
    ArOnce_A:   assert (!m_arvalid_o || (!f_write_q && f_regs && !f_ar_q));
    Address_A:  assert (!(m_awvalid_o || m_arvalid_o) || m_addr_o == {f_addr_q[15:2], 2'b00});
    Memory_A:   assert (!mem_req_o || (f_mem && mem_we_o == f_write_q && mem_word_o == f_addr_q[27:2] && (!mem_we_o || m_wdata_o == f_data_q)));
    Gap_A:      assert (!mem_req_o || !f_acked_q);        // what bonnet_local_ram lives by
    // Nothing hangs but on somebody else.
    InTime_A:   assert (f_wait || f_idle_q < 2'd2);
    // What induction has to know.
    State_A:    assert (f_open_q == (state_q != Idle) && (!f_open_q || f_write_q == write_q));
    Legal_A:    assert (state_q <= Resp);
    Part_A:     assert ((state_q != Take && state_q != Resp) || write_q);
    Give_A:     assert (state_q != Give || !write_q);
    Under_A:    assert (f_open_q ? f_word_q == !(state_q == Take || state_q == Resp) : !f_word_q);
    Said_A:     assert (f_said_q == (state_q == Give && (f_regs || f_mem)));
    Left_A:     assert (!f_open_q || 9'(left_q) + 9'd1 == f_left_q + 9'(f_write_q && (f_word_q || state_q == Resp)) || (state_q == Resp && f_left_q == '0 && left_q == 8'hff));
    At_A:       assert (!f_word_q || f_addr_q == addr_q);
    Next_A:     assert (!f_open_q || f_addr_q == addr_q);
    Kept_A:     assert (!(f_word_q && (f_write_q || (state_q == Give && (f_regs || f_mem)))) || f_data_q == data_q);
    Taken_A:    assert ((f_aw_q || f_w_q || f_ar_q || aw_q || w_q || ar_q) ? state_q == Wait && f_regs : 1'b1);
    Halves_A:   assert (!(state_q == Wait && f_regs) || (write_q ? (aw_q ^ f_aw_q) && (w_q ^ f_w_q) && !ar_q && !f_ar_q : (ar_q ^ f_ar_q) && !aw_q && !f_aw_q && !w_q && !f_w_q));
    Error_A:    assert (!f_open_q || !f_write_q || (resp_q[1] == f_err_q));
  end
end
endmodule
