#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cosim.sh CLI MODELS-DIR IMAGES - RTL = golden = cpu, every map of every layer and every logit, over the first IMAGES test images.
# The two networks side by side, one core each.
set -eu -o pipefail
cli=$1 models=$2 images=$3
one() {
    local n device
    for device in cpu: sim: sim:geometry=tiny,stall=20; do
        # The small geometry has the same modules with other parameters and takes more cycles an image: a tenth of the images.
        n=$images
        case $device in *tiny*) n=$(((images + 9) / 10)) ;; esac
        "$cli" verify "$models/$1.bonnet" --device "$device" --images "$n" --quiet --timeout-ms 60000 | tail -1
    done
}
one basenet_k1 &
first=$!
one boolnet_k4 &
second=$!
wait $first
wait $second
