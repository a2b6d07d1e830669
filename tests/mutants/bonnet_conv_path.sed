# bench: bonnet_conv
s/\.mask_i(op_mask_i)/.mask_i(1'b0)/
