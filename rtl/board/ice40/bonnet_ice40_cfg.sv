// SPDX-License-Identifier: Apache-2.0
//
// bonnet_ice40_cfg - the five words of a descriptor, as they come over the wire, in registers. Bits without a name are not kept.
//
//   word 0  in [13:0], in_row [29:16], in_pix [45:32], in_step [61:48]
//   word 1  in_h [7:0], in_w [23:16], out_h [39:32], out_w [55:48], each less one
//   word 2  weights [13:0], out [29:16], out_pix [45:32], depth - 1 [55:48], tiles - 1 [63:56]
//   word 3  res [13:0], res_pix [29:16], pass [45:32], pass_pix [61:48]
//   word 4  nibble [7:0], kernel3 [8], stride2 [9], dilation2 [10], pool2 [11], post [13:12], slices4 [14], raw [15], rows [23:16]
//
// Test    tests/rtl/bonnet_ice40_tb.cpp, tests/ice40
`default_nettype none
module bonnet_ice40_cfg (
  input  wire logic                          clk_i,
  input  wire logic                          we_i,
  input  wire logic [2:0]                    word_i,
  /* verilator lint_off UNUSEDSIGNAL */               // bits without a name
  input  wire logic [63:0]                   data_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output      bonnet_ice40_pkg::cfg_t        cfg_o
);
  bonnet_ice40_pkg::cfg_t q;
  assign cfg_o = q;
  always_ff @(posedge clk_i) if (we_i) begin
    unique case (word_i)
      3'd0: {q.in_step, q.in_pix, q.in_row, q.in} <= {data_i[61:48], data_i[45:32], data_i[29:16], data_i[13:0]};
      3'd1: {q.out_w, q.out_h, q.in_w, q.in_h} <= {data_i[55:48], data_i[39:32], data_i[23:16], data_i[7:0]};
      3'd2: {q.tiles, q.depth, q.out_pix, q.out, q.weights} <= {data_i[63:48], data_i[45:32], data_i[29:16], data_i[13:0]};
      3'd3: {q.pass_pix, q.pass, q.res_pix, q.res} <= {data_i[61:48], data_i[45:32], data_i[29:16], data_i[13:0]};
      3'd4: begin
        {q.raw, q.slices4, q.post, q.pool2, q.dilation2, q.stride2, q.kernel3, q.nibble} <= data_i[15:0];
        q.rows <= data_i[23:16];
      end
      default: ;
    endcase
  end
endmodule
`default_nettype wire
