# bench: -
# by: chip
# proof: top_pins
# Outputs that are swapped, or one for the other: wiring has no operators.
s/.rd_idle_i(rd_idle), .wr_idle_i(wr_idle)/.rd_idle_i(1'b1), .wr_idle_i(wr_idle)/
s/.rd_idle_i(rd_idle), .wr_idle_i(wr_idle)/.rd_idle_i(rd_idle), .wr_idle_i(1'b1)/
s/.beat_in_i(rd_beat), .beat_out_i(wr_beat)/.beat_in_i(wr_beat), .beat_out_i(rd_beat)/
s/.taken_o({stem_taken, load_taken, seq_taken})/.taken_o({stem_taken, seq_taken, load_taken})/
s/.rd_err_i(rd_err)/.rd_err_i(1'b0)/
s/.wr_err_i(wr_err)/.wr_err_i(1'b0)/
s/.rd_err_client_i(rd_err_client)/.rd_err_client_i(2'd0)/
s/.unit_bad_i({store_bad, stem_bad, conv_bad, load_bad})/.unit_bad_i({store_bad, conv_bad, stem_bad, load_bad})/
s/.rd_base_i(rd_sum_base)/.rd_base_i(2'd1)/
s/.wr_base_i(wr_sum_base)/.wr_base_i(2'd2)/
s/.clear_i(start)/.clear_i(1'b0)/
s/.flush_i(flush), .idle_o(rd_idle)/.flush_i(1'b0), .idle_o(rd_idle)/
s/.flush_i(flush), .idle_o(wr_idle)/.flush_i(1'b0), .idle_o(wr_idle)/
s/.wstrb_i(wstrb)/.wstrb_i('1)/
