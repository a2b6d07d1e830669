// SPDX-License-Identifier: Apache-2.0
// bonnet_seq_fetch: what induction has to know. The end of its file, for seq_lists.ys, which hands in what the walker knows (f_state_i: its state,
// f_walks_i: walks whose last descriptor it has not seen, f_check_i: it pushes now, f_queued_i: in the queue, f_over_i: it refused something)
// and what the list of owed requests holds (f_mem, f_rptr, f_count). A descriptor is in one of five places: not asked for, in flight,
// here (the walker sees it now), checked (pushed now), queued.
logic [7:0]       f_live, f_sane;
logic [2+PlaceW:0] f_entry [8];
logic [5:0]       f_fly [Units];      // of a list: in flight
logic [Units-1:0] f_here, f_places, f_reach, f_inside, f_fin;
for (genvar i = 0; i < 8; i++) begin : gen_f_entry
  assign f_entry[i] = f_mem[(3+PlaceW)*i +: 3+PlaceW];
  assign f_live[i]  = f_count == 4'd8 || {1'b0, 3'(3'(i) - f_rptr)} < f_count;
  assign f_sane[i]  = !f_live[i] || (f_entry[i][2+PlaceW] ? f_entry[i][1+PlaceW:0] == {2'd0, PlaceW'(1)}
                                                          : f_entry[i][PlaceW-1:0] != '0 && f_entry[i][PlaceW-1:0] <= PlaceW'(Places));
end
// The place after one: {walks left, index}.
function automatic logic [16+IndexW-1:0] f_step(input logic [16+IndexW-1:0] at, input logic [IndexW-1:0] first, input logic [IndexW-1:0] last);
  f_step = (at[IndexW-1:0] == last) ? {at[IndexW +: 16] - 16'd1, first} : {at[IndexW +: 16], at[IndexW-1:0] + IndexW'(1)};
endfunction
for (genvar u = 0; u < Units; u++) begin : gen_f_list
  logic [IndexW-1:0]    first, last;
  logic [16+IndexW-1:0] arrived, asked;   // the first one that has not
  logic                 whole_way;        // none of those in flight is past the end
  logic [7:0]           all;
  assign first     = first_i[IndexW*u +: IndexW];
  assign last      = end_i[IndexW*u +: IndexW];
  assign f_here[u] = valid_q && !header_q && unit_q == 2'(u);
  always_comb begin
    f_fly[u] = (owed && !owed_header && owed_unit == 2'(u)) ? 6'd0 - 6'(got_q) : '0;
    for (int i = 0; i < 8; i++) if (f_live[i] && !f_entry[i][2+PlaceW] && f_entry[i][PlaceW +: 2] == 2'(u)) f_fly[u] += 6'(f_entry[i][PlaceW-1:0]);
  end
  assign arrived = {f_walks_i[16*u +: 16] - 16'(f_here[u] && desc_index_q == last), index_q[u]};
  always_comb begin
    asked     = arrived;
    whole_way = 1'b1;
    for (int i = 0; i < Places; i++)
      if (f_fly[u] > 6'(i)) begin
        if (asked[IndexW +: 16] == '0) whole_way = 1'b0;
        asked = f_step(asked, first, last);
      end
  end
  assign all         = 8'(room_q[u]) + 8'(f_fly[u]) + 8'(f_queued_i[4*u +: 4]) + (f_over_i ? 8'd0 : 8'(f_here[u]) + 8'(f_check_i[u]));
  assign f_places[u] = (f_over_i ? all <= 8'(Places) : all == 8'(Places)) && f_fly[u] <= 6'(Places);
  assign f_reach[u]  = some_i[u] ? asked == {walks_q[u], next_q[u]} && whole_way && more_q[u] == (walks_q[u] != '0) : !more_q[u] && f_fly[u] == '0 && !f_here[u];
  assign f_inside[u] = !some_i[u] || (first <= last && index_q[u] >= first && index_q[u] <= last
                       && (!f_here[u] || (f_walks_i[16*u +: 16] != '0 && desc_index_q >= first && desc_index_q <= last
                                          && index_q[u] == ((desc_index_q == last) ? first : desc_index_q + IndexW'(1)))));
  assign f_fin[u]    = f_fin_i[u] == (!some_i[u] || f_walks_i[16*u +: 16] == '0);
end
logic f_idle, f_heads;   // nothing under way; the header, and only it
assign f_idle  = !owed && !req_q && more_q == '0 && !valid_q;
assign f_heads = more_q == '0 && (f_count == 4'd1 ? owed_header && !valid_q : f_count == '0 && !req_q && valid_q && header_q);
always @(posedge clk_i) if (rst_ni) begin
  assume (!rdata_valid_i || f_count > 4'(req_q));   // the bus gives no beat of a request that it has not taken (top_axi_rd: AskedFor_A)
  Order_A:   assert (f_sane == '1 && (owed ? got_q < owed_many : got_q == '0 && pos_q == '0));
  Request_A: assert (!req_q || owed);
  Stages_A:  assert (f_over_i || (f_state_i == 3'd1 ? f_heads : f_state_i == 3'd3 || f_idle));
  Header_A:  assert (f_over_i || f_state_i != 3'd3 || !(owed && owed_header) && !(valid_q && header_q));
  Alone_A:   assert (f_over_i || f_state_i != 3'd3 || (f_sane & f_live & {f_entry[7][2+PlaceW], f_entry[6][2+PlaceW], f_entry[5][2+PlaceW], f_entry[4][2+PlaceW],
                     f_entry[3][2+PlaceW], f_entry[2][2+PlaceW], f_entry[1][2+PlaceW], f_entry[0][2+PlaceW]}) == '0);
  Places_A:  assert (f_places == '1);
  Reach_A:   assert (f_over_i || f_state_i != 3'd3 || (f_reach == '1 && f_inside == '1 && f_fin == '1));
end
// Whoever has a place and something to ask for is asked for after three others at most.
logic [Units-1:0] f_soon;
for (genvar u = 0; u < Units; u++) begin : gen_f_turn
  logic [1:0] passed_q, away;
  assign away = 2'(u) - turn_q - 2'd1;
  always @(posedge clk_i) passed_q <= (!rst_ni || go_i || !able[u]) ? '0 : ask ? ((pick == 2'(u)) ? '0 : passed_q + 2'd1) : passed_q;
  assign f_soon[u] = {1'b0, passed_q} + {1'b0, away} <= 3'd3;
end
always @(posedge clk_i) if (rst_ni) Turns_A: assert (f_soon == '1);
endmodule
