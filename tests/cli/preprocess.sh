#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# compile --preprocess: pictures of any size become the pixels that torchvision makes of them (Resize, CenterCrop, Grayscale on Pillow images), byte for byte.
. "$ROOT/tests/cli/lib.sh"
/usr/bin/python3 -c 'import PIL' 2> /dev/null || { echo "SKIP: no Pillow (python3-pil: tools/deps.sh test)"; exit 77; }
onnx=$ROOT/models/fashion/basenet_k1.onnx
seed=${SEED:-1}
# recipes, pictures, and what Pillow makes of each pair: want/RECIPE.PICTURE.raw
mkdir recipes pictures want
/usr/bin/python3 - "$seed" << 'PY' || die "writing pictures"
import json, random, sys
import numpy as np
from PIL import Image

rng, random_ = np.random.default_rng(int(sys.argv[1])), random.Random(int(sys.argv[1]))
filters = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "nearest": Image.NEAREST}
recipes = {
    "shorter": {"resize": 32, "center_crop": True, "convert": True},
    "tight": {"resize": 28, "center_crop": True, "convert": True, "interpolation": "bicubic"},
    "odd": {"resize": 31, "center_crop": True, "convert": True, "interpolation": "nearest"},
    "exact": {"resize": [28, 28], "convert": True, "interpolation": "bicubic"},
    "stretch": {"resize": [57, 33], "center_crop": True, "convert": True},
    "crop": {"center_crop": True, "convert": True},
}
sizes = [(28, 28), (29, 31), (200, 90), (28, 500)] + [(random_.randint(28, 300), random_.randint(28, 300)) for _ in range(3)]
for n, (w, h) in enumerate(sizes):
    shape = (h, w, 3) if n % 2 else (h, w)
    noise = rng.integers(0, 256, shape, np.uint8)
    smooth = np.clip(np.linspace(-40, 300, h)[:, None] + np.linspace(0, 90, w)[None], 0, 255)
    array = noise if n % 3 else (smooth[..., None] * [1, 0.7, 0.3] if n % 2 else smooth).astype(np.uint8)
    picture = Image.fromarray(array)
    picture.save(f"pictures/{n}.png")
    for name, r in recipes.items():
        p = picture.convert("L")
        if isinstance(r.get("resize"), int):
            less, more = min(w, h), max(w, h)
            size = (r["resize"], int(r["resize"] * more / less)) if w < h else (int(r["resize"] * more / less), r["resize"])
            p = p.resize(size, filters[r.get("interpolation", "bilinear")]) if size != p.size else p
        elif "resize" in r:
            p = p.resize(r["resize"][::-1], filters[r.get("interpolation", "bilinear")])
        if "center_crop" in r:
            top, left = int(round((p.size[1] - 28) / 2.0)), int(round((p.size[0] - 28) / 2.0))
            p = p.crop((left, top, left + 28, top + 28))
        np.asarray(p).tofile(f"want/{name}.{n}.raw")
for name, r in recipes.items():
    json.dump(r, open(f"recipes/{name}.json", "w"))
PY
logits() { "$BONNET" run "$1" "$2" --json 2> err | sed -n '/"logits"/,/]/{s/,$//;p}'; }
for recipe in recipes/*.json; do
    name=$(basename "$recipe" .json)
    check 0 'basenet_k1' "$BONNET" compile "$onnx" -o "$name.bonnet" --preprocess "$recipe"
    for picture in pictures/*.png; do
        n=$(basename "$picture" .png)
        logits "$name.bonnet" "$picture" > got
        logits "$name.bonnet" "want/$name.$n.raw" > want.logits
        { [ -s got ] && cmp -s got want.logits; } || die "$name, picture $n: not the pixels that Pillow makes (SEED=$seed)"
        checks=$((checks + 1))
    done
done
# the pixels themselves, not only what the network thinks of them; and the same through Python, with mean and std on a network of signed pixels
BONNET_LIBRARY=$ROOT/build/libbonnet.so.0 PYTHONPATH=$ROOT/python /usr/bin/python3 -B - << 'PY' > out 2> err || die "Python"
import pathlib
import numpy as np
from PIL import Image
import bonnet

count = 0
with bonnet.open("cpu:") as device:
    for path in sorted(pathlib.Path("recipes").glob("*.json")):
        net = device.load(f"{path.stem}.bonnet")
        for picture in sorted(pathlib.Path("pictures").glob("*.png")):
            want = np.fromfile(f"want/{path.stem}.{picture.stem}.raw", np.uint8).reshape(28, 28)
            got = net.picture(np.asarray(Image.open(picture)))
            assert (got == want).all(), f"{path.stem} {picture.stem}: {np.abs(got.astype(int) - want).max()} off"
            count += 1
print(count, "pictures")
PY
grep -qx '42 pictures' out || die "not all pictures were compared"
checks=$((checks + 1))

check 0 '^pictures: colours converted, shorter side to 32 \(bilinear\), centre crop$' "$BONNET" info shorter.bonnet
check 0 '"preprocess": "colours converted, resized to 28x28 \(bicubic\)"' "$BONNET" info exact.bonnet --json
bad() { # bad CODE PATTERN JSON
    printf '%s' "$3" > bad.json
    check "$1" "bad.json: .*$2|$2" "$BONNET" compile "$onnx" -o bad.bonnet --preprocess bad.json
}
bad 16 'not JSON' '{"resize": '
bad 16 'not a JSON object' '[1]'
bad 11 'no entry "size"; there are resize' '{"size": 28}'
bad 11 '"resize" wants the shorter side' '{"resize": 0}'
bad 11 '"resize" wants the shorter side' '{"resize": [28]}'
bad 11 '"resize" wants the shorter side' '{"resize": "28"}'
bad 11 '"interpolation" wants "bilinear"' '{"interpolation": "lanczos"}'
bad 11 '"center_crop" wants true or false' '{"center_crop": 28}'
bad 11 '"order" wants "RGB" or "BGR"' '{"order": "GRB"}'
bad 11 'mean, std and scale belong together' '{"mean": 0.5, "std": 0.5}'
bad 11 'mean and std are for networks of signed pixels' '{"mean": 0.5, "std": 0.5, "scale": 64}'
bad 11 'resized to 27x28, the network wants 28x28' '{"resize": [28, 27]}'
bad 11 'the shorter side resized to 20, the network wants 28x28' '{"resize": 20, "center_crop": true}'
bad 11 'the order of planes of a gray image' '{"order": "BGR"}'
check 14 'none.json: No such file' "$BONNET" compile "$onnx" -o bad.bonnet --preprocess none.json
head -c 70000 /dev/zero | tr '\0' ' ' > bad.json
check 16 'at most 64 KiB' "$BONNET" compile "$onnx" -o bad.bonnet --preprocess bad.json
[ ! -e bad.bonnet ] || die "a failed compile left a file"
check 11 'is 29x31, the network basenet_k1 wants 28x28; resize the image, or compile the network with --preprocess' "$BONNET" run "$base" pictures/1.png
/usr/bin/python3 -c 'from PIL import Image; Image.new("L", (28, 4000)).save("tall.png"); Image.new("L", (20, 20)).save("small.png")'
check 11 'tall.png: a picture of 28x4000 would be resized to 32x4571' "$BONNET" run shorter.bonnet tall.png
check 11 'small.png: is 20x20, .* preprocessing does not make it fit' "$BONNET" run crop.bonnet small.png
passed
