// SPDX-License-Identifier: Apache-2.0
//
// bonnet_serial_rx - bytes of a serial line become the command words that bonnet_jtag_axi takes (docs/ulx3s.md):
//
//   FIRST  {address[7:0], count[19:0], 0, op[2:0]}      NEXT  address[39:8], then the data of a WRITE      END  a WRITE was cut short
//   A command with nothing for the bus (MORE, count 0, one that is refused) is a FIRST with op MORE: only the answer is wanted.
//
// Rate    One byte every 3 cycles; never stalls: a line has no back-pressure.
// Gap     2^GapBits cycles without a byte end a command.
// Errors  OP_ERR, OVER_ERR as in bonnet_serial; sticky until a CLEAR comes in.
// Test    tests/rtl/bonnet_serial_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_serial_rx #(
  parameter int unsigned GapBits = 12
) (
  input  wire logic        clk_i,
  input  wire logic        rst_ni,
  input  wire logic        valid_i,
  input  wire logic [7:0]  data_i,
  output      logic        op_err_o,
  output      logic        over_err_o,
  // queue
  output      logic        valid_o,
  input  wire logic        room_i,         // for three words at least: FIRST, NEXT, and an END at any time
  output      logic [33:0] data_o
);
  localparam logic [1:0] First = 2'd0, Next = 2'd1, End = 2'd2;
  localparam logic [3:0] Write = 4'd1, Read = 4'd2, More = 4'd3, Clear = 4'd4;
  typedef enum logic [2:0] {Hunt, Head, Judge, Addr, Data, Skip, Stop} state_e;
  state_e             state_q;
  logic [63:0]        sh_q;       // newest byte on top
  logic [2:0]         n_q;        // bytes of the header, or of the word in [1:0]
  logic [19:0]        left_q;     // words of the WRITE that have not come
  logic               word_q;     // sh_q[63:32] is a word
  logic               op_err_q, over_err_q;
  logic [GapBits-1:0] gap_q;
  logic [3:0]         op_q;
  logic               cut_q;      // the line fell silent
  logic               in_command, gap, word_end, over;

  // ---- the header ------------------------------------------------------------
  logic [3:0]  op;
  logic [19:0] count;
  logic        known, aligned, moves, skips;
  assign op      = sh_q[3:0];
  assign count   = sh_q[23:4];
  assign known   = op >= Write && op <= Clear;
  assign aligned = sh_q[25:24] == 2'b00;
  assign moves   = (op == Write || op == Read) && aligned && count != '0;
  assign skips   = op == Write && !aligned && count != '0;

  assign in_command = state_q == Head || state_q == Data || state_q == Skip;
  assign gap        = in_command && gap_q == '1;
  assign over       = !room_i && (state_q == Judge || (state_q == Data && word_q));
  assign word_end   = valid_i && n_q[1:0] == 2'd3 && (state_q == Data || state_q == Skip);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Hunt;
      word_q  <= 1'b0;
      gap_q   <= '0;
      {op_err_q, over_err_q} <= '0;
    end else begin
      gap_q  <= (valid_i || !in_command) ? '0 : gap_q + 1'b1;
      word_q <= word_end && state_q == Data && !gap;
      unique case (state_q)
        Hunt:  if (valid_i && data_i != '0) state_q <= Head;
        Head:  if (gap) state_q <= Hunt;
               else if (valid_i && n_q == 3'd7) state_q <= Judge;
        Judge: if (moves && room_i) state_q <= Addr;
               else state_q <= (skips || (moves && op == Write)) ? Skip : Hunt;
        Addr:  state_q <= (op_q == Write) ? Data : Hunt;
        Data:  if (over || gap) state_q <= Stop;
               else if (word_q && left_q == '0) state_q <= Hunt;
        Skip:  if (gap || (word_end && left_q == 20'd1)) state_q <= Hunt;
        default: state_q <= (left_q != '0 && !cut_q) ? Skip : Hunt;   // Stop: END
      endcase
      if (state_q == Judge && op == Clear && room_i) {op_err_q, over_err_q} <= 2'b00;
      else begin
        op_err_q   <= op_err_q | gap | (state_q == Judge && (!known || ((op == Write || op == Read) && !aligned)));
        over_err_q <= over_err_q | over;
      end
    end
  end
  always_ff @(posedge clk_i) begin   // no reset: Hunt comes first
    if (valid_i) sh_q <= {data_i, sh_q[63:8]};
    if (state_q == Hunt)       n_q <= (valid_i && data_i != '0) ? 3'd1 : 3'd0;
    else if (state_q == Judge) n_q <= 3'd0;
    else if (valid_i)          n_q <= n_q + 3'd1;
    if (state_q == Judge) op_q <= op;
    if (state_q == Data)  cut_q <= gap;
    if (state_q == Judge) left_q <= count;
    else if (word_end)    left_q <= left_q - 20'd1;
  end

  // ---- queue -------------------------------------------------------------------
  always_comb begin
    valid_o = 1'b1;
    data_o  = {Next, sh_q[63:32]};
    unique case (state_q)
      Judge:   {valid_o, data_o} = {room_i, First, sh_q[31:4], 1'b0, (moves || op == Clear) ? op[2:0] : More[2:0]};
      Addr:    ;
      Data:    valid_o = word_q && room_i;
      Stop:    data_o = {End, 32'd0};
      default: valid_o = 1'b0;
    endcase
  end
  assign op_err_o   = op_err_q;
  assign over_err_o = over_err_q;

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSUME(NotTooFast_A, !valid_i || (state_q != Judge && state_q != Addr))
endmodule
`default_nettype wire
