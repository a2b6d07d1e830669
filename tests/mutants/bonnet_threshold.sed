s/SumW\*l +: SumW\]) >= tp/SumW*l +: SumW]) > tp/
s/>= tp\[64\*l + 16\*j +: 13\]/>= tp[64*l + 16*(3-j) +: 13]/
s/and_flags\[l\] = tp\[64\*l + 15\]/and_flags[l] = tp[64*l + 31]/
s/assign ready_o = .*/assign ready_o = !valid_q;/
s/valid_i(prow_valid_i)/valid_i(prow_valid_i \&\& !valid_i)/
s/done_i(prow_done_i)/done_i(prow_done_i \&\& valid_i)/
s/row\[BeatBits\*beat_i/row[BeatBits*(7-beat_i)/
s/take || (valid_q && !ready_i)/take/
s/last_q <= last_i/last_q <= !last_i/
