s/SumW\*l +: SumW\]) >= row/SumW*l +: SumW]) > row/
s/>= row\[64\*l + 16\*j +: 13\]/>= row[64*l + 16*(3-j) +: 13]/
s/and_flags\[l\] = row\[64\*l + 15\]/and_flags[l] = row[64*l + 31]/
s/compare(sum_i, row_q\[tile_i\])/compare(sum_i, row_q[0])/
s/row_q\[prow_tile_i\] <= prow_data_i/row_q[!prow_tile_i] <= prow_data_i/
s/assign ready_o = .*/assign ready_o = !valid_q;/
s/take || (valid_q && !ready_i)/take/
s/last_q <= last_i/last_q <= !last_i/
s/row_q\[beat_tile_i\]/row_q[!beat_tile_i]/
