# bench: bonnet_stem
