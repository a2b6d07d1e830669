// SPDX-License-Identifier: Apache-2.0
// memory.v - what becomes of an array, a $mem_v2 after Yosys' `memory -nomap`. Read by synth.tcl.
//
//   up to 32,768 bits, one writer,     latches: one row of master latches takes the data while the clock is low, the word's own latches
//   read without a clock               copy it while the clock is high, through a clock gate a word. Seen from outside these are flip-flops.
//   4,096 bits or more, clocked read   an SRAM macro, bonnet_sram: not cells, listed with its bits and ports (a column of the stem's parameter rows is 32 x 128)
//   else                               left to memory_map: flip-flops
(* techmap_celltype = "$mem_v2" *)
module bonnet_map_latches (RD_CLK, RD_EN, RD_ARST, RD_SRST, RD_ADDR, RD_DATA, WR_CLK, WR_EN, WR_ADDR, WR_DATA);
  parameter MEMID = "";
  parameter signed SIZE = 4;
  parameter signed OFFSET = 0;
  parameter signed ABITS = 2;
  parameter signed WIDTH = 8;
  parameter signed INIT = 1'bx;
  parameter signed RD_PORTS = 1;
  parameter RD_CLK_ENABLE = 1'b1;
  parameter RD_CLK_POLARITY = 1'b1;
  parameter RD_TRANSPARENCY_MASK = 1'b0;
  parameter RD_COLLISION_X_MASK = 1'b0;
  parameter RD_WIDE_CONTINUATION = 1'b0;
  parameter RD_CE_OVER_SRST = 1'b0;
  parameter RD_ARST_VALUE = 1'b0;
  parameter RD_SRST_VALUE = 1'b0;
  parameter RD_INIT_VALUE = 1'b0;
  parameter signed WR_PORTS = 1;
  parameter WR_CLK_ENABLE = 1'b1;
  parameter WR_CLK_POLARITY = 1'b1;
  parameter WR_PRIORITY_MASK = 1'b0;
  parameter WR_WIDE_CONTINUATION = 1'b0;
  input  [RD_PORTS-1:0]       RD_CLK, RD_EN, RD_ARST, RD_SRST;
  input  [RD_PORTS*ABITS-1:0] RD_ADDR;
  output [RD_PORTS*WIDTH-1:0] RD_DATA;
  input  [WR_PORTS-1:0]       WR_CLK;
  input  [WR_PORTS*WIDTH-1:0] WR_EN, WR_DATA;
  input  [WR_PORTS*ABITS-1:0] WR_ADDR;
  parameter _TECHMAP_BITS_CONNMAP_ = 0;
  parameter [_TECHMAP_BITS_CONNMAP_*WIDTH*WR_PORTS-1:0] _TECHMAP_CONNMAP_WR_EN_ = 0;
  localparam LatchMax = 32768;
  localparam OneEnable = _TECHMAP_CONNMAP_WR_EN_ == {WIDTH{_TECHMAP_CONNMAP_WR_EN_[_TECHMAP_BITS_CONNMAP_-1:0]}};
  wire _TECHMAP_FAIL_ = SIZE * WIDTH > LatchMax || WR_PORTS != 1 || RD_CLK_ENABLE != 0 || !WR_CLK_ENABLE || !WR_CLK_POLARITY
                        || OFFSET != 0 || !OneEnable || WIDTH < 4;
  wire [WIDTH-1:0] taken;
  wire [WIDTH*SIZE-1:0] word;
  genvar w, i, r;
  generate
    if (SIZE * WIDTH <= LatchMax) begin : gen_small  // else not worth elaborating
      for (i = 0; i < WIDTH; i = i + 1) begin : gen_master
        LATCH u_latch (.CLK(~WR_CLK), .D(WR_DATA[i]), .Q(taken[i]));
      end
      for (w = 0; w < SIZE; w = w + 1) begin : gen_word
        wire gated;
        bonnet_icg u_icg (.clk(WR_CLK), .en(WR_EN[0] & (WR_ADDR == w)), .gated(gated));
        for (i = 0; i < WIDTH; i = i + 1) begin : gen_bit
          LATCH u_latch (.CLK(gated), .D(taken[i]), .Q(word[w*WIDTH+i]));
        end
      end
      for (r = 0; r < RD_PORTS; r = r + 1) begin : gen_read
        wire [SIZE-1:0] pick;      // AND-OR of decoded words: a tree of multiplexers is half as big again
        for (w = 0; w < SIZE; w = w + 1) begin : gen_pick
          assign pick[w] = RD_ADDR[r*ABITS +: ABITS] == w;
        end
        for (i = 0; i < WIDTH; i = i + 1) begin : gen_bit
          wire [SIZE-1:0] column;
          for (w = 0; w < SIZE; w = w + 1) begin : gen_column
            assign column[w] = pick[w] & word[w*WIDTH+i];
          end
          assign RD_DATA[r*WIDTH+i] = |column;
        end
      end
    end
  endgenerate
endmodule

// A read register with a synchronous reset is the macro's register and a flag.
(* techmap_celltype = "$mem_v2" *)
module bonnet_map_sram (RD_CLK, RD_EN, RD_ARST, RD_SRST, RD_ADDR, RD_DATA, WR_CLK, WR_EN, WR_ADDR, WR_DATA);
  parameter MEMID = "";
  parameter signed SIZE = 4;
  parameter signed OFFSET = 0;
  parameter signed ABITS = 2;
  parameter signed WIDTH = 8;
  parameter signed INIT = 1'bx;
  parameter signed RD_PORTS = 1;
  parameter RD_CLK_ENABLE = 1'b1;
  parameter RD_CLK_POLARITY = 1'b1;
  parameter RD_TRANSPARENCY_MASK = 1'b0;
  parameter RD_COLLISION_X_MASK = 1'b0;
  parameter RD_WIDE_CONTINUATION = 1'b0;
  parameter RD_CE_OVER_SRST = 1'b0;
  parameter RD_ARST_VALUE = 1'b0;
  parameter RD_SRST_VALUE = 1'b0;
  parameter RD_INIT_VALUE = 1'b0;
  parameter signed WR_PORTS = 1;
  parameter WR_CLK_ENABLE = 1'b1;
  parameter WR_CLK_POLARITY = 1'b1;
  parameter WR_PRIORITY_MASK = 1'b0;
  parameter WR_WIDE_CONTINUATION = 1'b0;
  parameter _TECHMAP_CONSTMSK_RD_SRST_ = 0;
  input  [RD_PORTS-1:0]       RD_CLK, RD_EN, RD_ARST, RD_SRST;
  input  [RD_PORTS*ABITS-1:0] RD_ADDR;
  output [RD_PORTS*WIDTH-1:0] RD_DATA;
  input  [WR_PORTS-1:0]       WR_CLK;
  input  [WR_PORTS*WIDTH-1:0] WR_EN, WR_DATA;
  input  [WR_PORTS*ABITS-1:0] WR_ADDR;
  localparam SramMin = 4096;
  wire _TECHMAP_FAIL_ = SIZE * WIDTH < SramMin || RD_CLK_ENABLE != {RD_PORTS{1'b1}} || RD_TRANSPARENCY_MASK != 0;
  wire [RD_PORTS*WIDTH-1:0] data;
  bonnet_sram #(.SIZE(SIZE), .ABITS(ABITS), .WIDTH(WIDTH), .RD_PORTS(RD_PORTS), .WR_PORTS(WR_PORTS)) u_sram (
    .RD_CLK(RD_CLK), .RD_EN(RD_EN), .RD_ADDR(RD_ADDR), .RD_DATA(data), .WR_CLK(WR_CLK), .WR_EN(WR_EN), .WR_ADDR(WR_ADDR), .WR_DATA(WR_DATA));
  genvar r;
  generate
    for (r = 0; r < RD_PORTS; r = r + 1) begin : gen_read
      if (_TECHMAP_CONSTMSK_RD_SRST_[r]) begin
        assign RD_DATA[r*WIDTH +: WIDTH] = data[r*WIDTH +: WIDTH];
      end else begin
        wire zero;
        \$dffe #(.WIDTH(1), .CLK_POLARITY(1'b1), .EN_POLARITY(1'b1)) u_zero (.CLK(RD_CLK[r]), .EN(RD_EN[r]), .D(RD_SRST[r]), .Q(zero));
        assign RD_DATA[r*WIDTH +: WIDTH] = zero ? RD_SRST_VALUE[r*WIDTH +: WIDTH] : data[r*WIDTH +: WIDTH];
      end
    end
  endgenerate
endmodule
