// SPDX-License-Identifier: Apache-2.0
// bonnet_conv: results and parameter rows on their way, and the laws between the counts. The end of its file, for conv_credits.ys.
// In the order in which they leave: what post holds, then what is in the array's three stages, then beside port A's answer. A result that ends its tile is an end.
//   have_q + ends under way  =  first rows under way or held, less one that waits for its second (HEAD)  =  second rows under way or held (HEAD)
localparam int unsigned Block = bonnet_pkg::Block, Depth = 3 * Block, CountW = $clog2(Depth + 1), Line = Depth + 4;
logic               f_begun_q = 1'b0, f_hold_q;
logic [17:0]        f_cfg, f_cfg_q;
logic               f_pop, f_ent_last;
logic [3:0]         f_rows;                      // slopes: next, here; rows: next, here
logic [CountW-1:0]  f_count;
logic [2*Depth-1:0] f_line;
logic [Line-1:0]    f_there, f_tile, f_end;      // the line, oldest first: a result; its parity; an end
logic [CountW+1:0]  f_all;                       // results
logic [2:0]         f_ends;
logic [Line-1:0]    f_agrees;
logic               f_current;                   // a result of the tile that is fired now
logic [7:0]         f_tiles, f_now;              // tiles whose last pixel was fired
logic               f_oldest;                    // parity of the tile whose row is in use
logic [1:0]         f_first, f_second;           // rows held and under way
logic               f_par1, f_par2, f_move1, f_move2;
logic               f_here1_q, f_next1_q, f_here2_q, f_next2_q;    // parity of the tile that the row is for
assign f_cfg = {f_tiles, head, cmd_i.desc[bonnet_job_pkg::CONV_K3_LSB], depth};
assign f_tiles = cmd_i.desc[bonnet_job_pkg::CONV_TILES_LSB +: 8];
assign {f_pop, f_ent_last, f_rows, f_count, f_line} = f_post;
assign f_now = f_tiles - par_left_q - 8'(have_q);
for (genvar i = 0; i < Depth; i++) begin : gen_f_held
  assign f_there[i] = CountW'(i) < f_count;
  assign {f_tile[i], f_end[i]} = f_line[2*i +: 2] & {2{f_there[i]}};
end
assign f_there[Line-1:Depth] = {op_q && op_last_q, f_array[6], f_array[3], f_array[0]};
assign f_tile[Line-1:Depth]  = f_there[Line-1:Depth] & {op_tile_q, f_array[7], f_array[4], f_array[1]};
assign f_end[Line-1:Depth]   = f_there[Line-1:Depth] & {op_end_q, f_array[8], f_array[5], f_array[2]};
always_comb begin
  logic now;                                     // parity of the tile, from the youngest back
  f_all    = '0;
  f_ends   = '0;
  f_agrees = '1;
  f_current = 1'b0;
  now      = f_now[0];
  for (int i = Line - 1; i >= 0; i--) begin
    f_current = f_current || (f_there[i] && !f_end[i] && f_ends == '0);
    f_all  = f_all + (CountW+2)'(f_there[i]);
    f_ends = f_ends + 3'(f_end[i] && f_ends != 3'd7);
    now    = now ^ f_end[i];
    if (f_there[i]) f_agrees[i] = f_tile[i] == now;
  end
  f_oldest = now;
end
assign f_par1   = prow_valid_q && !prow_second_q;
assign f_par2   = prow_valid_q && prow_second_q;
assign f_move1  = f_rows[1] && (!f_rows[0] || (f_pop && f_ent_last));
assign f_move2  = f_rows[3] && (!f_rows[2] || (f_pop && f_ent_last && head));
assign f_first  = 2'(f_rows[0]) + 2'(f_rows[1]) + 2'(f_par1);
assign f_second = 2'(f_rows[2]) + 2'(f_rows[3]) + 2'(f_par2);
always_ff @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  f_hold_q  <= rst_ni && (start_i || (state_q != Idle && !done_o));
  f_cfg_q   <= f_cfg;
  if (f_par1)  f_next1_q <= prow_tile_q;
  if (f_move1) f_here1_q <= f_next1_q;
  if (f_par2)  f_next2_q <= prow_tile_q;
  if (f_move2) f_here2_q <= f_next2_q;
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  if (rst_ni) begin
    assume (!start_i || state_q == Idle);
    assume (!f_hold_q || f_cfg == f_cfg_q);
    assume (!go_conv || f_tiles != '0);                                           // bonnet_conv_check
    // What is asked.
    Have_A:  assert (state_q != Run || (have_q <= 2'd2 && (!tile_done || have_q != '0) && (!par_done || have_q != 2'd2 || tile_done) && (!par_re || par_left_q != '0)));
    Room_A:  assert ((!f_par1 || !f_rows[1] || f_move1) && (!f_par2 || !f_rows[3] || f_move2));                                    // RoomForRow_A
    Done_A:  assert (!(f_pop && f_ent_last) || (f_rows[0] && (!head || f_rows[2])));                                              // DoneWithRow_A
    Its_A:   assert (!f_there[0] || (f_rows[0] && f_here1_q == f_tile[0] && (!head || (f_rows[2] && f_here2_q == f_tile[0]))));   // a result leaves with its own tile's rows
    Ended_A: assert (!(state_q == Run && done_o) || (have_q == '0 && par_left_q == '0 && f_first == '0 && f_second == '0));
    // What induction has to know.
    Row_A:   assert (state_q != Run || 4'(f_first) == 4'(have_q) + 4'(f_ends) + 4'(head && par_second_q));
    Slope_A: assert (state_q != Run || 4'(f_second) == (head ? 4'(have_q) + 4'(f_ends) : 4'd0));
    Two_A:   assert (state_q != Run || 4'(have_q) + 4'(f_ends) <= 4'd2);
    Left_A:  assert (state_q != Run || (par_left_q <= f_tiles && 8'(have_q) <= f_tiles - par_left_q && (!par_second_q || (head && par_left_q != '0)) && par_tile_q == f_now[0] ^ have_q[0]));
    Rest_A:  assert (state_q == Run || (f_there == '0 && f_rows == '0 && !prow_valid_q && !win_busy));
    Begin_A: assert (state_q != Check || ({have_q, par_tile_q, par_second_q} == '0 && par_left_q == f_tiles));
    Under_A: assert (state_q == Idle || f_hold_q);
    Agree_A: assert (f_agrees == '1);
    Order_A: assert (!head || state_q != Run || !prow_valid_q || prow_second_q != par_second_q);
    Tags_A:  assert ((!f_rows[0] || f_here1_q == f_oldest) && (!f_rows[1] || f_next1_q == f_oldest ^ f_rows[0]) && (!f_par1 || prow_tile_q == f_oldest ^ f_rows[0] ^ f_rows[1])
                     && (!f_rows[2] || f_here2_q == f_oldest) && (!f_rows[3] || f_next2_q == f_oldest ^ f_rows[2]) && (!f_par2 || prow_tile_q == f_oldest ^ f_rows[2] ^ f_rows[3]));
    Soon_A:  assert ((f_rows[0] || (f_there[Line-2:0] == '0 && (f_rows[1] || f_there == '0)))
                     && (!head || f_rows[2] || (f_there[Line-2:0] == '0 && (f_rows[3] || f_there == '0))));
    Current_A: assert (state_q != Run || ((!f_current || have_q != '0) && (!(head ? f_par2 : f_par1) || have_q == 2'd2 || (have_q == 2'd1 && !f_current))));
    Fill_A:  assert (f_all <= (CountW+2)'(2 * Block + 4) && (!(win_valid && win_last && !win_new) || f_all <= (CountW+2)'(Block + 4) + (CountW+2)'(win_pix)));
    Mid_A:   assert (!(win_valid && win_last && !win_new) || have_q != '0);
    Here_A:  assert (!win_valid || (win_new == (win_pix == '0) && f_win_tile == f_now && win_tile == f_now[0] && (!win_tile_end || win_end) && (win_end || win_pix != PixW'(Block - 1))));
    Next_A:  assert (!f_run || (!win_valid ? f_pix == '0 && f_next_tile == f_now
                                : f_pix == (win_end ? PixW'(0) : win_pix + PixW'(1)) && f_next_tile == f_now + 8'(win_end && win_last && win_tile_end)
                                  && (win_end || f_next_last == win_last)));
    Tiles_A: assert (state_q != Run || (f_run ? f_next_tile < f_tiles : win_valid ? win_end && win_last && win_tile_end && f_now + 8'd1 == f_tiles : f_now == f_tiles));
  end
end
endmodule
