# bench: bonnet_stem
s/prow_i + bonnet_pkg::SpRowW'(next_q)/prow_i/
s/!go_i \&\& (ready_q/(ready_q/
s/load_q <= next_q != Rows - 3'd1/load_q <= next_q != Rows - 3'd2/
