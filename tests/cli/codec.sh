#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet codec: streams against the formula in numpy, the table against the streams, ranges given and found, and files that are no streams.
. "$ROOT/tests/cli/lib.sh"
py() { /usr/bin/python3 -B "$@" || die "${FUNCNAME[1]}"; }
py - << 'P'
import numpy
r = numpy.random.default_rng(7)
maps = numpy.maximum(r.standard_normal((6, 8, 14, 14)), 0).astype("f4")
numpy.save("maps.npy", maps)
numpy.savez("three.npz", a=maps[:1], b=3 * maps[1:2], c=maps[2:3] - 1)
numpy.save("half.npy", maps.astype("f2")), numpy.save("wide.npy", maps.astype("f8"))
numpy.save("words.npy", r.integers(-2**31, 2**31, (5, 7), "i8").astype("i4"))
numpy.save("shorts.npy", r.integers(-3000, 3000, 999, "i8").astype("i2"))
numpy.save("bytes.npy", r.integers(-128, 128, (3, 1, 5), "i8").astype("i1"))
numpy.save("noise.npy", r.integers(0, 256, 5000, "i8").astype("u1"))
numpy.save("one.npy", numpy.full((4, 4), 0.3, "f4")), numpy.save("scalar.npy", numpy.float32(2.5)), numpy.save("empty.npy", numpy.zeros((0, 3), "f4"))
maps[3, 2, 1, 0] = numpy.nan
numpy.save("nan.npy", maps)
maps[3, 2, 1, 0] = -numpy.inf
numpy.save("infinite.npy", maps)
P
# there FILE BITS CODEC [RANGE]: encoded, decoded, and compared with the formula.
there() {
    check 0 "^t.codec: [0-9]+ bytes, [0-9.]+ of $1" "$BONNET" codec "$1" --bits "$2" --codec "$3" ${4:+--range "$4"} -o t.codec
    check 0 "^t.codec: .*$([ "$2" = 0 ] && echo 'without loss' || echo "in $2 bits from")" "$BONNET" codec --decode t.codec -o back.npy
    py - "$1" "$2" "${4:-}" << 'P'
import sys, numpy
a, b, bits = numpy.load(sys.argv[1]), numpy.load("back.npy"), int(sys.argv[2])
assert a.shape == b.shape and a.dtype == b.dtype
f, want = a.astype("f8"), a
if bits:
    m, M = map(float, sys.argv[3].split(":")) if sys.argv[3] else (f.min(), f.max()) if f.size else (0, 0)
    S, h, most = m + (M - m) / 2, (M - m) / 2, 2 ** (bits - 1)
    d = numpy.clip(numpy.floor((f - S) / h * most), -most, most - 1) if h else 0 * f
    want = S + (d + 0.5) * h / most
    if a.dtype.kind == "i":
        want = numpy.clip(numpy.floor(want + 0.5), numpy.iinfo(a.dtype).min, numpy.iinfo(a.dtype).max)
    inside = (f >= m) & (f <= M)
    slack = 0.5 if a.dtype.kind == "i" else 1e-6 * max(abs(m), abs(M))
    assert not inside.any() or abs(b.astype("f8") - f)[inside].max() <= h / 2 ** bits + slack
assert (want.astype(a.dtype) == b).all()
P
}
for codec in none deflate zstd; do
    for bits in 0 1 2 3 4 5 6 7 8; do
        there maps.npy $bits $codec
        there shorts.npy $bits $codec
    done
    for file in words bytes one scalar empty; do
        there $file.npy 0 $codec
        there $file.npy 1 $codec
        there $file.npy 5 $codec
    done
    there maps.npy 3 $codec 0.5:2
    there maps.npy 4 $codec -1e1:12.5
    there noise.npy 0 $codec
done
check 0 'zstd skipped, it would save next to nothing' "$BONNET" codec noise.npy --codec zstd -o t.codec
check 0 'uint8 \[5000\] without loss; zstd skipped, 50[0-9]+ bytes of 5000' "$BONNET" codec --decode t.codec
check 0 ' of maps.npy$' "$BONNET" codec maps.npy --codec zstd --level 19 -o small.codec
check 0 '' "$BONNET" codec maps.npy --codec zstd --level 1 -o t.codec
[ "$(stat -c %s small.codec)" -lt "$(stat -c %s t.codec)" ] || die "level 19 is not smaller than level 1"
only maps.npy three.npz half.npy wide.npy words.npy shorts.npy bytes.npy noise.npy one.npy scalar.npy empty.npy nan.npy infinite.npy t.codec small.codec back.npy

# The table: its bytes are those of streams, its errors those of what comes back; errors fall with every bit.
check 0 '^1 tensor, 9408 float32 values from 0 to ' "$BONNET" codec maps.npy
[ "$(wc -l < out)" -eq 29 ] || die "not 27 rows"
check 0 '' "$BONNET" codec maps.npy --json
cp out table.json
for bits in 1 4 8; do
    for codec in none deflate zstd; do
        check 0 '' "$BONNET" codec maps.npy --bits $bits --codec $codec -o t.codec
        check 0 '' "$BONNET" codec --decode t.codec -o back.npy
        py - $bits $codec << 'P'
import json, os, sys, numpy
a, b = numpy.load("maps.npy").astype("f8"), numpy.load("back.npy").astype("f8")
row, = [r for r in json.load(open("table.json"))["rows"] if r["bits"] == int(sys.argv[1]) and r["codec"] == sys.argv[2]]
e = a - b
assert row["bytes"] == os.stat("t.codec").st_size and abs(row["ratio"] - row["bytes"] / (4 * a.size)) < 1e-12
near = lambda x, y: abs(x - y) <= 1e-9 * abs(y)
assert near(row["max_error"], abs(e).max()) and near(row["rms_error"], (e ** 2).mean() ** 0.5)
assert near(row["snr_db"], 10 * numpy.log10((a ** 2).sum() / (e ** 2).sum()))
assert row["encode_mb_per_s"] > 0 and row["decode_mb_per_s"] > 0
P
    done
done
py - << 'P'
import json
rows = [r for r in json.load(open("table.json"))["rows"] if r["codec"] == "none"]
assert [r["bits"] for r in rows] == [1, 2, 3, 4, 5, 6, 7, 8, 0] and rows[-1]["max_error"] == 0 and "snr_db" not in rows[-1]
for a, b in zip(rows, rows[1:8]):
    assert a["max_error"] > b["max_error"] and a["rms_error"] > b["rms_error"] and a["snr_db"] < b["snr_db"] and a["bytes"] < b["bytes"]
P
check 0 ' 4 zstd ' "$BONNET" codec maps.npy --bits 4 --codec zstd --level 5
[ "$(wc -l < out)" -eq 3 ] || die "more than the row that was asked for"
check 0 '  skip$' "$BONNET" codec noise.npy
[ "$(wc -l < out)" -eq 5 ] || die "bytes are quantised"
# Ranges over several tensors.
check 0 '^3 tensors, 4704 float32 values from -1 to ' "$BONNET" codec three.npz --bits 4
check 0 '' "$BONNET" codec three.npz --bits 4 --codec none --range 1 --json
py - << 'P'
import json, numpy
z, j = numpy.load("three.npz"), json.load(open("out"))
all = numpy.concatenate([z[n].ravel() for n in z])
assert j["low"] == all.min() and j["high"] == all.max() and j["tensors"] == ["three.npz: a", "three.npz: b", "three.npz: c"]
P
check 0 '' "$BONNET" codec three.npz --bits 4 --codec none --range 0.98 --json
py - << 'P'
import json, numpy
z, j = numpy.load("three.npz"), json.load(open("out"))
all = numpy.sort(numpy.concatenate([z[n].ravel() for n in z]).astype("f8"))
beyond = int(all.size * 0.01)
for got, want in ((-j["low"], -all[beyond]), (j["high"], all[-1 - beyond])):
    assert want <= got <= want + abs(want) / 500, (got, want)
assert j["rows"][0]["max_error"] > (j["high"] - j["low"]) / 16
P

# A drawing, whole or not at all.
check 0 '^1 tensor' "$BONNET" codec maps.npy --plot t.svg
if command -v xmllint > /dev/null; then xmllint --noout t.svg || die "no XML"; fi
for line in 'packed bits' deflate zstd; do grep -q "$line" t.svg || die "no line of $line"; done
check 2 'plot draws every codec' "$BONNET" codec noise.npy --plot x.svg
check 2 'plot draws every codec' "$BONNET" codec maps.npy --codec zstd --plot x.svg
check 14 'no/such' "$BONNET" codec maps.npy --plot no/such/x.svg
check 2 'are for the table' "$BONNET" codec maps.npy --plot x.svg -o x.codec
[ ! -e x.svg ] || die "a drawing of nothing"

# What cannot be encoded.
check 11 'nan.npy: a value is infinite or no number' "$BONNET" codec nan.npy
check 11 'infinite.npy: a value is infinite or no number' "$BONNET" codec infinite.npy --bits 3 -o x.codec
check 11 'infinite.npy: a value is infinite or no number' "$BONNET" codec infinite.npy --bits 3 --range 0:1 -o x.codec
check 0 'of nan.npy' "$BONNET" codec nan.npy --codec deflate -o t.codec
check 11 'half.npy: float16 .*can be encoded' "$BONNET" codec half.npy
check 11 'wide.npy: float64 .*can be encoded' "$BONNET" codec wide.npy
check 11 'bytes.npy: int8, and the tensors before it are float32' "$BONNET" codec maps.npy bytes.npy
check 11 'too close to be told apart' "$BONNET" codec maps.npy --bits 3 --range 1:1.000000000001 -o x.codec
check 14 'nothing.npy' "$BONNET" codec nothing.npy
check 16 'damaged archive' "$BONNET" codec small.codec
check 14 'no/such' "$BONNET" codec maps.npy -o no/such/x.codec
# Command lines.
check 2 'give .npy or .npz files' "$BONNET" codec
for bad in 9 -1 x '' 1.5; do check 2 'bits wants a number from 0 to 8' "$BONNET" codec maps.npy --bits "$bad"; done
check 2 'none, deflate or zstd' "$BONNET" codec maps.npy --codec gzip
check 2 'level wants a number from 1 to 9' "$BONNET" codec maps.npy --codec deflate --level 10
check 2 'level wants a number from 1 to 19' "$BONNET" codec maps.npy --codec zstd --level 0
check 2 'level wants --codec' "$BONNET" codec maps.npy --level 3
for bad in 1:0 : 1: nan:1 0 1.1 -1 some 0:1:2 0:inf; do check 2 'range wants LO:HI' "$BONNET" codec maps.npy --range "$bad"; done
check 2 'uint8 is never quantised' "$BONNET" codec noise.npy --range 0:1
check 2 'uint8 is never quantised' "$BONNET" codec noise.npy --bits 4 -o x.codec
check 2 'wants one tensor, not 3' "$BONNET" codec three.npz --bits 4 -o x.codec
check 2 'json and --plot are for the table' "$BONNET" codec maps.npy --json -o x.codec
check 2 'decode FILE takes -o' "$BONNET" codec maps.npy --decode small.codec
check 2 'decode FILE takes -o' "$BONNET" codec --decode small.codec --bits 3
# Files that are no streams: cut off anywhere, any field changed by somebody who knows how the sum is made.
check 14 'nothing.codec' "$BONNET" codec --decode nothing.codec
check 16 'no encoded tensor' "$BONNET" codec --decode maps.npy
check 0 '' "$BONNET" codec bytes.npy --bits 5 --codec deflate -o t.codec
size=$(stat -c %s t.codec)
for ((n = 0; n < size; n++)); do
    head -c $n t.codec > bad.codec
    check 16 'bad.codec: ' "$BONNET" codec --decode bad.codec -o x.npy
done
for at in 0 7 8 9 11 12 13 14 15 16 20 40 44 48; do
    py - $at << 'P'
import sys, zlib
b, at = bytearray(open("t.codec", "rb").read()[:-4]), int(sys.argv[1])
b[at] = {7: 2, 8: 0, 9: 9, 11: 1}.get(at, b[at] ^ 0x11)
open("bad.codec", "wb").write(bytes(b) + zlib.crc32(b).to_bytes(4, "little"))
P
    check $((at == 7 ? 15 : 16)) 'bad.codec: ' "$BONNET" codec --decode bad.codec -o x.npy
done
# A gigabyte of zeros in a few bytes: taken only with the memory it needs, refused without.
py - << 'P'
import zlib
def stream(name, shape, codec, payload):
    b = b"BNNCODE\x01" + bytes([0, 0, codec, codec, 1, 0, 0, 0]) + len(payload).to_bytes(8, "little") + bytes(16) + shape.to_bytes(4, "little") + payload
    open(name, "wb").write(b + zlib.crc32(b).to_bytes(4, "little"))
stream("bomb.codec", 1 << 30, 1, zlib.compress(bytes(1 << 20), 9))
stream("lying.codec", 1 << 20, 1, zlib.compress(bytes(1 << 24), 9))
P
bounded() (
    ulimit -v 200000
    exec "$BONNET" codec --decode "$1" -o x.npy
)
check 16 'payload is not of this shape' bounded bomb.codec
check 16 'payload is not of this shape' bounded lying.codec
if [ -e x.codec ] || [ -e x.npy ]; then die "a file of nothing"; fi
passed
