# SPDX-License-Identifier: Apache-2.0
# mutants.awk FILE.sv - every operator, comparison, constant, condition and assignment of a module, broken one at a time.
#   -v mode=list     a line per mutant: number, tab, name. The name is the statement with [[old => new]] in it, and " #n" behind where the
#                    module has the same statement n times; it survives a shift of lines.
#   -v mode=all      the module with all mutants in it: +PLUS=<number> on the command line of the simulation chooses one, 0 none
#   -v plus=PLUS     that name
#   -v mode=N        the module with mutant N
#   -v edits=FILE    further mutants, a line each: line number, tab, name, tab, what stands in that line instead. Those whose change lies
#                    within one expression come with the rest, after those of the expression; the others are left to whoever made the file.
#   -v byhand=1      those alone
#   -v at=FILE       mode=all: the number is read from that file instead, for a program that gives no command line to the model
# Broken: right sides of assignments, conditions of `if`, connections of instances; and each assignment of a process left out.
# Left alone: the header, declarations, contracts (`BONNET_..., $error), blocks of `ifdef FORMAL or SYNTHESIS, bounds, part selects' widths,
# case labels, unused_*. What this cannot think of stands in the hand-written list, MODULE.sed.

# Where the bracket that opens at i closes; 0 when it does not.
function closes(s, i,    depth, c) {
    for (depth = 0; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (c ~ /[(\[{]/) depth++
        if (c ~ /[)\]}]/ && --depth == 0) return i
    }
    return 0
}
function pow2(n) { return n >= 30 ? 1073741824 : 2 ^ n }
# One mutant of the region [beg, fin) of stmt: [from, from+len) becomes text.
function put(from, len, text,    name, variant) {
    if (byhand) return
    count++
    name = substr(stmt, 1, from - 1) "[[" substr(stmt, from, len) " => " text "]]" substr(stmt, from + len)
    sub(/^[ \t]+/, "", name)
    seen[name]++
    if (seen[name] > 1) name = name " #" seen[name]
    if (mode == "list") printf "%d\t%s\n", count, name
    variant = substr(stmt, beg, from - beg) text substr(stmt, from + len, fin - from - len)
    if (mode == "all") chain = chain "mut__ == " count " ? (" variant ") : "
    if (mode == count) only = variant
}
# What the edits of this line make of the region [b, f).
function edited(b, f,    e, alt, p, q) {
    for (e in alts) {
        alt = alts[e]
        for (p = 1; p <= length(stmt) && substr(stmt, p, 1) == substr(alt, p, 1); p++) ;
        for (q = 0; q < length(stmt) - p + 1 && q < length(alt) - p + 1 && substr(stmt, length(stmt) - q, 1) == substr(alt, length(alt) - q, 1); q++) ;
        # The first difference is at p, the last q characters are the same.
        if (p < b || length(stmt) - q > f - 1 || substr(alt, b, length(alt) - length(stmt) + f - b) ~ /^ *$/) continue
        count++
        if (mode == "list") printf "%d\t%s\n", count, named[e]
        alt = substr(alt, b, length(alt) - length(stmt) + f - b)
        if (mode == "all") chain = chain "mut__ == " count " ? (" alt ") : "
        if (mode == count) only = alt
        delete alts[e]
    }
}
# A sized number at i: its neighbours. Returns its length, 0 if there is none.
function number(i,    rest, w, v, n) {
    rest = substr(stmt, i, fin - i)
    if (match(rest, /^[0-9]+'d[0-9]+/)) {
        n = RLENGTH; w = rest + 0; v = substr(rest, index(rest, "d") + 1) + 0
        put(i, n, w "'d" ((v + 1) % pow2(w)))
        if (v > 0 && (v + 1) % pow2(w) != v - 1) put(i, n, w "'d" (v - 1))
        return n
    }
    if (match(rest, /^[0-9]+'b[01]+/)) {
        n = RLENGTH
        put(i, n, substr(rest, 1, n - 1) (substr(rest, n, 1) == "1" ? "0" : "1"))
        return n
    }
    return 0
}
# All mutants of one expression, [b, f) of stmt; returns what stands there instead.
function region(b, f, condition,    i, c, two, end, n, before, old) {
    beg = b; fin = f; chain = ""; only = ""
    old = substr(stmt, b, f - b)
    if (condition) { put(b, f - b, "1'b1"); put(b, f - b, "1'b0") }
    for (i = b; i < f; i++) {
        c = substr(stmt, i, 1); two = substr(stmt, i, 2); before = (i > b) ? substr(stmt, i - 1, 1) : " "
        if (c == "[") {  # a part select: leave it alone; an index counts
            end = closes(stmt, i)
            if (end && substr(stmt, i, end - i) ~ /:/) { i = end; continue }
        }
        if (c == "(" && substr(stmt, i) ~ /^\([a-z][a-z0-9_]*[+-]/) {  # a cast as wide as a genvar says: one less may be nothing
            end = closes(stmt, i)
            if (end && substr(stmt, end + 1, 2) == "'(") { i = end; continue }
        }
        if (c ~ /[0-9]/ && before !~ /[A-Za-z0-9_'$]/) {
            n = number(i)
            if (n) { i += n - 1; continue }
            if (match(substr(stmt, i), /^[0-9]+/)) {
                n = RLENGTH
                if (before == "[" && substr(stmt, i + n, 1) == "]") {  # an index
                    put(i, n, substr(stmt, i, n) + 1)
                    if (substr(stmt, i, n) + 0 > 0) put(i, n, substr(stmt, i, n) - 1)
                }
                i += n - 1; continue
            }
        }
        if (two == "'0" && before !~ /[0-9]/) { put(i, 2, "'1"); i++; continue }
        if (two == "'1" && before !~ /[0-9]/) { put(i, 2, "'0"); i++; continue }
        if (two == "==") { put(i, 2, "!="); i++; continue }
        if (two == "!=") { put(i, 2, "=="); i++; continue }
        if (two == "&&") { put(i, 2, "||"); i++; continue }
        if (two == "||") { put(i, 2, "&&"); i++; continue }
        if (two == ">=") { put(i, 2, ">"); put(i, 2, "<"); i++; continue }
        if (two == "<=") { put(i, 2, "<"); put(i, 2, ">"); i++; continue }
        if (substr(stmt, i, 3) ~ /^(>>>|<<<)$/) { i += 2; continue }
        if (two == "<<") { put(i, 2, ">>"); i++; continue }
        if (two == ">>") { put(i, 2, "<<"); i++; continue }
        if (c == "<") { put(i, 1, "<="); put(i, 1, ">="); continue }
        if (c == ">") { put(i, 1, ">="); put(i, 1, "<="); continue }
        if (c == "+") { put(i, 1, "-"); continue }
        if (c == "-") { put(i, 1, (before ~ /[A-Za-z0-9_)\]}]/ || (before == " " && substr(stmt, i + 1, 1) == " ")) ? "+" : ""); continue }
        if (c == "*") { put(i, 1, "+"); continue }
        if (c == "&") { put(i, 1, "|"); continue }
        if (c == "|") { put(i, 1, "&"); continue }
        if (c == "^") { put(i, 1, "|"); continue }
        if (c == "!" || c == "~") { put(i, 1, ""); continue }
        if (c == "?") { put(i, 1, "&& 1'b0 ?"); put(i, 1, "|| 1'b1 ?"); continue }
    }
    edited(b, f)
    if (only != "") return only
    return chain == "" ? old : " (" chain "(" old "))"
}
# A statement, with everything broken that can be broken in it.
function broken(    i, out, start, end, rest, word, held, number_, connects, lead) {
    out = ""; start = 1; connects = stmt ~ /^[ \t]*(bonnet_|\.|\) u_)/
    for (i = 1; i <= length(stmt); ) {
        rest = substr(stmt, i)
        before = (i > 1) ? substr(stmt, i - 1, 1) : " "
        if (match(rest, /^("[^"]*"|\{[^}]*\}):/)) {  # a case label
            out = out substr(rest, 1, RLENGTH); i += RLENGTH; start = 0
        } else if (before !~ /[A-Za-z0-9_]/ && match(rest, /^(if|case|for) \(|^@ ?\(|^#\(/)) {
            end = closes(stmt, i + RLENGTH - 1)
            if (!end) break
            if (rest ~ /^if/) out = out "if (" region(i + RLENGTH, end, 1) ")"
            else out = out substr(stmt, i, end - i + 1)
            i = end + 1; start = 0
        } else if (before !~ /[A-Za-z0-9_]/ && match(rest, /^(else|begin|end|unique|priority|default:|assign|always_ff|always_comb|[0-9]+'[bd][0-9]+:|[A-Z][A-Za-z0-9_]*:)([^A-Za-z0-9_]|$)/)) {
            match(rest, /^[A-Za-z0-9_':]+/)
            out = out substr(rest, 1, RLENGTH); i += RLENGTH; start = 0
        } else if (connects && match(rest, /^\.[a-z0-9_]+ *\(/)) {
            end = closes(stmt, i + RLENGTH - 1)
            if (!end) break
            output = rest ~ /^\.[a-z0-9_]+_o *\(/   # what is driven there is no expression
            out = out substr(rest, 1, RLENGTH) (output ? substr(stmt, i + RLENGTH, end - i - RLENGTH) : region(i + RLENGTH, end, 0)) ")"
            i = end + 1
        } else if (!connects && match(rest, /^(<=|=)/) && before != "=" && substr(rest, RLENGTH + 1, 1) != "=") {
            word = substr(rest, 1, RLENGTH)
            for (end = i; end <= length(stmt) && substr(stmt, end, 1) != ";"; end++) if (substr(stmt, end, 1) ~ /[(\[{]/) { end = closes(stmt, end); if (!end) break }
            if (!end || end > length(stmt)) break
            lead = substr(out, start_out + 1); out = substr(out, 1, start_out)
            rest = lead word region(i + RLENGTH, end, 0) ";"
            if (stmt !~ /^[ \t]*assign/) {  # the assignment that does not happen
                beg = start; fin = end; chain = ""; only = ""
                put(start, end - start, "")
                if (mode == "all" && !byhand) rest = "begin if (mut__ != " count ") " rest " end"
                if (mode == count && !byhand) rest = ";"
            }
            out = out rest; i = end + 1; start = 0
        } else {
            if (rest ~ /^[(\[{]/ && closes(stmt, i)) { end = closes(stmt, i); held = substr(stmt, i, end - i + 1) } else { held = substr(rest, 1, 1); end = i }
            if (start == 0 && held !~ /^[ \t]$/) { start = i; start_out = length(out) }
            if (start == 1 && out == "") start_out = 0
            if (held == ";") start = 0
            out = out held; i = end + 1
        }
    }
    return out substr(stmt, i)
}
function skipped(s) {
    return s ~ /^[ \t]*(logic|localparam|genvar|typedef|enum|function|endfunction|module|endmodule|int |initial|`|for \(genvar)/ || s ~ /unused|BONNET_A|\$error|begin :/
}
function flush_(    text) {
    if (stmt ~ /^[ \t]*$/ || skipped(stmt)) text = stmt
    else text = broken()
    if (mode != "list") print text
    stmt = ""
    split("", alts)
}
# A line of a statement, as it is kept.
function kept(line) {
    sub(/[ \t]*\/\/.*/, "", line)
    gsub(/\/\*[^*]*\*\//, "", line)
    return line
}
function joined(line) { sub(/^[ \t]+/, " ", line); return line }
BEGIN {
    if (edits != "") while ((getline line < edits) > 0) {
        total++
        split(line, field, "\t")
        where[total] = field[1]; named[total] = field[2]; becomes[total] = substr(line, length(field[1]) + length(field[2]) + 3)
    }
}
function show(s) { if (mode != "list") print s }

# What the tools of proof and synthesis alone see is hidden; the two halves of any other `ifdef are not.
/^[ \t]*`ifn?def / { depth_++; here[depth_] = hidden; matters[depth_] = /(FORMAL|SYNTHESIS)/; if (matters[depth_]) hidden = /`ifdef/ ? 1 : hidden }
/^[ \t]*`else/ && matters[depth_] { hidden = here[depth_] ? 1 : !hidden }
/^[ \t]*`endif/ { hidden = here[depth_]; depth_-- }
/\/\/ ---- contract/ { body = 0 }
/^\);/ && !begun {
    show($0); body = begun = 1
    if (mode == "all" && at != "") show("  int mut__, file__; initial begin file__ = $fopen(\"" at "\", \"r\"); if ($fscanf(file__, \"%d\", mut__) != 1) mut__ = 0; $fclose(file__); end")
    if (mode == "all" && at == "") show("  int mut__; initial if (!$value$plusargs(\"" plus "=%d\", mut__)) mut__ = 0;")
    next
}
!body || hidden || /^[ \t]*`/ { show($0); next }
{
    line = kept($0)
    for (e in alts) alts[e] = alts[e] joined(line)
    for (e = 1; e <= total; e++) if (where[e] == NR) alts[e] = (stmt == "") ? kept(becomes[e]) : stmt joined(kept(becomes[e]))
    if (stmt == "") stmt = line
    else stmt = stmt joined(line)
    # A statement goes on until it says that it ends.
    if (stmt ~ /^[ \t]*$|;[ \t]*$|begin([ \t]*: *[a-z_]+)?[ \t]*$|(end|else|endcase|endmodule|endfunction|always_comb)[ \t]*$|case \(.*\)( inside)?[ \t]*$|\([ \t]*$|,[ \t]*$|^[ \t]*(\.|bonnet_).*$|^[ \t]*\)/ && \
        !(stmt ~ /^[ \t]*(assign|logic|localparam|typedef)/ && stmt !~ /;[ \t]*$/)) flush_()
}
END { if (stmt != "") flush_() }
