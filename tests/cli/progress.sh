#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Progress: layer, frame, cycles, cycles/s and time left on a terminal, gone at the end; nothing in a pipe or with --quiet.
. "$ROOT/tests/cli/lib.sh"

# terminal COMMAND - what it writes to stderr when that is a terminal, one line per repaint.
terminal() {
    TERM=vt100 script -qec "$1 > /dev/null" raw > /dev/null 2>&1 < /dev/null || die "exit code: $1"
    sed -e 1d -e '/^Script done/d' raw | tr '\r' '\n' > seen
    checks=$((checks + 1))
}
sees() { grep -qE -- "$1" seen || { cp seen out; die "no line like '$1' on the terminal"; }; }

command -v script > /dev/null || { echo "SKIP: no script(1), which makes a terminal"; exit 77; }
terminal "$BONNET bench $bool --images 80 --walks 0"
sees '\[#+\.+\] (layer|stem|head)[a-z0-9.]*, frame [0-9]+ of 80, [0-9]+ cycles, [0-9]+ cycles/s, [0-9]+ s left'
awk '/ cycles/ { match($0, /[0-9]+ cycles/); n = substr($0, RSTART) + 0; if (n < last) bad = 1; last = n } END { exit bad }' seen || die "cycles run backwards"
[ "$(grep -v '^$' seen | tail -1)" = $'\033[K' ] || die "the line stays on the terminal"
terminal "$BONNET verify $bool --images 5"
sees 'verify [0-9]/5 \['
terminal "$BONNET run $bool --device sim: --dataset fashion-mnist --limit 60"
sees 'boolnet_k4 [0-9]+/60 \[.* cycles'
terminal "$BONNET bench $bool --images 40 --quiet"
[ "$(grep -c '\[' seen)" -eq 0 ] || die "--quiet shows progress"
"$BONNET" bench "$bool" --images 40 > out 2> err || die "bench failed"
[ ! -s err ] || die "progress in a pipe"
checks=$((checks + 1))
passed
