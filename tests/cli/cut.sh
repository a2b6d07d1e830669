#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet cut, run --until and --from: both networks at every cut, the logits of the whole, maps that every device takes from every other, as they are and
# compressed; and files of other networks, damaged, of nothing.
. "$ROOT/tests/cli/lib.sh"
image=$pictures/00000_ankle-boot.pgm other=$pictures/00001_pullover.pgm
[ -e "$other" ] || other=$(find "$pictures" -name '*.pgm' | sort | sed -n 2p)
say() { python3 -c "import json, sys; j = json.load(open('out')); $1"; }

for model in "$bool" "$base"; do
    check 0 '' "$BONNET" run "$model" "$image" "$other" --device golden: --json
    want=$(say 'print([i["logits"] for i in j["images"]])')
    check 0 '' "$BONNET" cut "$model" "$image" -o ratios.json --json
    cuts=$(say 'print(len(j["cuts"]))')
    [ "$cuts" -ge 4 ] || die "$model has $cuts cuts"
    say 'c = j["cuts"]; assert all(0 < i["deflate_ratio"] < 1.1 and 0 < i["zstd_ratio"] < 1.1 and i["cycles_before"] and i["cycles_after"] for i in c)' || die "a cut lacks a number"
    say 'c = j["cuts"]; assert len({i["macs_before"] + i["macs_after"] for i in c}) == 1' || die "MACs are lost at a cut"
    # A codec is worth it when it leaves 0.95 at most, the better one; the same numbers for a planner.
    say '
for i in j["cuts"]:
    d, z = i["deflate_ratio"], i["zstd_ratio"]
    assert i["codec"] == ("skip" if min(d, z) > 0.95 else "zstd" if z < d else "deflate"), i
r = json.load(open("ratios.json"))
assert set(r) == {"bonnet_codecs", "network", "sha256", "cuts"} and r["bonnet_codecs"] == 1 and r["network"] == j["model"]
assert r["cuts"] == [{"name": i["name"], "bytes": i["bytes"], "deflate": i["deflate_ratio"], "zstd": i["zstd_ratio"]} for i in j["cuts"]]' || die "ratios and verdicts"
    grep -q "\"sha256\": \"$("$BONNET" info "$model" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["sha256"])')\"" ratios.json || die "another digest"
    for ((cut = 0; cut < cuts; cut++)); do
        check 0 'golden.cut: 2 images as far as' "$BONNET" run "$model" "$image" "$other" --until $cut -o golden.cut --device golden:
        for device in cpu: mock:geometry=tiny sim:; do
            check 0 '' "$BONNET" run "$model" "$image" "$other" --until $cut -o t.cut --device $device
            cmp -s t.cut golden.cut || die "cut $cut: $device makes other maps than golden"
            check 0 '' "$BONNET" run "$model" --from golden.cut --device $device --json
            got=$(say 'print([i["logits"] for i in j["images"]])')
            [ "$got" = "$want" ] || die "cut $cut: $device goes on to $got, not $want"
        done
        for codec in deflate zstd none; do
            check 0 '' "$BONNET" run "$model" "$image" "$other" --until $cut --codec $codec -o t.cut
            [ $codec != none ] || cmp -s t.cut golden.cut || die "cut $cut: no codec, and not the file without one"
            [ $codec = none ] || [ "$(head -c 7 t.cut)" = BNNCUT2 ] || die "cut $cut, $codec: another version"
            [ "$(stat -c %s t.cut)" -le $(($(stat -c %s golden.cut) + 52)) ] || die "cut $cut: $codec makes it larger"
            check 0 '' "$BONNET" run "$model" --from t.cut --json
            got=$(say 'print([i["logits"] for i in j["images"]])')
            [ "$got" = "$want" ] || die "cut $cut, $codec: cpu: goes on to $got, not $want"
        done
    done
done
# The tables of docs/codecs.md and docs/cuts.md.
"$BONNET" cut "$bool" "$pictures"/*.pgm > bool.txt && "$BONNET" cut "$base" "$pictures"/*.pgm > base.txt
{ sed 's/^/    /' bool.txt && echo && sed 's/^/    /' base.txt; } > out
sed '1,/^<!-- cuts -->$/d; /^<!-- .cuts -->$/,$d' "$ROOT/docs/codecs.md" | sed '1d; $d' | cmp -s - out || die "docs/codecs.md has other numbers"
cp bool.txt out
sed '1,/^```text$/d; /^```$/,$d' "$ROOT/docs/cuts.md" | cmp -s - out || die "docs/cuts.md has other numbers"
checks=$((checks + 2))
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
# What a file of one image has is what was measured.
check 0 '' "$BONNET" cut "$bool" "$image" --json
cp out measured.json
for codec in deflate zstd; do
    check 0 '' "$BONNET" run "$bool" "$image" --until layer1.0.conv2 --codec $codec -o t.cut
    python3 - $codec "$(stat -c %s t.cut)" <<'PY' || die "$codec: another ratio than that of bonnet cut"
import json, sys
cut, = [c for c in json.load(open("measured.json"))["cuts"] if c["name"] == "layer1.0.conv2"]
assert abs(cut[sys.argv[1] + "_ratio"] - (int(sys.argv[2]) - 136 - 48 - 4 - 32) / cut["bytes"]) < 1e-12
PY
done
# Compressed maps: half the bytes, and every field that is changed by somebody who knows how the sums are made.
check 0 "12544 bytes each, [0-9]+ with zstd, as a file 0.[4-6]" "$BONNET" run "$bool" "$image" --until layer1.0.conv2 --codec zstd -o packed.cut
[ "$(head -c 7 packed.cut)" = BNNCUT2 ] || die "compressed maps are of version 2"
check 0 'Ankle boot' "$BONNET" run "$bool" --from packed.cut
check 15 'of another network than basenet_k1' "$BONNET" run "$base" --from packed.cut
change() { # change AT XOR...: bytes of packed.cut, into field.cut
    python3 - "$@" <<'PY'
import hashlib, sys, zlib
b = bytearray(open("packed.cut", "rb").read()[:-36])
for at, flip in zip(sys.argv[1::2], sys.argv[2::2]):
    b[int(at)] ^= int(flip)
b += zlib.crc32(b[136:]).to_bytes(4, "little")
open("field.cut", "wb").write(bytes(b) + hashlib.sha256(b).digest())
PY
}
change 6 0
cmp -s field.cut packed.cut || die "the sums are made in another way"
for at in 6 8 12 16 20 24 28 32 38 72 100 136 144 145 146 147 148 149 152 158 160 170 176 178 180 182 184; do
    change $at 1
    check 16 '.' "$BONNET" run "$bool" --from field.cut
done
change 12 2
check 16 'sizes are not those of cut' "$BONNET" run "$bool" --from field.cut
change 12 2 176 2 # three images, and a payload of one
check 16 'payload' "$BONNET" run "$bool" --from field.cut
change 13 255 14 255 15 255 177 255 178 255 179 255 # 2^32 images: no memory is taken for them
check 16 '2\^30' "$BONNET" run "$bool" --from field.cut
change 143 3
check 15 'another version' "$BONNET" run "$bool" --from field.cut
size=$(stat -c %s packed.cut)
for ((n = 0; n < size; n += 97)); do
    head -c $n packed.cut > short.cut
    check 16 'no maps of a cut|damaged' "$BONNET" run "$bool" --from short.cut
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
# Decided beforehand by what was measured, cut by cut: the better codec, or none.
check 0 '' "$BONNET" cut "$bool" "$pictures"/*.pgm -o ratios.json
decided=0
while read -r cut codec; do
    decided=$((decided + 1))
    check 0 '' "$BONNET" run "$bool" "$image" --until "$cut" --codec ratios.json -o t.cut
    check 0 '' "$BONNET" run "$bool" "$image" --until "$cut" --codec "$codec" -o want.cut
    cmp -s t.cut want.cut || die "cut $cut: not with $codec"
done < <(awk '/^ +[0-9]/ {print $2, $12 == "skip" ? "none" : $12}' bool.txt)
[ "$decided" -ge 4 ] || die "no cuts were read from the table"
sed 's/"zstd": [0-9.]*/"zstd": 0.3/' ratios.json > other.json
check 0 'with zstd' "$BONNET" run "$bool" "$image" --until 0 --codec other.json -o t.cut
check 15 'ratios.json: .*of another network than basenet_k1' "$BONNET" run "$base" "$image" --until 0 --codec ratios.json -o x.cut
sed 's/layer1.0.conv2/layer9.0.conv2/' ratios.json > other.json
check 11 "other.json: no cut behind 'layer1.0.conv2'" "$BONNET" run "$bool" "$image" --until 1 --codec other.json -o x.cut
sed 's/"deflate"/"lzma"/' ratios.json > other.json
check 11 'other.json: .*lzma' "$BONNET" run "$bool" "$image" --until 1 --codec other.json -o x.cut
check 14 'nothing.json' "$BONNET" run "$bool" "$image" --until 1 --codec nothing.json -o x.cut
check 2 'codec is none, deflate, zstd or a file' "$BONNET" run "$bool" "$image" --until 0 --codec gzip -o x.cut
check 2 'codec is for the file of --until' "$BONNET" run "$bool" "$image" --codec zstd
check 2 'wants images' "$BONNET" cut "$bool" -o x.json
check 14 'no/such/x.json' "$BONNET" cut "$bool" "$image" -o no/such/x.json
check 11 "no geometry 'huge'" "$BONNET" cut "$bool" --geometry huge
[ ! -e x.cut ] || die "a file of nothing"
passed
