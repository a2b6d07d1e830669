// SPDX-License-Identifier: Apache-2.0
// array_tb.v - the array's netlist at work, for its power: a new weight row every 8 cycles for 8 pixels, grouped as for k = 4, nine rows to
// a result as in a 3x3 layer of 64 channels, no gaps. Weights and activations are random bits, half of them ones: the busiest data there is.
// Checks the sums against counting, so that the power is that of a netlist that works. Writes tb.vcd into +vcd=FILE; the window to count
// begins with cycle 72 (after one tile) and has +cycles=N cycles (default 72) of 10 ns.
`timescale 1ns / 10ps
module tb;
  reg clk = 0, rst_n = 0, en = 0, load = 0, first = 0, last = 0;
  reg [255:0]  act;
  reg [4095:0] weight, row;
  reg [2:0]    pix;
  wire [1:0]   pend;
  wire         valid, rtile, rlast;
  wire [831:0] sums;
  bonnet_array dut (.clk_i(clk), .rst_ni(rst_n), .en_i(en), .grouped_i(1'b1), .therm_i(1'b0), .slice_i(2'd0), .act_i(act), .load_i(load),
    .weight_i(weight), .pix_i(pix), .first_i(first), .last_i(last), .tile_i(1'b0), .end_i(1'b0), .pend_o(pend), .res_valid_o(valid),
    .res_sum_o(sums), .res_tile_o(rtile), .res_last_o(rlast));
  always #5 clk = ~clk;

  integer want [0:511];     // running sums: 64 lanes x 8 pixels
  integer due  [0:511];     // finished ones, still to come out
  integer cycle, cycles, seed, l, i, r, n, at, checked, bad;
  reg [8*256-1:0] file;
  reg [63:0] word, same;
  initial begin
    if (!$value$plusargs("cycles=%d", cycles)) cycles = 72;
    if (!$value$plusargs("seed=%d", seed)) seed = 1;
    if ($value$plusargs("vcd=%s", file)) begin
      $dumpfile(file);
      $dumpvars(0, dut);
      $dumpoff;
    end
    checked = 0; bad = 0; at = 0;
    act = 0; weight = 0; row = 0; pix = 0;
    #1 rst_n = 0;
    #21 rst_n = 1;
    for (cycle = 0; cycle < 72 + cycles + 8; cycle = cycle + 1) begin
      @(negedge clk);
      if (cycle == 72) $dumpon;
      if (cycle == 72 + cycles) $dumpoff;
      n = cycle / 8 % 9;
      en = 1; pix = cycle % 8; load = pix == 0; first = n == 0; last = n == 8;
      for (i = 0; i < 8; i = i + 1) act[32*i +: 32] = $random(seed);
      if (load) for (i = 0; i < 128; i = i + 1) row[32*i +: 32] = $random(seed);
      weight = row;
      for (l = 0; l < 64; l = l + 1) begin
        same = ~(row[64*l +: 64] ^ act[64*(l/16) +: 64]);
        r = 0;
        for (i = 0; i < 64; i = i + 1) r = r + same[i];
        want[8*l+pix] = first ? r : want[8*l+pix] + r;
        if (last) due[8*l+pix] = want[8*l+pix];
      end
    end
    if (bad != 0 || checked < 64 * 8) begin
      $display("array_tb: %0d of %0d sums wrong, seed %0d", bad, checked, seed);
      $finish_and_return(1);
    end
    $display("array_tb: %0d sums right", checked);
    $finish;
  end
  always @(negedge clk) if (rst_n && valid === 1'b1) begin  // before new operands overwrite what is due: three cycles of eight
    #0;
    for (l = 0; l < 64; l = l + 1) begin
      checked = checked + 1;
      if (sums[13*l +: 13] !== due[8*l+at]) bad = bad + 1;
    end
    at = (at + 1) % 8;
  end
endmodule
