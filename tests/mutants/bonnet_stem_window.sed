# bench: bonnet_stem
s/if (col_first_i) win_q/if (1'b0) win_q/
s/!full_q || copy/!full_q/
s/(!busy_q || (tap_ready_i \&\& tap_last_o))/(!busy_q || tap_last_o)/
s/Col\*(2 + kx)/Col*(1 + kx)/
s/cfg_i.is_signed \&\& //
s/p\*7 + ky)\*7/p*7 + ky)*6/
