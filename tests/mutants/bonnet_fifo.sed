s/ready_o = count_q != CountW'(Depth)/ready_o = count_q != CountW'(Depth - 1)/
s/ready_o = count_q != CountW'(Depth)/ready_o = 1'b1/
s/valid_o = count_q != '0/valid_o = count_q > CountW'(1)/
s/if (push != pop) count_q/if (push || pop) count_q/
s/mem_q\[rptr_q\];/mem_q[wptr_q];/
