s/ \^ {8{8'h80}}//
s/even = first_i ? '0 : /even = /
s/odd  = first_i ? '0 : /odd  = /
s/11'd0/11'd1/
s/{!s\[18\], s\[17:0\]}/s[18:0]/
s/\$signed({!s\[18\]/({!s[18]/
s/\$signed(s\[37:19\])/s[37:19]/
s/i < 8; i++) s = s/i < 7; i++) s = s/
s/logic signed \[37:0\]  s;/logic signed [36:0]  s;/
