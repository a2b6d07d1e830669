#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# chip.sh CONFORM CLI NETWORK.. - the conformance suite's directed nets and trained networks on the device sim:geometry=tiny of these two programs, whose chip is
# a netlist: thousands of cycles a second instead of half a million. Every map and logit is compared with golden; the first difference ends it.
# Environment: CHIP_SECONDS (900) is the time for nets, a few of each kind (every CHIP_STEP-th, 7); then come the networks, one image each, whatever it takes.
set -eu
conform=$1 cli=$2
shift 2
nets=0 maps=0 cycles=0 begun=$SECONDS
for ((i = 0; SECONDS - begun < ${CHIP_SECONDS:-900}; i += ${CHIP_STEP:-7})); do
    said=$("$conform" --backend sim:geometry=tiny --size tiny --directed "$i" --cases 0) || { echo "$said"; exit 1; }
    read -r n m c <<< "$(sed -n 's/.*golden: \([0-9]*\) nets, \([0-9]*\) maps, [0-9]* words, \([0-9]*\) batch.*/\1 \2 \3/p' <<< "$said")"
    [ "$n" -gt 0 ] || break
    nets=$((nets + n)) maps=$((maps + m)) cycles=$((cycles + c))
done
[ "$nets" -gt 0 ] || { echo "chip.sh: no net was run"; exit 1; }
echo "netlist: $nets nets of the conformance suite, $maps maps, $cycles cycles of their batches, equal to golden, in $((SECONDS - begun)) s"
for network in "$@"; do
    begun=$SECONDS
    said=$("$cli" verify "$network" --device sim:geometry=tiny --images 1 --timeout-ms 7200000) || { echo "$said"; exit 1; }
    tail -1 <<< "$said"
    echo "netlist: $(basename "$network") in $((SECONDS - begun)) s"
done
