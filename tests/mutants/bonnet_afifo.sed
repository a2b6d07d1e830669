s/assign wready_o = wfree_o != '0/assign wready_o = wfree_o > (AddrW+1)'(1)/
s/assign wready_o = wfree_o != '0/assign wready_o = 1'b1/
s/assign rvalid_o = wgray_r != rgray_q/assign rvalid_o = 1'b1/
s/to_gray = n ^ (n >> 1)/to_gray = n/
s/\^(g >> i)/g[i]/
s/(AddrW+1)'(Depth) - (wptr_q - rptr_w)/(AddrW+1)'(Depth) - (wptr_q - rptr_q)/
s/mem_q\[rptr_q\[AddrW-1:0\]\]/mem_q[rptr_d[AddrW-1:0]]/
s/rptr_q + (AddrW+1)'(rvalid_o \&\& rready_i)/rptr_q + (AddrW+1)'(rready_i)/
s/rgray_q <= to_gray(rptr_d)/rgray_q <= to_gray(rptr_q)/
s/wgray_q <= to_gray(wptr_d)/wgray_q <= to_gray(wptr_d + 1'b1)/
s/      wptr_q  <= '0;//
