// SPDX-License-Identifier: Apache-2.0
//
// bonnet_window - which feature words the array reads next: the walk of a CONV descriptor.
//
//   for each tile, block of up to Block pixels, weight row (tap, word d), pixel of the block:
//   addr = IN + slot(clamp(yc + D*(ky-1))) * IN_ROW + clamp(xc + D*(kx-1)) * IN_PIX + step(d)
//   clamp    at the edge of the map; with PAD 2 there is none. PAD 1: a tap that it moved is read, and masked.
//   step(d)  GROUPED: 4d, coded (IN_T) 3d.   Else: d; coded 3*(d/4), and slice d%4 of these words.
//   slot(r)  r; in a ring of IN_RING rows (IN_SLOT + r - S*Y0) mod IN_RING.
//
// Pixels are output pixels row-major from row Y0, ROWS rows; with POOL2 the four positions of a pooled pixel follow each other.
// (xc, yc) is the centre: S*x, S*y, or 2x+dx, 2y+dy clamped: at an odd edge a position stands for the one that is missing. The walk multiplies nothing: ca = xc * IN_PIX and ra = IN + slot(yc) * IN_ROW move by
// steps of the same size as xc and yc, and a tap is at most two steps away, fewer at an edge; whoever leaves a ring at one end adds or
// subtracts its length. Two products are made beforehand: the first slot and the length of the ring, times IN_ROW. A ring of one row
// moves by nothing: its pitch counts as 0.
//
// Rate    first address 2 cycles after start_i, then 1 a cycle; no bubble between weight rows, blocks, tiles.
// Stall   valid_o && !ready_i holds everything.
// Golden  docs/chip.md, The conv unit       Test  tests/rtl/bonnet_window_tb.cpp, tests/formal/window.ys
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_window #(
  localparam int unsigned WordW = bonnet_pkg::FbWordW,
  localparam int unsigned Block = bonnet_pkg::Block,
  localparam int unsigned PixW  = $clog2(Block)
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  input  wire logic             prep_i,     // the cycle before start_i: desc_i is there, perhaps not yet checked
  input  wire logic             start_i,
  input  wire logic [511:0]     desc_i,     // CONV, checked; stable from prep_i to the last address
  output      logic             busy_o,     // addresses are left
  // addresses
  output      logic             valid_o,
  input  wire logic             ready_i,
  output      logic [WordW-1:0] word_o,     // feature buffer word
  output      logic [1:0]       slice_o,    // not GROUPED, IN_T: slice of the three words
  output      logic             mask_o,     // the tap is padding: its word counts for nothing
  output      logic [PixW-1:0]  pix_o,      // pixel of the block
  output      logic             new_o,      // first pixel of a weight row
  output      logic             first_o,    // first weight row of the block
  output      logic             last_o,     // last weight row of the block
  output      logic             tile_o,     // parity of the tile
  output      logic             end_o,      // last pixel of a weight row
  output      logic             tile_end_o  // last pixel of the tile, in every weight row of the last block
);
  // ---- descriptor ------------------------------------------------------------
  logic [15:0] d_in, d_row;
  logic [9:0]  w1, h1, ow1, rows1, y0;  // sizes less one
  logic [7:0]  d_pix, tiles1, depth1;
  logic [5:0]  ring, d_slot;
  logic        k3, s2, d2, grouped, pool, therm, pad_zero, pad_none;
  assign d_in    = desc_i[bonnet_job_pkg::CONV_IN_LSB +: 16];
  assign d_row   = desc_i[bonnet_job_pkg::CONV_IN_ROW_LSB +: 16];
  assign d_pix   = desc_i[bonnet_job_pkg::CONV_IN_PIX_LSB +: 8];
  assign w1      = desc_i[bonnet_job_pkg::CONV_IN_W_LSB +: 10] - 10'd1;
  assign h1      = desc_i[bonnet_job_pkg::CONV_IN_H_LSB +: 10] - 10'd1;
  assign ow1     = desc_i[bonnet_job_pkg::CONV_OUT_W_LSB +: 10] - 10'd1;
  assign rows1   = desc_i[bonnet_job_pkg::CONV_ROWS_LSB +: 10] - 10'd1;
  assign y0      = desc_i[bonnet_job_pkg::CONV_Y0_LSB +: 10];
  assign tiles1  = desc_i[bonnet_job_pkg::CONV_TILES_LSB +: 8] - 8'd1;
  assign depth1  = desc_i[bonnet_job_pkg::CONV_DEPTH_LSB +: 8] - 8'd1;
  assign k3      = desc_i[bonnet_job_pkg::CONV_K3_LSB];
  assign s2      = desc_i[bonnet_job_pkg::CONV_STRIDE2_LSB];
  assign d2      = desc_i[bonnet_job_pkg::CONV_DILATE2_LSB];
  assign grouped = desc_i[bonnet_job_pkg::CONV_GROUPED_LSB];
  assign pool    = desc_i[bonnet_job_pkg::CONV_POOL2_LSB];
  assign ring    = desc_i[bonnet_job_pkg::CONV_IN_RING_LSB +: 6];
  assign d_slot  = desc_i[bonnet_job_pkg::CONV_IN_SLOT_LSB +: 6];
  assign therm   = desc_i[bonnet_job_pkg::CONV_IN_T_LSB];
  assign pad_zero = desc_i[bonnet_job_pkg::CONV_PAD_LSB +: 2] == 2'd1;
  assign pad_none = desc_i[bonnet_job_pkg::CONV_PAD_LSB +: 2] == 2'd2;
  logic unused_desc;  // the other fields belong to post and the sequencer
  assign unused_desc = ^desc_i;

  // ---- rows to words ---------------------------------------------------------
  logic [9:0]  first_y, first_slot;
  logic [15:0] pitch, prod_q, turn_q;       // IN_ROW; words before the first row; words of the ring
  logic        is_ring;
  assign is_ring    = ring != '0;
  assign pitch      = (ring == 6'd1) ? '0 : d_row;
  assign first_y    = (s2 || pool) ? y0 << 1 : y0;
  assign first_slot = is_ring ? {4'd0, d_slot} : first_y;
  always_ff @(posedge clk_i) begin
    if (prep_i) begin
      prod_q <= 16'(first_slot) * pitch;
      turn_q <= 16'(ring) * pitch;
    end
  end

  // ---- one pixel further -----------------------------------------------------
  // A position is (xo, yo, pos): output column, row counter from 0, place within a pooled pixel; (xc, yc, ca, ra, sc): the centre, its
  // words and its slot in the ring.
  logic [9:0]  xo_q, yo_q, xc_q, yc_q, xo_d, yo_d, xc_d, yc_d;
  logic [9:0]  bxo_q, byo_q, bxc_q, byc_q;  // first pixel of the block
  logic [9:0]  oyc_q;                       // first pixel of the tile: xo, yo, pos, xc, ca are 0
  logic [15:0] ca_q, ra_q, ca_d, ra_d, bca_q, bra_q, ora_q, ra_down, ra_up;
  logic [5:0]  sc_q, sc_d, bsc_q, osc_q, sc_down, sc_up;
  logic [6:0]  sc_next;
  logic [1:0]  pos_q, pos_d, bpos_q;
  logic        row_wrap;
  logic        at_right, at_bottom;         // no step further: only POOL2 asks for one, where an odd edge has no second column or row. An odd centre has made it
  logic        two_down, wraps_down, wraps_up;
  assign two_down   = s2;
  assign sc_next    = {1'b0, sc_q} + (two_down ? 7'd2 : 7'd1);
  assign wraps_down = is_ring && sc_next >= {1'b0, ring};
  assign wraps_up   = is_ring && sc_q == '0;
  assign sc_down    = (!is_ring || ring == 6'd1) ? '0 : wraps_down ? 6'(sc_next - {1'b0, ring}) : sc_next[5:0];
  assign sc_up      = !is_ring ? '0 : wraps_up ? ring - 6'd1 : sc_q - 6'd1;
  assign ra_down    = ra_q + (two_down ? pitch << 1 : pitch) - (wraps_down ? turn_q : '0);
  assign ra_up      = ra_q - pitch + (wraps_up ? turn_q : '0);
  assign at_right  = xc_q == w1;
  assign at_bottom = yc_q == h1;
  assign row_wrap = xo_q == ow1 && (!pool || pos_q == 2'd3);
  always_comb begin
    {xo_d, yo_d, xc_d, yc_d, ca_d, ra_d, sc_d} = {xo_q, yo_q, xc_q, yc_q, ca_q, ra_q, sc_q};
    pos_d = pool ? pos_q + 2'd1 : 2'd0;
    if (pool && pos_q == 2'd1) begin  // down and back
      if (xc_q[0]) begin
        xc_d = xc_q - 10'd1;
        ca_d = ca_q - 16'(d_pix);
      end
      if (!at_bottom) begin
        yc_d = yc_q + 10'd1;
        ra_d = ra_down;
        sc_d = sc_down;
      end
    end else if (row_wrap) begin
      xo_d = '0;
      yo_d = yo_q + 10'd1;
      xc_d = '0;
      ca_d = '0;
      yc_d = yc_q + (s2 ? 10'd2 : 10'd1);
      ra_d = ra_down;
      sc_d = sc_down;
    end else begin
      if (!at_right) begin
        xc_d = xc_q + (s2 ? 10'd2 : 10'd1);
        ca_d = ca_q + (s2 ? 16'(d_pix) << 1 : 16'(d_pix));
      end
      if (!pool || pos_q == 2'd3) xo_d = xo_q + 10'd1;
      if (pool && pos_q == 2'd3 && yc_q[0]) begin  // up to the next pooled pixel
        yc_d = yc_q - 10'd1;
        ra_d = ra_up;
        sc_d = sc_up;
      end
    end
  end

  // ---- weight rows, blocks, tiles --------------------------------------------
  logic [PixW-1:0] pix_q;
  logic [7:0]      depth_q, tile_q;
  logic [1:0]      kx_q, ky_q;           // 0..2, 1 = centre
  logic            pix_last, row_end, depth_last, rows_last, tile_last, tap_first;
  logic            run_q, take;
  assign pix_last   = row_wrap && yo_q == rows1;
  assign row_end    = pix_q == PixW'(Block - 1) || pix_last;
  assign depth_last = depth_q == depth1;
  assign rows_last  = depth_last && (!k3 || (kx_q == 2'd2 && ky_q == 2'd2));
  assign tile_last  = tile_q == tiles1;
  assign tap_first  = depth_q == '0 && (!k3 || (kx_q == 2'd0 && ky_q == 2'd0));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      run_q <= 1'b0;
    else if (start_i) run_q <= 1'b1;
    else if (take && row_end && rows_last && pix_last && tile_last) run_q <= 1'b0;
  end
  logic [15:0] first_ra;
  assign first_ra = d_in + prod_q;
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      {oyc_q, ora_q, osc_q}                     <= {first_y, first_ra, d_slot};
      {xo_q, yo_q, pos_q, xc_q, ca_q}           <= '0;
      {bxo_q, byo_q, bpos_q, bxc_q, bca_q}      <= '0;
      {yc_q, ra_q, sc_q, byc_q, bra_q, bsc_q}   <= {2{first_y, first_ra, d_slot}};
      tile_q                                    <= '0;
    end else if (take && row_end && rows_last && pix_last) begin  // a tile from its first pixel
      {xo_q, yo_q, pos_q, xc_q, ca_q}           <= '0;
      {bxo_q, byo_q, bpos_q, bxc_q, bca_q}      <= '0;
      {yc_q, ra_q, sc_q, byc_q, bra_q, bsc_q}   <= {2{oyc_q, ora_q, osc_q}};
      tile_q                                    <= tile_q + 8'd1;
    end else if (take) begin
      if (row_end && !rows_last) begin  // the block again, with the next weight row
        {xo_q, yo_q, pos_q, xc_q, yc_q, ca_q, ra_q, sc_q} <= {bxo_q, byo_q, bpos_q, bxc_q, byc_q, bca_q, bra_q, bsc_q};
      end else begin
        {xo_q, yo_q, pos_q, xc_q, yc_q, ca_q, ra_q, sc_q} <= {xo_d, yo_d, pos_d, xc_d, yc_d, ca_d, ra_d, sc_d};
        if (row_end) {bxo_q, byo_q, bpos_q, bxc_q, byc_q, bca_q, bra_q, bsc_q} <= {xo_d, yo_d, pos_d, xc_d, yc_d, ca_d, ra_d, sc_d};
      end
    end
    if (start_i) begin
      pix_q   <= '0;
      depth_q <= '0;
      kx_q    <= k3 ? 2'd0 : 2'd1;
      ky_q    <= k3 ? 2'd0 : 2'd1;
    end else if (take) begin
      pix_q <= row_end ? '0 : pix_q + PixW'(1);
      if (row_end) begin
        depth_q <= depth_last ? '0 : depth_q + 8'd1;
        if (depth_last && k3) begin
          kx_q <= (kx_q == 2'd2) ? 2'd0 : kx_q + 2'd1;
          if (kx_q == 2'd2) ky_q <= (ky_q == 2'd2) ? 2'd0 : ky_q + 2'd1;
        end
      end
    end
  end

  // ---- taps, clamped at the edges; one register, then one adder --------------
  logic [9:0]  left, right, up, down;       // steps to the edge, 0..2 matter
  logic [1:0]  dx, dy, reach;               // steps of this tap, away from the centre; without an edge
  logic        mask_d;
  logic [15:0] col_d, line_d, col_q, line_q, addr;
  assign left  = xc_q;
  assign right = w1 - xc_q;
  assign up    = yc_q;
  assign down  = h1 - yc_q;
  assign reach = d2 ? 2'd2 : 2'd1;
  function automatic logic [1:0] steps(input logic [9:0] room, input logic two, input logic free);
    steps = (!free && room == '0) ? 2'd0 : (two && (free || room != 10'd1)) ? 2'd2 : 2'd1;
  endfunction
  always_comb begin
    dx = 2'd0;
    dy = 2'd0;
    if (kx_q == 2'd0)      dx = steps(left, d2, pad_none);
    else if (kx_q == 2'd2) dx = steps(right, d2, pad_none);
    if (ky_q == 2'd0)      dy = steps(up, d2, pad_none);
    else if (ky_q == 2'd2) dy = steps(down, d2, pad_none);
  end
  assign mask_d = pad_zero && ((kx_q != 2'd1 && dx != reach) || (ky_q != 2'd1 && dy != reach));
  logic [15:0] x_move, y_move, d_move, threes;
  logic        over, under;                 // the tap leaves the ring
  assign x_move = dx[1] ? 16'(d_pix) << 1 : dx[0] ? 16'(d_pix) : '0;
  assign y_move = dy[1] ? pitch << 1 : dy[0] ? pitch : '0;
  assign under  = is_ring && ky_q == 2'd0 && sc_q < {4'd0, dy};
  assign over   = is_ring && ky_q != 2'd0 && {1'b0, sc_q} + {5'd0, dy} >= {1'b0, ring};
  assign threes = grouped ? 16'(depth_q) : 16'(depth_q[7:2]);
  assign d_move = therm ? (threes << 1) + threes : grouped ? 16'(depth_q) << 2 : 16'(depth_q);
  assign col_d  = ((kx_q == 2'd0) ? ca_q - x_move : ca_q + x_move) + d_move;
  assign line_d = ((ky_q == 2'd0) ? ra_q - y_move : ra_q + y_move) + (under ? turn_q : over ? -turn_q : '0);

  logic            valid_q, mask_q, new_q, first_q, last_q, tile_par_q, end_q, tile_end_q;
  logic [PixW-1:0] out_pix_q;
  logic [1:0]      slice_q;
  assign take = run_q && (!valid_q || ready_i);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)               valid_q <= 1'b0;
    else if (take || ready_i)  valid_q <= take;
  end
  always_ff @(posedge clk_i) begin
    if (take) begin
      col_q      <= col_d;
      line_q     <= line_d;
      out_pix_q  <= pix_q;
      slice_q    <= depth_q[1:0];
      mask_q     <= mask_d;
      new_q      <= pix_q == '0;
      first_q    <= tap_first;
      last_q     <= rows_last;
      tile_par_q <= tile_q[0];
      end_q      <= row_end;
      tile_end_q <= pix_last;
    end
  end
  assign addr       = line_q + col_q;
  assign word_o     = addr[WordW-1:0];
  assign slice_o    = slice_q;
  assign mask_o     = mask_q;
  assign pix_o      = out_pix_q;
  assign new_o      = new_q;
  assign first_o    = first_q;
  assign last_o     = last_q;
  assign tile_o     = tile_par_q;
  assign end_o      = end_q;
  assign tile_end_o = tile_end_q;
  assign valid_o    = valid_q;
  assign busy_o     = run_q || valid_q;

  // ---- contract --------------------------------------------------------------
  `BONNET_ASSUME(StartIdle_A, !((prep_i || start_i) && busy_o))
  `BONNET_ASSERT(SlotInside_A, !run_q || !is_ring || sc_q < ring)
  `BONNET_ASSERT(CentreInside_A, !run_q || (xc_q <= w1 && yc_q <= h1))
  `BONNET_ASSERT(AddressInside_A, !valid_q || 32'(addr) < bonnet_pkg::FeatureWords)
  `BONNET_ASSERT_HELD(AddressHeld_A, valid_o, ready_i, {addr, slice_q, mask_q, out_pix_q, new_q, first_q, last_q, tile_par_q, end_q})
`ifdef FORMAL  // what keeps the walk inside the map, for tests/formal/window.ys: steps of 4 words a pixel and 16 a row
  function automatic logic [9:0] centre(input logic [9:0] at, input logic second, input logic [9:0] edge_);
    centre = pool ? ((at << 1) == edge_ ? edge_ : (at << 1) + 10'(second)) : s2 ? at << 1 : at;
  endfunction
  function automatic logic [15:0] line(input logic [9:0] at, input logic [5:0] slot);
    line = d_in + (is_ring ? (ring == 6'd1) ? 16'd0 : 16'(slot) << 4 : 16'(at) << 4);
  endfunction
  logic        f_prep_q;
  logic [15:0] f_border;  // PAD 2: words before the first centre and behind the last
  logic [10:0] f_x, f_y;  // where the tap would lie; before the map: very far
  assign f_x = (kx_q == 2'd0) ? 11'(xc_q) - 11'(reach) : (kx_q == 2'd2) ? 11'(xc_q) + 11'(reach) : 11'(xc_q);
  assign f_y = (ky_q == 2'd0) ? 11'(yc_q) - 11'(reach) : (ky_q == 2'd2) ? 11'(yc_q) + 11'(reach) : 11'(yc_q);
  assign f_border = pad_none ? (is_ring ? 16'd0 : 16'(reach) << 4) + (16'(reach) << 2) : 16'd0;
  always @(posedge clk_i) begin
    f_prep_q <= rst_ni && prep_i;
    assume (!start_i || f_prep_q);
    if (rst_ni && (f_prep_q || run_q)) Turn_A: assert (turn_q == ((ring == 6'd1) ? 16'd0 : 16'(ring) << 4));
    if (rst_ni && f_prep_q)            Product_A: assert (d_in + prod_q == line(first_y, d_slot));
    if (rst_ni && run_q) begin
      FirstRow_A: assert (oyc_q == first_y && osc_q == d_slot && ora_q == line(oyc_q, osc_q));
      Slots_A:    assert (!is_ring || (sc_q < ring && bsc_q < ring));
      Column_A: assert (xo_q <= ow1 && bxo_q <= ow1 && xc_q == centre(xo_q, pos_q[0], w1) && bxc_q == centre(bxo_q, bpos_q[0], w1));
      Line_A:   assert (yo_q <= rows1 && byo_q <= rows1 && yc_q == centre(y0 + yo_q, pos_q[1], h1) && byc_q == centre(y0 + byo_q, bpos_q[1], h1));
      Place_A:  assert ((pool || (pos_q == 2'd0 && bpos_q == 2'd0)) && kx_q != 2'd3 && ky_q != 2'd3 && depth_q <= depth1 && (k3 || (kx_q == 2'd1 && ky_q == 2'd1)));
      Mask_A:   assert (mask_d == (pad_zero && (f_x > 11'(w1) || f_y > 11'(h1))));
      Words_A:  assert (ca_q == 16'(xc_q) << 2 && bca_q == 16'(bxc_q) << 2 && ra_q == line(yc_q, sc_q) && bra_q == line(byc_q, bsc_q));
    end
    if (rst_ni && valid_q) Inside_A: assert (16'(addr - d_in + f_border) <= (is_ring ? 16'(ring - 6'd1) << 4 : 16'(h1) << 4) + (16'(w1) << 2) + (grouped ? 16'(depth1) << 2 : 16'(depth1)) + (f_border << 1));
  end
`endif
endmodule
`default_nettype wire
