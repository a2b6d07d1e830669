// SPDX-License-Identifier: Apache-2.0
// dsp_operands.svh - operands at random and at their ends, for the benches of the DSP blocks. Included inside a module that has an integer seed.
  function integer below(input integer m);
    below = $unsigned($random(seed)) % m;
  endfunction
  function integer pick(input integer lo, input integer hi);   // both ends included
    case (below(6))
      0:       pick = lo;
      1:       pick = hi;
      default: pick = lo + below(hi - lo + 1);
    endcase
  endfunction
  function integer s16(input [15:0] x);
    s16 = $signed(x);
  endfunction
