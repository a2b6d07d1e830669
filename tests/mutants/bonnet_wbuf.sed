s/if (re_i) rdata_o/rdata_o/
s/wcol_i == ColW'(c)/wcol_i == '0/
s/ && wcol_i == ColW'(c)//
s/mem\[wrow_i\]/mem[row_i]/
