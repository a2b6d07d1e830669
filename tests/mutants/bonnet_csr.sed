s/else if (re_ctrl)                   done_q  <= 1'b0;/else if (1'b0) done_q <= 1'b0;/
s/isr_q <= isr_q ^ wdata_i\[1:0\]/isr_q <= isr_q \& ~wdata_i[1:0]/
s/isr_q <= isr_q | ier_q;/isr_q <= 2'b11;/
s/assign irq_o    = gie_q \&\& /assign irq_o    = /
s/(frames_q \& ~wmask) | (wdata_i \& wmask)/wdata_i/
s/16'h0004;/16'h0003;/
s/word_q < 3'd6/word_q < 3'd7/
s/assign halt_o   = we_reset || (busy_q \&\& sts_i.stop);/assign halt_o   = we_reset;/
s/\&\& ready_i \&\& !we_reset;/\&\& !we_reset;/
