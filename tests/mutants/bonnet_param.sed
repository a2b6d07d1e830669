# bench: bonnet_rows
s/next_q && (!here_q || done_i)/next_q \&\& done_i/
s/next_q && (!here_q || done_i)/next_q/
s/valid_i || (next_q && !move)/valid_i || next_q/
s/valid_i || (next_q && !move)/valid_i/
s/move || (here_q && !done_i)/here_q \&\& !done_i/
s/move || (here_q && !done_i)/move || here_q/
s/if (move)    row_o/if (valid_i) row_o/
