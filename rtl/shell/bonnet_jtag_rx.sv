// SPDX-License-Identifier: Apache-2.0
//
// bonnet_jtag_rx - the stream on TDI (docs/jtag.md): zeros, a one, a header of 64 bits, the words of a WRITE. Judges a command and hands
// it to the bus side as words {kind, 32 bits}:
//
//   FIRST  {address[7:0], count[19:0], epoch, op[2:0]}      NEXT  address[39:8], then the data of a WRITE      END  a WRITE was cut short
//
// Rate    1 bit a TCK, never stalls: JTAG has no back-pressure. A word that finds no room is lost, with the rest of its WRITE: OVER_ERR.
// Note    The queue keeps two words' room for an END and a CLEAR behind any data. What is pushed waits for no edge after Update-DR.
// Test    tests/rtl/bonnet_jtag_tb.cpp
`include "bonnet_assert.svh"
`default_nettype none
module bonnet_jtag_rx #(
  parameter  int unsigned Depth = 32,
  localparam int unsigned FreeW = $clog2(Depth) + 1
) (
  input  wire logic             clk_i,       // TCK
  input  wire logic             rst_ni,
  input  wire logic             capture_i,   // these only while our instruction is selected
  input  wire logic             shift_i,
  input  wire logic             end_i,       // Update-DR, Test-Logic-Reset
  input  wire logic             tdi_i,
  // what is known of the bus side
  input  wire logic             busy_i,      // no READ, no WRITE now
  input  wire logic             clr_busy_i,  // a CLEAR is on its way
  output      logic             req_o,       // toggles: a READ or a WRITE was handed over
  output      logic             clr_o,       // toggles: a CLEAR was
  output      logic             epoch_o,     // toggles with each READ and CLEAR: older words of the output are void
  output      logic [2:0]       err_o,       // sticky: OP, BUSY, OVER
  // queue
  output      logic             valid_o,
  output      logic [33:0]      data_o,
  input  wire logic [FreeW-1:0] free_i
);
  localparam logic [1:0] First = 2'd0, Next = 2'd1, End = 2'd2;
  localparam logic [3:0] Write = 4'd1, Read = 4'd2, More = 4'd3, Clear = 4'd4;
  typedef enum logic [1:0] {Deaf, Hunt, Head, Data} state_e;   // until the next scan; for the one; header; words
  state_e      state_q;
  logic [63:0] sh_q;           // newest bit on top
  logic [5:0]  n_q;            // bits so far of the header, of the word
  logic [19:0] left_q;         // words of the WRITE that have not come
  logic        word_q;         // sh_q[63:32] is a word for the queue
  logic        due_q;          // the bus side waits for words of a WRITE, or for END
  logic        req_q, clr_q, epoch_q;
  logic [2:0]  err_q;

  // ---- the header, as its last bit comes in -------------------------------------
  logic [3:0]  op;
  logic [19:0] count;
  logic        judge, legal, moves, go, clear, clear_go, data_end, room, over;
  assign op       = sh_q[4:1];
  assign count    = sh_q[24:5];
  assign judge    = state_q == Head && shift_i && n_q == 6'd63;
  assign legal    = op >= Write && op <= Clear && (op >= More || sh_q[26:25] == 2'b00);
  assign moves    = judge && legal && (op == Write || op == Read) && count != '0;
  assign go       = moves && !busy_i;
  assign clear    = judge && op == Clear;
  assign clear_go = clear && !clr_busy_i;
  assign data_end = state_q == Data && shift_i && n_q[4:0] == 5'd31;
  assign room     = free_i > FreeW'(2);
  assign over     = word_q && !room;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Deaf;
      word_q  <= 1'b0;
      due_q   <= 1'b0;
      {req_q, clr_q, epoch_q} <= '0;
      err_q   <= '0;
    end else begin
      if (capture_i)    state_q <= Hunt;
      else if (over)    state_q <= Deaf;
      else if (shift_i) begin
        unique case (state_q)
          Hunt:    if (tdi_i) state_q <= Head;
          Head:    if (judge) state_q <= (go && op == Write) ? Data : Deaf;
          Data:    if (data_end && left_q == 20'd1) state_q <= Deaf;
          default: ;
        endcase
      end
      word_q <= go || data_end;
      if (go)                                             due_q <= op == Write;
      else if (end_i || (word_q && !over && left_q == '0)) due_q <= 1'b0;
      req_q   <= req_q ^ go;
      clr_q   <= clr_q ^ clear_go;
      epoch_q <= epoch_q ^ (clear_go || (go && op == Read));
      err_q   <= clear ? '0 : err_q | {judge && !legal, moves && busy_i, over};
    end
  end
  always_ff @(posedge clk_i) begin   // no reset: Hunt comes first
    if (shift_i) begin
      sh_q <= {tdi_i, sh_q[63:1]};
      n_q  <= (state_q == Head && !judge) || (state_q == Data && !data_end) ? n_q + 6'd1 : '0;
    end
    if (go)            left_q <= count;
    else if (data_end) left_q <= left_q - 20'd1;
  end

  // ---- queue -------------------------------------------------------------------
  always_comb begin
    valid_o = (word_q && room) || go || clear_go || (end_i && due_q);
    data_o  = {Next, sh_q[63:32]};
    if (go || clear_go) data_o = {First, sh_q[32:5], epoch_q ^ (op != Write), sh_q[3:1]};
    else if (end_i)     data_o = {End, 32'd0};
  end
  assign req_o   = req_q;
  assign clr_o   = clr_q;
  assign epoch_o = epoch_q;
  assign err_o   = err_q;
  logic unused;
  assign unused = sh_q[0];

  // ---- contract ------------------------------------------------------------
  `BONNET_ASSERT(RoomForEnd_A, !valid_o || free_i != '0)
  `BONNET_ASSERT(OnePush_A, !word_q || !(go || clear_go || (end_i && due_q)))
  `BONNET_ASSUME(ScanInOrder_A, 2'(capture_i) + 2'(shift_i) + 2'(end_i) <= 2'd1 && !(word_q && end_i))
endmodule
`default_nettype wire
