#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# rtl.sh - `ice40:` over the Verilated machine: see rules.mk. BONNET, PTY, CONFORM, WIRE, MODELS, SEED by the environment.
set -eu -o pipefail
images=(tests/vectors/fashion/0000[0-4]*.pgm)
device=ice40:@,silence-ms=60000 # a loaded machine simulates slowly
with() { tests/ice40/with_pty.sh "$@"; }
verify() { # PTY NET IMAGE...
    with "$1" "$BONNET" verify "$MODELS/$2.bonnet" --device "$device" --timeout-ms 600000 "${@:3}" | tail -1
}
with "$PTY" "$WIRE" @
# Some shapes are larger than the machine's memory: refused in one line, and counted.
with "$PTY" "$CONFORM" --backend "$device" --size tiny --quick --some --seed "$SEED"
verify "$PTY" basenet_k1 "${images[@]}"
verify "$PTY" boolnet_k4 "${images[@]:0:2}"
# One byte in 40,000 is wrong: requests are made again, and no bit of any map.
verify "$PTY --noise 40000" basenet_k1 "${images[@]}"
