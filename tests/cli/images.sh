#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a picture may come in: the same pixels from every format, and one line for each that is wrong. Files by Pillow and numpy.
. "$ROOT/tests/cli/lib.sh"
/usr/bin/python3 -c 'import PIL' 2> /dev/null || { echo "SKIP: no Pillow (python3-pil: tools/deps.sh test)"; exit 77; }
shoe=$(echo "$pictures"/00000_*.pgm)
/usr/bin/python3 - "$shoe" << 'PY' || die "writing pictures"
import sys
import numpy as np
from PIL import Image

shoe = np.frombuffer(open(sys.argv[1], "rb").read()[-784:], np.uint8).reshape(28, 28)
gray = Image.fromarray(shoe)
gray.save("gray.jpg", quality=90), gray.save("progressive.jpg", quality=90, progressive=True)
np.asarray(Image.open("gray.jpg")).tofile("gray_jpg.raw")  # what another program reads there
np.asarray(Image.open("progressive.jpg")).tofile("progressive_jpg.raw")
Image.fromarray(np.stack([shoe] * 3, -1)).save("colour.jpg"), Image.fromarray(np.stack([shoe] * 4, -1), "CMYK").save("cmyk.jpg")
shoe.tofile("one.raw"), np.stack([shoe] * 3).tofile("three.raw")
np.save("plain.npy", shoe), np.save("first.npy", shoe[None]), np.save("last.npy", shoe[..., None]), np.save("many.npy", np.stack([shoe, shoe[::-1]])[..., None])
np.savez("images.npz", labels=np.arange(3), images=shoe[None, None]), np.savez_compressed("single.npz", x=shoe)
# what is wrong
np.save("float.npy", shoe / 255), np.save("int8.npy", shoe.view(np.int8)), np.save("wide.npy", shoe[:, :27]), np.save("none.npy", shoe[None][:0])
np.save("fortran.npy", np.asfortranarray(shoe)), np.save("object.npy", np.array([{}])), np.save("record.npy", np.zeros(3, [("a", "u1")]))
np.save("big.npy", shoe.astype(">u2")), np.savez("two.npz", x=shoe, y=shoe)
good = {name: open(name, "rb").read() for name in ("gray.jpg", "plain.npy", "single.npz")}
open("cut.jpg", "wb").write(good["gray.jpg"][:-60]), open("cut.npy", "wb").write(good["plain.npy"][:-1]), open("long.npy", "wb").write(good["plain.npy"] + b"x")
open("huge.npy", "wb").write(good["plain.npy"].replace(b"(28, 28)", b"(999999999, 999999999, 9)", 1))
open("eval.npy", "wb").write(good["plain.npy"].replace(b"'shape': (28, 28)", b"'shape': exit()  ", 1))
open("cut.npz", "wb").write(good["single.npz"][:-30])
bad = bytearray(good["single.npz"])
bad[bad.index(b"x.npy") + 60] ^= 0x10  # in the packed bytes
open("crc.npz", "wb").write(bad)
np.savez("name.npz", **{"a\nb\x1b[2J.txt": shoe})
bad = open("name.npz", "rb").read()
open("name.npz", "wb").write(bad.replace(b".txt.npy", b".txt.np\n"))
np.savez_compressed("bomb.npz", images=np.zeros(300 << 20, np.uint8))
PY
logits() { "$BONNET" run "$bool" "$1" --json 2> err | sed -n '/"logits"/,/]/{s/,$//;p}'; }
logits "$shoe" > want
[ -s want ] || die "no logits"
for file in one.raw plain.npy first.npy last.npy images.npz single.npz; do
    logits "$file" > out
    cmp -s want out || die "$file is not the same picture as $shoe"
    checks=$((checks + 1))
done
for file in gray progressive; do
    logits "${file}_jpg.raw" > want.jpg
    logits "$file.jpg" > out
    { [ -s out ] && cmp -s want.jpg out; } || die "$file.jpg: not the pixels that Pillow reads"
    checks=$((checks + 1))
done
check 0 '^many.npy\[1\] ' "$BONNET" run "$bool" many.npy --device sim:
check 0 '^three.raw\[2\] Ankle boot' "$BONNET" run "$bool" three.raw
check 0 '"image": "many.npy\[1\]"' "$BONNET" run "$bool" many.npy --json
check 0 '0 mismatches' "$BONNET" verify "$bool" plain.npy
check 11 'many.npy: holds 2 images; give one' "$BONNET" verify "$bool" many.npy

check 11 'colour.jpg: is a colour image' "$BONNET" run "$bool" colour.jpg
check 16 'cmyk.jpg: a CMYK image; convert it to RGB' "$BONNET" run "$bool" cmyk.jpg
check 16 'cut.jpg: damaged JPEG: ' "$BONNET" run "$bool" cut.jpg
check 11 'float.npy: the array is float64 \[28, 28\], the network boolnet_k4 wants uint8 pictures' "$BONNET" run "$bool" float.npy
check 11 'int8.npy: the array is int8' "$BONNET" run "$bool" int8.npy
check 11 'wide.npy: the array is uint8 \[28, 27\], the network boolnet_k4 wants \[28, 28, 1\]' "$BONNET" run "$bool" wide.npy
check 11 'none.npy: the array holds no image' "$BONNET" run "$bool" none.npy
check 16 'fortran.npy: it is in Fortran order' "$BONNET" run "$bool" fortran.npy
check 16 'object.npy: its numbers are not' "$BONNET" run "$bool" object.npy
check 16 'record.npy: its numbers are records' "$BONNET" run "$bool" record.npy
check 16 'big.npy: its numbers are big-endian' "$BONNET" run "$bool" big.npy
check 11 'two.npz: holds 2 arrays and none is named images' "$BONNET" run "$bool" two.npz
check 16 'cut.npy: it is cut short' "$BONNET" run "$bool" cut.npy
check 16 'long.npy: it is longer than its shape' "$BONNET" run "$bool" long.npy
check 16 'huge.npy: its shape is larger than any memory' "$BONNET" run "$bool" huge.npy
check 16 'eval.npy: its shape is no tuple' "$BONNET" run "$bool" eval.npy
check 16 'cut.npz: damaged archive' "$BONNET" run "$bool" cut.npz
check 16 "crc.npz: member 'x.npy' is damaged" "$BONNET" run "$bool" crc.npz
check 16 'bomb.npz: unpacks to more than 256 MiB' "$BONNET" run "$bool" bomb.npz
check 16 "name.npz: member 'a.*b.*\[2J.txt.np.*' is no array" "$BONNET" run "$bool" name.npz
grep -q "$(printf '\033')" err && die "an error moves the cursor"
head -c 783 one.raw > short.raw
check 11 'short.raw: has 783 bytes, the network boolnet_k4 wants 784' "$BONNET" run "$bool" short.raw
echo text > text.txt
check 16 'text.txt: not a PNG, JPEG, PGM \(P5\), PPM \(P6\), NPY or NPZ file' "$BONNET" run "$bool" text.txt
passed
