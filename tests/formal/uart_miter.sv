// SPDX-License-Identifier: Apache-2.0
//
// uart_miter - bonnet_uart_tx into bonnet_uart_rx, four clocks a bit: what is sent arrives, once, in order, and nothing else. For uart.ys.
// Two bytes are on their way at most: the next may be taken in the last cycles before the one before it is heard.
`default_nettype none
module uart_miter (
  input  wire logic       clk_i,
  input  wire logic       rst_ni,
  input  wire logic       valid_i,
  input  wire logic [7:0] data_i
);
  logic       ready, line, valid, error, take;
  logic [7:0] data, last_q, before_q;
  logic [1:0] owed_q;
  logic [5:0] age_q;  // cycles since the byte that is owed first was taken; at most 41, the start of the stop bit and the way through the receiver
  logic [2:0] up_q;   // the receiver's first cycles after the reset see the synchroniser, not the line: the sender waits for them
  bonnet_uart_tx #(.ClocksPerBit(4)) u_tx (.clk_i, .rst_ni, .valid_i, .ready_o(ready), .data_i, .tx_o(line));
  bonnet_uart_rx #(.ClocksPerBit(4)) u_rx (.clk_i, .rst_ni, .rx_i(line), .valid_o(valid), .error_o(error), .data_o(data));
  assign take = valid_i && ready;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {owed_q, age_q, up_q} <= '0;
    end else begin
      owed_q <= owed_q + {1'b0, take} - {1'b0, valid};
      if (owed_q == 0 || valid) age_q <= '0;
      else                      age_q <= age_q + 1'b1;
      if (up_q != 4) up_q <= up_q + 1'b1;
    end
  end
  always_ff @(posedge clk_i) if (take) {before_q, last_q} <= {last_q, data_i};
  always @(posedge clk_i) if (rst_ni) begin
    Settled_A: assume (up_q == 4 || !valid_i);
    Owed_A: assert (!valid || owed_q != 0);
    Room_A: assert (owed_q != 3);
    Same_A: assert (!valid || data == (owed_q == 2 ? before_q : last_q));
    InTime_A: assert (age_q <= 41);
    NoError_A: assert (!error);
  end
endmodule
`default_nettype wire
