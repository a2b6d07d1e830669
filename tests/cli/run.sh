#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a person sees when all goes well: labels on every device, PNG as well as PGM, JSON with the promised keys.
. "$ROOT/tests/cli/lib.sh"
keys() { # keys FILE KEY... - every key stands in the JSON, which a JSON parser accepts
    local file=$1; shift
    /usr/bin/python3 - "$file" "$@" << 'PY' || die "JSON keys of $file: $*"
import json, sys
def find(o, path):
    for part in path:
        if isinstance(o, list): o = o[0]
        o = o[part]
    return o
data = json.load(open(sys.argv[1]))
for key in sys.argv[2:]: find(data, key.split('.'))
PY
}
shoe=$(echo "$pictures"/00000_*.pgm)
for device in golden: cpu: mock: sim: sim:geometry=tiny; do
    check 0 'Ankle boot' "$BONNET" run "$bool" "$shoe" --device "$device"
    cp out "run-${device//[:=]/_}"
done
# The same picture as PNG: gray is taken, colour and transparency are refused with a reason.
/usr/bin/python3 - "$shoe" << 'PY' || die "writing PNG files"
import struct, sys, zlib
pixels = open(sys.argv[1], "rb").read()[-784:]
def png(path, colour, bytes_per_pixel):
    def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(b for p in pixels[28 * y:28 * y + 28] for b in [p] * bytes_per_pixel) for y in range(28))
    header = struct.pack(">IIBBBBB", 28, 28, 8, colour, 0, 0, 0)
    open(path, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
png("gray.png", 0, 1), png("colour.png", 2, 3), png("alpha.png", 4, 2)
PY
check 0 'gray.png +Ankle boot' "$BONNET" run "$bool" gray.png
check 11 'colour image' "$BONNET" run "$bool" colour.png
check 16 'alpha channel' "$BONNET" run "$bool" alpha.png

# The logits of all pictures, device against device.
logits() { "$BONNET" run "$bool" "$pictures"/*.pgm --json --device "$1" | sed -n '/"logits"/,/]/{s/,$//;p}'; }
logits cpu: > a
logits sim: > b
[ -s a ] || die "no logits"
cmp a b || die "sim: and cpu: disagree"
check 0 '"logits"' "$BONNET" run "$bool" "$shoe" --device sim: --json
keys out device model images.label images.logits images.cycles totals.macs totals.cycles totals.mac_per_cycle totals.utilisation totals.frames_per_second totals.clock_hz sim_cycles_per_second
check 0 '"accuracy"' "$BONNET" run "$base" --dataset fashion-mnist --limit 60 --device cpu: --json
keys out accuracy device model
check 0 'accuracy [89][0-9]' "$BONNET" run "$bool" --dataset fashion-mnist --limit 200 --device cpu:
check 0 '0 mismatches' "$BONNET" verify "$bool" "$shoe" --device sim:
check 0 '"mismatches": 0' "$BONNET" verify "$bool" "$shoe" --device cpu: --json
check 0 'layer1.0.conv1 .* conv' "$BONNET" bench "$bool" "$shoe" --device sim:
check 0 '' "$BONNET" bench "$bool" --device sim: --json
keys out device model layers.name layers.macs layers.cycles layers.mac_per_cycle layers.stall_in layers.stall_out layers.dram_bytes \
    totals.macs totals.cycles totals.mac_per_cycle totals.utilisation totals.frames_per_second totals.clock_hz sim_cycles_per_second sim_seconds_per_frame \
    peak.ideal_binary_cycles peak.ideal_stem_cycles peak.ideal_head_cycles peak.utilisation peak.single_cycles peak.streamed_cycles_per_frame \
    peak.streamed_utilisation peak.streamed_frames_per_second peak.walk_frames
check 0 'streamed: [0-9]+ cycles a frame' "$BONNET" bench "$bool" "$shoe" --dram-latency 20 --dram-port 64 --walks 2
check 0 'latency=20,port=64' "$BONNET" bench "$bool" "$shoe" --device sim:stall=1 --dram-latency 20 --dram-port 64 --walks 0
check 0 'Ankle boot' "$BONNET" info "$bool"
check 0 '"sha256"' "$BONNET" info "$bool" --json
check 0 'sim' "$BONNET" devices
check 0 '"scheme": "sim"' "$BONNET" devices --json
check 0 '' "$BONNET" selftest
check 0 '"mismatches": 0' "$BONNET" selftest --json
passed
