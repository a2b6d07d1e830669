s/else if (re_ctrl)                   done_q  <= 1'b0;/else if (1'b0) done_q <= 1'b0;/
s/isr_q <= isr_q ^ wdata_i\[1:0\]/isr_q <= isr_q \& ~wdata_i[1:0]/
s/isr_q <= isr_q | ier_q;/isr_q <= 2'b11;/
s/assign irq_o    = gie_q \&\& /assign irq_o    = /
s/(frames_q \& ~wmask) | (wdata_i \& wmask)/wdata_i/
s/20'h00004;/20'h00003;/
s/{12'd0, cause_q}/{16'd0, cause_q[15:0]}/
s/32'(raddr_i\[14:5\]) < bonnet_pkg::Records/32'(raddr_i[14:5]) < 200/
s/re_rec = raddr_i\[15\] \&\& /re_rec = /
s/word_q < 3'd6/word_q < 3'd7/
s/assign halt_o   = we_reset || (busy_q \&\& sts_i.stop);/assign halt_o   = we_reset;/
s/\&\& ready_i \&\& !we_reset;/\&\& !we_reset;/
s/SUM_OUTPUT_LO_ADDR:  reg_q <= sums_i\[128/SUM_OUTPUT_LO_ADDR:  reg_q <= sums_i[64/
s/sums_i\[224 +: 32\]/sums_i[192 +: 32]/
