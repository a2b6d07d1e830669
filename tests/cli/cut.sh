#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet cut, run --until and --from: both networks at every cut, the logits of the whole, maps that every device takes from every other; and files of other
# networks, damaged, of nothing.
. "$ROOT/tests/cli/lib.sh"
image=$pictures/00000_ankle-boot.pgm other=$pictures/00001_pullover.pgm
[ -e "$other" ] || other=$(find "$pictures" -name '*.pgm' | sort | sed -n 2p)
say() { python3 -c "import json, sys; j = json.load(open('out')); $1"; }

for model in "$bool" "$base"; do
    check 0 '' "$BONNET" run "$model" "$image" "$other" --device golden: --json
    want=$(say 'print([i["logits"] for i in j["images"]])')
    check 0 '' "$BONNET" cut "$model" "$image" --json
    cuts=$(say 'print(len(j["cuts"]))')
    [ "$cuts" -ge 4 ] || die "$model has $cuts cuts"
    say 'c = j["cuts"]; assert all(0 < i["deflate_ratio"] < 1.1 and i["cycles_before"] and i["cycles_after"] for i in c)' || die "a cut lacks a number"
    say 'c = j["cuts"]; assert len({i["macs_before"] + i["macs_after"] for i in c}) == 1' || die "MACs are lost at a cut"
    for ((cut = 0; cut < cuts; cut++)); do
        check 0 'golden.cut: 2 images as far as' "$BONNET" run "$model" "$image" "$other" --until $cut -o golden.cut --device golden:
        for device in cpu: mock:geometry=tiny sim:; do
            check 0 '' "$BONNET" run "$model" "$image" "$other" --until $cut -o t.cut --device $device
            cmp -s t.cut golden.cut || die "cut $cut: $device makes other maps than golden"
            check 0 '' "$BONNET" run "$model" --from golden.cut --device $device --json
            got=$(say 'print([i["logits"] for i in j["images"]])')
            [ "$got" = "$want" ] || die "cut $cut: $device goes on to $got, not $want"
        done
    done
done
check 0 'layer1.0.conv2 .* 12544 ' "$BONNET" cut "$bool" --geometry tiny
check 0 "as far as 'layer1.0.conv2', layer 2: 12544 bytes each" "$BONNET" run "$bool" "$image" --until layer1.0.conv2 -o named.cut
check 0 'Ankle boot' "$BONNET" run "$bool" --from named.cut

check 15 'of another network than basenet_k1' "$BONNET" run "$base" --from named.cut
cp named.cut bad.cut
printf '\377' | dd of=bad.cut bs=1 seek=300 conv=notrunc status=none
cmp -s named.cut bad.cut && printf '\000' | dd of=bad.cut bs=1 seek=300 conv=notrunc status=none
check 16 'damaged' "$BONNET" run "$bool" --from bad.cut
# Every field, changed by somebody who knows how the sum is made.
for at in 8 12 16 20 24 28 32 38 72 100; do
    python3 - named.cut field.cut $at <<'PY'
import hashlib, sys
b = bytearray(open(sys.argv[1], "rb").read()[:-32])
b[int(sys.argv[3])] ^= 1
open(sys.argv[2], "wb").write(bytes(b) + hashlib.sha256(b).digest())
PY
    check 16 'of a layer behind which|sizes are not those of cut' "$BONNET" run "$bool" --from field.cut
done
head -c 100 named.cut > short.cut
check 16 'no maps of a cut' "$BONNET" run "$bool" --from short.cut
check 16 'no maps of a cut' "$BONNET" run "$bool" --from "$image"
check 14 'nothing.cut' "$BONNET" run "$bool" --from nothing.cut
check 2 "no cut 'nowhere'" "$BONNET" run "$bool" "$image" --until nowhere -o x.cut
check 2 "no cut '99'" "$BONNET" run "$bool" "$image" --until 99 -o x.cut
check 2 'wants image files and -o' "$BONNET" run "$bool" "$image" --until 0
check 2 'wants image files and -o' "$BONNET" run "$bool" "$image" -o x.cut
check 2 'all the input there is' "$BONNET" run "$bool" "$image" --from named.cut
check 11 "no geometry 'huge'" "$BONNET" cut "$bool" --geometry huge
[ ! -e x.cut ] || die "a file of nothing"
passed
