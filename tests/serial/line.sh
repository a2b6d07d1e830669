#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# line.sh - a trained network over a serial line, on the Verilated ULX3S: same logits as golden; and lines that are none.
# BONNET, BOARD (build/board/ulx3s), MODELS, CONFORM, ROOT: set by make.
. "$ROOT/tests/cli/lib.sh"
: "${BOARD:?}" "${CONFORM:?}" "${SEED:=1}"
export BONNET BOARD
slow=timeout-ms=60000   # the line is as fast as it is simulated
board() { "$BOARD" -s "$SEED" "$work/tty" "$@"; }
logits() { jq -c '[.images[].logits]' "$1"; }

# The first finds what a user before it left: half a WRITE and nothing more. The board drops it, and the port is clean.
half='printf "\001\020\000\000\000\000\160\000\001\002\003\004\005"'
for net in "$base" "$bool"; do
    "$BONNET" run "$net" "$pictures"/0000[01]_*.pgm --device golden: --json > golden.json || die "golden"
    check 0 '' board bash -c "$half > $work/tty"'; exec "$@"' - "$BONNET" run "$net" "$pictures"/0000[01]_*.pgm --device "serial:$work/tty,$slow" --json
    half=:
    cp out serial.json
    [ "$(logits golden.json)" = "$(logits serial.json)" ] || die "logits of $(basename "$net") over the line differ from golden's"
done

# A memory that the board does not have: the bus says so. One that is not there, one that does not answer.
check 18 'bus error' board "$BONNET" run "$base" "$pictures"/00000_*.pgm --device "serial:$work/tty,$slow,mem=0x7001f000+0x1e000"
check 13 'is no tty' "$BONNET" selftest --device serial:/dev/null
check 13 'cannot open' "$BONNET" selftest --device serial:/dev/no-such-tty
check 11 'which tty' "$BONNET" selftest --device serial:
check 11 'no speed of a tty' "$BONNET" selftest --device "serial:/dev/null,baud=12345"
check 11 'bad option' "$BONNET" selftest --device "serial:/dev/null,bits=8"
board "$CONFORM" --backend "serial:$work/tty,$slow" --size tiny --no-directed --some --cases 2 --seed "$SEED" || die "conformance, seed $SEED"
echo "serial: $checks checks passed, seed $SEED"
