# bench: bonnet_wbuf
