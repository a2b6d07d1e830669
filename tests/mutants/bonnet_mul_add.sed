# bench: bonnet_head
s/ + Add;/;/
s/product(a_i\[16\*l +: 16\], b_i/product(b_i[16*l +: 16], b_i/
