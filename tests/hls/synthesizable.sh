#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# synthesizable.sh SIZES_DIR [FILE.c ...] - are these files of hls/ (all of them) C that a synthesis tool takes? No vendor's tool says so here; this is what can
# be said without one, for both geometries:
#   - gcc and clang build it as C99 without a warning;
#   - every loop is `for (TYPE v = ..; v < BOUND; v++)`, BOUND a constant, and its body leaves v alone; it may end early. No while, do, goto (tests/hls/loops.py);
#   - nothing is called that hls/ does not define, so no heap, no input or output; nothing calls itself, also by way of others; no call by a pointer;
#   - no pointer to a pointer, no pragma that Vitis HLS does not know.
# Exit 0: yes. 1: no, one line each. 77: a tool is missing.
set -eu
cd "$(dirname "$0")/../.."
sizes=$1
shift
files=("$@")
[ ${#files[@]} -gt 0 ] || files=(hls/hls_*.c)
for tool in gcc clang python3 nm tsort; do
    command -v $tool > /dev/null || { echo "SKIP: no $tool (apt-get install gcc clang python3 binutils coreutils)"; exit 77; }
done
export CCACHE_DISABLE=1 # it would give back the object and not the call graph beside it
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
complain() { echo "not synthesizable: $*"; bad=1; }
flags=(-std=c99 -Wall -Wextra -Wpedantic -Werror -Wshadow -Wstrict-prototypes -Wvla -Wno-unknown-pragmas -Ihls -Irtl/csr "-I$sizes")

for define in -UBONNET_GEOMETRY_TINY -DBONNET_GEOMETRY_TINY; do
    rm -f "$work"/*.o "$work"/*.ci
    for file in "${files[@]}"; do
        out=$work/$(basename "$file" .c)
        gcc "${flags[@]}" $define -O0 -fcallgraph-info -c "$file" -o "$out.o" || { complain "$file: gcc"; continue; }
        clang "${flags[@]}" $define -O1 -c "$file" -o /dev/null || complain "$file: clang"
        gcc "${flags[@]}" $define -E "$file" -o "$out.i"
        python3 tests/hls/loops.py "$file" "$out.i" > "$out.bounds" || bad=1
        # The bounds as a compiler sees them, at the end of the file they come from.
        cat "$out.i" "$out.bounds" > "$out.bounded.i"
        gcc -std=c11 -w -fsyntax-only "$out.bounded.i" 2> "$out.log" || complain "$file: a bound is no positive constant: $(grep -m1 error "$out.log")"
    done
    # What is used and not defined; gcc itself may ask for the first two, and a tool knows them.
    nm -f posix "$work"/*.o | awk 'NF >= 2 && $2 ~ /^[A-TV-Z]$/ {have[$1]} $2 == "U" {use[$1]} END {for (n in use) if (!(n in have)) print n}' |
        grep -vxE 'memcpy|memset|_GLOBAL_OFFSET_TABLE_' > "$work/outside" || true
    [ ! -s "$work/outside" ] || complain "$define: not of hls/: $(paste -sd' ' "$work/outside")"
    # Edges of the call graph, caller and callee, over all files; static functions carry their file's name.
    sed -n 's/.*edge: { sourcename: "\([^"]*\)" targetname: "\([^"]*\)".*/\1 \2/p' "$work"/*.ci > "$work/edges"
    [ -s "$work/edges" ] || complain "$define: the compiler shows no call at all"
    ! grep -q '__indirect_call' "$work/edges" || complain "$define: a call by a pointer in $(grep __indirect_call "$work/edges" | cut -d' ' -f1 | paste -sd' ')"
    awk '$1 == $2 {print $1}' "$work/edges" > "$work/self" # tsort takes such a pair for a lone node
    [ ! -s "$work/self" ] || complain "$define: calls itself: $(sort -u "$work/self" | paste -sd' ')"
    tsort "$work/edges" > /dev/null 2> "$work/cycle" || complain "$define: calls in a circle: $(sed 's/^tsort: //' "$work/cycle" | paste -sd' ')"
done
[ $bad = 0 ] && echo "hls: ${#files[@]} files, gcc and clang, both geometries: fixed bounds, no recursion, no heap, no call by a pointer"
exit $bad
