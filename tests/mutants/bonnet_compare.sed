# bench: bonnet_threshold
s/Width\*l +: Width\]) >= row/Width*l +: Width]) > row/
s/>= row_i\[64\*l + 16\*j +: 13\]/>= row_i[64*l + 16*(3-j) +: 13]/
