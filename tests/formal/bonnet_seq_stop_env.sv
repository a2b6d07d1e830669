// SPDX-License-Identifier: Apache-2.0
// bonnet_seq_stop: what its neighbours promise, and what is asked beyond its own contract. The end of its file, for bonnet_seq_stop.ys.
always @(posedge clk_i) if (rst_ni) begin
  assume (!start_i || !running_q);                                     // one job at a time
  if ($past(rst_ni && running_q)) assume ($stable(limit_i));           // the job's configuration
  Watchdog_A: assert (!(running_q && limit_i != '0) || quiet_q <= limit_i);
  Late_A:     assert (!(running_q && late) || stop_d);
end
endmodule
