// SPDX-License-Identifier: Apache-2.0
// bonnet_window: which weight row of which tile an address goes with. The end of its file, for conv_rows.ys.
logic [11:0] f_row, f_row_q;     // row of the tile: that of the next address, of the one that is offered
logic [7:0]  f_tile_q;
logic [3:0]  f_tap;
function automatic logic [11:0] f_times(input logic [3:0] n, input logic [7:0] step);
  f_times = (n[0] ? 12'(step) : 12'd0) + (n[1] ? 12'({step, 1'b0}) : 12'd0) + (n[2] ? 12'({step, 2'b0}) : 12'd0) + (n[3] ? 12'({step, 3'b0}) : 12'd0);
endfunction
assign f_tap = 4'(kx_q) + 4'(ky_q) + {1'b0, ky_q, 1'b0};
assign f_row = (k3 ? f_times(f_tap, desc_i[bonnet_job_pkg::CONV_DEPTH_LSB +: 8]) : 12'd0) + 12'(depth_q);
always @(posedge clk_i) if (take) {f_row_q, f_tile_q} <= {f_row, tile_q};
assign {f_run_o, f_row_o, f_next_row_o, f_tile_o, f_next_tile_o} = {run_q, f_row_q, f_row, f_tile_q, tile_q};
always @(posedge clk_i) if (rst_ni && run_q)
  Place_A: assert (kx_q != 2'd3 && ky_q != 2'd3 && depth_q <= depth1 && tile_q <= tiles1 && (k3 || (kx_q == 2'd1 && ky_q == 2'd1)));
endmodule
