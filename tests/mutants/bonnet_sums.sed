s/fold = fold + beat\[64\*w +: 64\]/fold = fold ^ beat[64*w +: 64]/
s/logic \[63:0\] model_q, input_q, output_q, scratch_q;/logic [63:0] input_q, output_q, scratch_q; logic [62:0] model_q;/
s/wr_base_i == 2'd3,/wr_base_i[1],/
s/wr_base_i == 2'd2,/wr_base_i != 2'd3,/
s/rd_base_i == 2'd1,/rd_base_i[0],/
s/rd_base_i == 2'd0}/!rd_base_i[0]}/
s/end else if (clear_i) begin/end else if (1'b0) begin/
s/if (add_q\[1\]) input_q   <= input_q + rd_q;/if (add_q[1]) input_q <= input_q + 64'(rd_q[62:0]);/
s/if (add_q\[3\]) scratch_q <= scratch_q + wr_q;/if (add_q[3]) scratch_q <= wr_q;/
s/if (add_q\[2\]) output_q  <=/else if (add_q[2]) output_q <=/
s/if (wr_valid_i) wr_q <=/if (wr_valid_i \&\& !rd_valid_i) wr_q <=/
