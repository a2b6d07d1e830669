// SPDX-License-Identifier: Apache-2.0
// bonnet_head: what its neighbours promise, and what is asked beyond its own contract. The end of its file, for bonnet_head.ys.
endmodule
