s/if (re_i) rdata_o/rdata_o/
s/BusBits\*wcol_i +: BusBits/0 +: BusBits/
s/mem\[wrow_i\]/mem[row_i]/
