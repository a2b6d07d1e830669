#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# verify --against: the maps of a device beside tensors from elsewhere, here from an evaluator of the ONNX file in numpy. Each way to differ is tried.
. "$ROOT/tests/cli/lib.sh"
shoe=$(echo "$pictures"/00000_*.pgm)
/usr/bin/python3 -B - "$ROOT" "$shoe" << 'PY' > out 2> err || die "evaluating the graphs"
import sys
import numpy as np
sys.path.insert(0, sys.argv[1] + "/models")
import onnx_eval

image = np.frombuffer(open(sys.argv[2], "rb").read()[-784:], np.uint8).reshape(1, 1, 28, 28)
for net in ("boolnet_k4", "basenet_k1"):
    model = onnx_eval.Model(f"{sys.argv[1]}/models/fashion/{net}.onnx")
    all_ = {name: value.astype(np.float32) for name, value in model.run(image, keep=True).items() if name not in model.constants}
    np.savez(net, **all_)
image, xnor, logits = all_["image"], "layer1.1.xnor", "logits"  # of basenet_k1

def change(file, name, index, value):
    array = all_[name].copy()
    array[index] = value
    np.savez(file, **{**all_, name: array})

change("bit", xnor, (0, 3, 2, 5), -all_[xnor][0, 3, 2, 5])
change("logit", logits, (0, 7), all_[logits][0, 7] + 1)
change("half", logits, (0, 7), 0.5)
change("third", xnor, (0, 3, 2, 5), 0.25)
change("nan", xnor, (0, 3, 2, 5), np.nan)
change("zero", xnor, np.where(all_[xnor] > 0), 0)          # sign(0) of a framework that gives 0
change("scaled", xnor, Ellipsis, 0.125 * all_[xnor])       # BipolarQuant with a scale
change("pixel", "image", (0, 0, 4, 4), 300)
np.savez("few", **{xnor: all_[xnor].astype(np.int8)[0], "other": image})
np.savez("layer", **{"image": image, "layer1.1.conv1": all_[xnor]})
np.savez("shape", **{"image": image, xnor: all_[xnor][:, :, :, :13]})
np.savez("turned", **{"image": image, xnor: all_[xnor].transpose(0, 2, 3, 1)})
np.savez("nothing", a=image, b=image)
np.savez_compressed("packed", **all_)
PY
for device in golden: cpu: sim: mock: hls:; do
    check 0 '^11 of 11 tensors compared with boolnet_k4.npz, device .*, 476810 values, 0 mismatches' "$BONNET" verify "$bool" --against boolnet_k4.npz --device "$device"
done
check 0 '^11 of 11 tensors .* 87946 values, 0 mismatches' "$BONNET" verify "$base" --against basenet_k1.npz
check 0 '^11 of 11 ' "$BONNET" verify "$base" --against packed.npz
check 0 '^11 of 11 ' "$BONNET" verify "$base" "$shoe" --against basenet_k1.npz
check 0 '^1 of 11 tensors' "$BONNET" verify "$base" "$shoe" --against few.npz
grep -q '^stem.slices .* not in the file$' out || die "a tensor that was not compared is not said to be so"
check 0 '^1 of 11 tensors' "$BONNET" verify "$base" --against layer.npz
check 0 '^11 of 11 ' "$BONNET" verify "$base" --against zero.npz
check 0 '^11 of 11 ' "$BONNET" verify "$base" --against scaled.npz
check 0 '"mismatches": 0' "$BONNET" verify "$base" --against basenet_k1.npz --json

check 1 '^first divergence: tensor layer1.1.xnor, layer layer1.1.conv1, channel 3, y 2, x 5: wanted -?1, got -?1$' "$BONNET" verify "$base" --against bit.npz
grep -q '^layer1.1.or .* not compared$' out || die "it went on after the first divergence"
check 1 '"tensor": "layer1.1.xnor"' "$BONNET" verify "$base" --against bit.npz --json
check 1 'tensor logits, layer head.fc, channel 7, y 0, x 0' "$BONNET" verify "$base" --against logit.npz --device cpu:
check 1 'tensor stem.slices' "$BONNET" verify "$base" "$(echo "$pictures"/00001_*.pgm)" --against basenet_k1.npz
check 11 'half.npz: logits holds 0.5; features and logits are whole numbers' "$BONNET" verify "$base" --against half.npz
check 11 'third.npz: layer1.1.xnor holds 0.25; a binary map has two values' "$BONNET" verify "$base" --against third.npz
check 11 'nan.npz: layer1.1.xnor holds -?nan' "$BONNET" verify "$base" --against nan.npz
check 11 'pixel.npz: image holds 300; the image is \[1, 28, 28\], whole numbers 0..255' "$BONNET" verify "$base" --against pixel.npz
check 11 'shape.npz: layer1.1.xnor is float32 \[1, 64, 14, 13\]; layer layer1.1.conv1 makes \[64, 14, 14\]' "$BONNET" verify "$base" --against shape.npz
check 11 'turned.npz: layer1.1.xnor is float32 \[1, 14, 14, 64\]' "$BONNET" verify "$base" --against turned.npz
check 11 'nothing.npz: no array named image' "$BONNET" verify "$base" --against nothing.npz
check 11 'nothing.npz: none of its 2 arrays has the name of a tensor or layer' "$BONNET" verify "$base" "$shoe" --against nothing.npz
check 14 'gone.npz: No such file' "$BONNET" verify "$base" --against gone.npz
check 2 'one image' "$BONNET" verify "$base" "$shoe" "$shoe" --against basenet_k1.npz
check 0 '"tensor": "layer1.1.xnor"' "$BONNET" info "$base" --json
passed
