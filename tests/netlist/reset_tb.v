// SPDX-License-Identifier: Apache-2.0
// Four-valued: netlists of cells with their library's own models, powered up unknown and fed unknown data where no valid says otherwise.
// After reset nothing that says valid, ready or granted is X, and no word that is handed over has an X in it. Icarus.
`timescale 1ns / 1ps
module reset_tb;
  reg        clk = 0, rst_n = 0;
  reg        in_valid = 0, out_ready = 0;
  reg  [7:0] in_data = 8'hxx;
  wire       fifo_ready, fifo_valid, skid_ready, skid_valid, overflow;
  wire [7:0] fifo_data, skid_data;
  wire [3:0] grant;
  reg [59:0] take = {60{1'bx}}, give = {60{1'bx}}, init = {60{1'bx}};
  reg  [3:0] want = 0, gives = 0;
  reg        load = 0;
  integer    n, bad = 0, words = 0, grants = 0, seed = 1;
  always #5 clk = !clk;

  bonnet_fifo fifo (.clk_i(clk), .rst_ni(rst_n), .valid_i(in_valid), .ready_o(fifo_ready), .data_i(in_data),
                    .valid_o(fifo_valid), .ready_i(out_ready), .data_o(fifo_data));
  bonnet_skid skid (.clk_i(clk), .rst_ni(rst_n), .valid_i(in_valid), .ready_o(skid_ready), .data_i(in_data),
                    .valid_o(skid_valid), .ready_i(out_ready), .data_o(skid_data));
  bonnet_sems sems (.clk_i(clk), .rst_ni(rst_n), .load_i(load), .init_i(init), .want_i(want), .take_i(take), .gnt_o(grant),
                    .give_valid_i(gives), .give_i(give), .overflow_o(overflow));

  task known(input ok, input [8*12-1:0] what);
    if (ok !== 1'b1) begin
      bad = bad + 1;
      if (bad < 5) $display("X at %0s, cycle %0d", what, n);
    end
  endtask
  initial begin
    for (n = 0; n < 4; n = n + 1) @(negedge clk);
    rst_n = 1;
    for (n = 4; n < 2000; n = n + 1) begin
      #4;  // before the rising edge everything has settled
      known(^{fifo_ready, fifo_valid} !== 1'bx, "fifo");
      known(^{skid_ready, skid_valid} !== 1'bx, "skid");
      if (fifo_valid === 1'b1) known(^fifo_data !== 1'bx, "fifo data");
      if (skid_valid === 1'b1) known(^skid_data !== 1'bx, "skid data");
      if (n > 6) known(^{grant, overflow} !== 1'bx, "sems");
      words  = words + ((fifo_valid && out_ready) === 1'b1);
      grants = grants + (|grant === 1'b1);
      @(negedge clk);
      in_valid  = $random(seed);
      in_data   = in_valid ? $random(seed) : 8'hxx;
      out_ready = $random(seed);
      load  = n == 4;
      init  = load ? 60'h123456789abcdef : {60{1'bx}};
      want  = (n > 6) ? $random(seed) : 0;
      take  = (want != 0) ? {4{15'd1 << ($random(seed) & 7)}} : {60{1'bx}};
      gives = (n > 6 && n[1:0] == 0) ? 4'd1 << ($random(seed) & 3) : 0;
      give  = (gives != 0) ? {4{15'd1 << ($random(seed) & 7)}} : {60{1'bx}};
    end
    if (words < 100 || grants < 100) bad = bad + 1;
    $display("%0s %0d words, %0d grants, %0d unknown", bad ? "FAIL" : "PASS", words, grants, bad);
    $finish;
  end
endmodule
