// SPDX-License-Identifier: Apache-2.0
// bonnet_walk_map: one map of a descriptor that bonnet_job_check() lets through, the steps of bonnet_walk, and where its words are. The end of its file, for
// walk_map.ys. The descriptor is any, and stays: of the one before it a start finds no more than of a reset, any values in registers that have none.
// All of it is about one cycle, which keeps the induction short.
(* anyconst *) logic [15:0] base_i, row_i;
(* anyconst *) logic [7:0]  pix_i;
(* anyconst *) logic [5:0]  ring_i, slot_i;
(* anyconst *) logic [9:0]  y0_i, f_span;      // f_span: words of a pixel that the descriptor touches
(* anyconst *) logic [2:0]  f_w, f_rows;       // 1..4 columns, rows
(* anyconst *) logic [12:0] f_end;             // the word after the map's last one
logic       f_begun_q = 1'b0, f_sum_q, f_run_q;  // the first cycle is a reset; the steps of the walk
logic [1:0] f_x_q, f_y_q;
function automatic logic [1:0] f_slot(input logic [1:0] y, input logic [5:0] ring);   // row_slot() in lower_access_conv.c; rings of up to 4
  f_slot = (ring == '0 || 6'(y) < ring) ? y : (ring == 6'd2) ? {1'b0, y[0]} : 2'd0;
endfunction
logic [1:0]  f_now;              // slot of the row under way
logic [79:0] f_rows_at;          // first words of slots 0..3, 20 bits each
logic [319:0] f_pixels_at;       // of their pixels 0..3
assign f_now     = f_slot(y0_i[1:0] + f_y_q, ring_i);
for (genvar k = 0; k < 4; k++) begin : gen_f_row
  if (k == 0) begin : gen_base assign f_rows_at[19:0] = 20'(base_i); end
  else        begin : gen_next assign f_rows_at[20*k +: 20] = f_rows_at[20*(k-1) +: 20] + 20'(row_i); end
  assign f_pixels_at[80*k +: 20]      = f_rows_at[20*k +: 20];
  assign f_pixels_at[80*k + 20 +: 20] = f_pixels_at[80*k +: 20] + 20'(pix_i);
  assign f_pixels_at[80*k + 40 +: 20] = f_pixels_at[80*k + 20 +: 20] + 20'(pix_i);
  assign f_pixels_at[80*k + 60 +: 20] = f_pixels_at[80*k + 40 +: 20] + 20'(pix_i);
end
function automatic logic [19:0] f_row_at(input logic [79:0] all, input logic [1:0] k);
  f_row_at = k[1] ? (k[0] ? all[79:60] : all[59:40]) : (k[0] ? all[39:20] : all[19:0]);
endfunction
function automatic logic [19:0] f_pixel_at(input logic [319:0] all, input logic [1:0] k, input logic [1:0] x);
  f_pixel_at = f_row_at(k[1] ? (k[0] ? all[319:240] : all[239:160]) : (k[0] ? all[159:80] : all[79:0]), x);
endfunction
always_ff @(posedge clk_i) begin
  f_begun_q <= 1'b1;
  f_sum_q   <= rst_ni && start_i;
  f_run_q   <= rst_ni && !start_i && (f_run_q || sum_i);
  if (start_i || row_en_i || top_en_i) f_x_q <= '0;
  else if (pix_en_i)                   f_x_q <= f_x_q + 2'd1;
  if (start_i || top_en_i)             f_y_q <= '0;
  else if (row_en_i)                   f_y_q <= f_y_q + 2'd1;
end
always_comb begin
  assume (f_begun_q || !rst_ni);
  assume (f_w != '0 && f_w <= 3'd4 && f_rows != '0 && 11'(y0_i) + 11'(f_rows) <= 11'd4 && f_end <= 13'(bonnet_pkg::FeatureWords));
  assume (ring_i <= 6'd4 && slot_i == ((ring_i != '0) ? 6'(f_slot(y0_i[1:0], ring_i)) : 6'd0));                   // check_ring()
  for (int i = 0; i < 4; i++)                                                                                    // row_bounds()
    if (2'(i) >= y0_i[1:0] && 3'(i) < 3'(y0_i[1:0]) + f_rows)
      assume (f_pixel_at(f_pixels_at, f_slot(2'(i), ring_i), f_w[1:0] - 2'd1) + 20'(f_span) <= 20'(f_end));
  if (rst_ni) begin
    // The walk: start, sum, then steps within the map (walk_words: Step_A).
    assume (sum_i == f_sum_q && (!start_i || !f_sum_q));
    assume (!(pix_en_i || row_en_i || top_en_i) || (f_run_q && !start_i));
    assume (!(pix_en_i && (row_en_i || top_en_i)) && !(row_en_i && top_en_i));
    assume (!pix_en_i || 3'(f_x_q) + 3'd1 < f_w);
    assume (!row_en_i || 3'(f_y_q) + 3'd1 < f_rows);
    // What is asked.
    if (f_run_q) Inside_A: assert (20'(word_o) + 20'(f_span) <= 20'(f_end));
    // What induction has to know.
    if (start_i) Near_A: assert (rows < 10'd4);      // the copy multiplies by two bits
    Place_A: assert (!(f_run_q && f_sum_q) && (!(f_run_q || f_sum_q) || (3'(f_x_q) < f_w && 3'(f_y_q) < f_rows && (!f_sum_q || {f_x_q, f_y_q} == '0))));
    if (f_sum_q || f_run_q) Skip_A: assert (20'(base_i) + 20'(skip_q) == f_row_at(f_rows_at, f_slot(y0_i[1:0], ring_i)));
    if (f_run_q) begin
      Row_A:  assert (20'(row_q) == f_row_at(f_rows_at, f_now) && (ring_i == '0 || slot_q == 6'(f_now)));
      Word_A: assert (20'(word_q) == f_pixel_at(f_pixels_at, f_now, f_x_q));
    end
  end
end
endmodule
