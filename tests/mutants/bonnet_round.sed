# bench: bonnet_round
s/full\[40:24\]} : full\[39:16\]/full[40:24]} : full[40:17]/
s/by8\[23:6\] : by8\[21:4\]/by8[23:6] : by8[22:5]/
s/16'hFFFF << s_i/16'hFFFE << s_i/
s/s_i\[4\] ? '0 :/1'b0 ? '0 :/
s/&& !over && !top/\&\& !over/
s/by1\[0\] && !over/by1[0]/
s/top     = !by1\[16\] &&/top     = /
