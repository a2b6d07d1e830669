# bench: bonnet_conv
