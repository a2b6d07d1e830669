# bench: bonnet_fbuf
s/2'd0:    y_o = x_i;/2'd0:    y_o = ~x_i;/
s/{x_i\[Width-1:0\], x_i\[4\*Width-1:Width\]}/{x_i[3*Width-1:0], x_i[4*Width-1:3*Width]}/
s/{x_i\[2\*Width-1:0\], x_i\[4\*Width-1:2\*Width\]}/x_i/
