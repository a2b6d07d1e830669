s/bits_q\[Lanes\*j + l\] <= ge\[4\*l + j\]/bits_q[Lanes*j + l] <= ge[4*l + 3 - j]/
s/and_flags\[l\] = tp\[64\*l + 15\]/and_flags[l] = tp[64*l + 31]/
s/assign ready_o = .*/assign ready_o = !valid_q;/
s/take || (valid_q && !ready_i)/take/
s/last_q <= last_i/last_q <= !last_i/
