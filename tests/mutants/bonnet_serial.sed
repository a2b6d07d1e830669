s/&& first && !owed_q/\&\& first/
s/(!owed_q && !only)/!only/
s/(start && only) || ack != ack_q/ack != ack_q/
s/assign status_taken = due_q && !out_valid && !busy_q/assign status_taken = due_q \&\& !busy_q/
s/out_valid ? out_data : status/status/
s/InW'(InDepth - 3)/InW'(InDepth - 2)/
s/{7'd0, op_err, 1'b0, over_err, bus_err/{7'd0, over_err, 1'b0, op_err, bus_err/
s/if (byte_q == 2'd3) busy_q/if (byte_q == 2'd2) busy_q/
