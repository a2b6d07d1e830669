s/prow_valid_i \&\& !prow_second_i/prow_valid_i/
s/prow_valid_i \&\& prow_second_i/prow_valid_i/
s/done_i(done_second_i)/done_i/
s/slopes(prow_data_i)/slopes(~prow_data_i)/
s/row_o\[64\*Macs\*beat_i/row_o[64*Macs*(7-beat_i)/
s/slope\[16\*Macs\*beat_i/slope[16*Macs*(7-beat_i)/
s/if (beat_en_i) begin/if (1'b1) begin/
