#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# netlist.sh - the trained networks on the netlist that was read back from the bitstream, through its pins: every map against golden, and the
# labels. BONNET, PTY, MODELS by the environment; IMAGES: how many of BaseNet (3).
set -eu -o pipefail
with=tests/ice40/with_pty.sh
images=(tests/vectors/fashion/0*.pgm)
images=("${images[@]:0:${IMAGES:-3}}")
slow='silence-ms=60000' # the simulated clock is slower than 12 MHz
$with "$PTY" "$BONNET" verify "$MODELS/basenet_k1.bonnet" --device "ice40:@,$slow" --timeout-ms 3600000 "${images[@]}" | tail -1
$with "$PTY" "$BONNET" verify "$MODELS/boolnet_k4.bonnet" --device "ice40:@,$slow" --timeout-ms 3600000 "${images[0]}" | tail -1
# NNNNN_label.pgm: the picture's own label. Both networks know these.
name=$(basename "${images[0]}" .pgm)
$with "$PTY" "$BONNET" run "$MODELS/basenet_k1.bonnet" --device "ice40:@,$slow" --timeout-ms 3600000 --json "${images[0]}" > "$(dirname "$PTY")/run.json"
tr 'A-Z /' 'a-z--' < "$(dirname "$PTY")/run.json" | grep -q "${name#*_}" || { echo "netlist.sh: ${images[0]} got another label" >&2; exit 1; }
echo "label of ${images[0]}: right"
