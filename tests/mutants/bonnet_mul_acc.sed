# bench: bonnet_fc
s/if (mul_en_i) begin/if (1'b1) begin/
s/if (en_i) begin : accumulate/if (1'b1) begin : accumulate/
