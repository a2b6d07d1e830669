# bench: bonnet_ice40
