#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cosim.sh CLI MODELS-DIR IMAGES - RTL = golden = cpu, every map of every layer and every logit, over the first IMAGES test images.
set -eu
cli=$1 models=$2 images=$3
for name in basenet_k1 boolnet_k4; do
    for device in cpu: sim: sim:geometry=tiny; do
        # The small geometry has the same modules with other parameters and is slower by the image: a tenth of the images.
        n=$images
        [ $device = sim: ] || [ $device = cpu: ] || n=$((images / 10))
        "$cli" verify "$models/$name.bonnet" --device "$device" --images "$n" | tail -1
    done
done
