# SPDX-License-Identifier: Apache-2.0
# macros.awk DUMP - the memories that synth.tcl left out, as JSON: [{"words": n, "bits": n a word, "read": ports, "write": ports, "n": how many}]
/^ *cell / { kind = $2; words = bits = read = write = 0 }
/parameter .*\\(SIZE|Depth) / { words = $NF }
/parameter .*\\(WIDTH|Width) / { bits = $NF }
/parameter .*\\RD_PORTS / { read = $NF }
/parameter .*\\WR_PORTS / { write = $NF }
/^ *end *$/ && kind != "" {
    if (kind ~ /1r1w/) read = write = 1
    key = sprintf("\"words\": %d, \"bits\": %d, \"read\": %d, \"write\": %d", words, bits, read, write)
    if (!(key in n)) order[++keys] = key
    n[key]++
    kind = ""
}
END {
    printf "["
    for (i = 1; i <= keys; i++) printf "%s{%s, \"n\": %d}", (i > 1 ? ", " : ""), order[i], n[order[i]]
    print "]"
}
