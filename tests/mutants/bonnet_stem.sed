s/\&\& !slices_busy;/;/
s/\&\& !pool_busy \&\&/\&\&/
s/run_q \&\& !finished/run_q/
