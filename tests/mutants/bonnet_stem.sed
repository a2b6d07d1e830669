s/run_q \&\& !slices_busy/run_q/
s/(lines_busy || pool_busy)/lines_busy/
s/!(last_q \&\& (/!((/
s/strip_go \&\& fresh;/strip_go;/
s/run_q \&\& !finished/run_q/
