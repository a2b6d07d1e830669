# bench: bonnet_ice40
s/q.res_pix, q.res} <= {data_i\[61:48\], data_i\[45:32\], data_i\[29:16\]/q.res_pix, q.res} <= {data_i[61:48], data_i[45:32], data_i[45:32]/
