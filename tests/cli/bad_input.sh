#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything that can be wrong with a file or a device: one line, a documented exit code, nothing half-written, the device usable afterwards.
. "$ROOT/tests/cli/lib.sh"
shoe=$(echo "$pictures"/00000_*.pgm)
onnx=$ROOT/models/fashion/basenet_k1.onnx

# Files that are not there, or not what they should be.
check 14 'No such file' "$BONNET" run nothing.bonnet "$shoe"
check 14 'No such file' "$BONNET" run "$bool" nothing.pgm
check 14 '.' "$BONNET" run . "$shoe"
check 16 '.' "$BONNET" run "$shoe" "$shoe"
check 16 'not a PNG' "$BONNET" run "$bool" "$bool"
: > empty
check 16 '.' "$BONNET" run empty "$shoe"
check 16 '.' "$BONNET" run "$bool" empty

# A truncated and a corrupted model; an unknown version.
size=$(stat -c %s "$bool")
for bytes in 1 8 63 64 200 $((size / 2)) $((size - 1)); do
    head -c "$bytes" "$bool" > cut.bonnet
    check 16 '.' "$BONNET" run cut.bonnet "$shoe"
done
for at in 70 300 5000 $((size - 5)); do
    cp "$bool" bad.bonnet
    printf '\377\376' | dd of=bad.bonnet bs=1 seek="$at" conv=notrunc status=none
    check 16 '.' "$BONNET" run bad.bonnet "$shoe"
done
cat "$bool" "$shoe" > long.bonnet
check 16 '.' "$BONNET" run long.bonnet "$shoe"

# Images of the wrong size and type.
printf 'P5\n27 28\n255\n' > small.pgm && head -c 756 /dev/zero >> small.pgm
check 11 'is 27x28, the network .* wants 28x28' "$BONNET" run "$bool" small.pgm
printf 'P6\n28 28\n255\n' > colour.ppm && head -c 2352 /dev/zero >> colour.ppm
check 11 'colour image' "$BONNET" run "$bool" colour.ppm
printf 'P5\n28 28\n65535\n' > deep.pgm && head -c 1568 /dev/zero >> deep.pgm
check 16 'maxval' "$BONNET" run "$bool" deep.pgm
head -c 400 "$shoe" > cut.pgm
check 16 'truncated' "$BONNET" run "$bool" cut.pgm
printf 'P5\n99999999 99999999\n255\n' > huge.pgm
check 16 'header' "$BONNET" run "$bool" huge.pgm
printf '\211PNG\r\n\032\nrubbish' > bad.png
check 16 'damaged PNG' "$BONNET" run "$bool" bad.png

# The compiler: nothing half-written.
rm -f ./*
check 14 'No such file' "$BONNET" compile nothing.onnx -o net.bonnet
head -c 1000 "$onnx" > cut.onnx
check 16 '.' "$BONNET" compile cut.onnx -o net.bonnet
cp "$shoe" not.onnx
check 16 '.' "$BONNET" compile not.onnx -o net.bonnet
check 14 '.' "$BONNET" compile "$onnx" -o no/such/folder/net.bonnet
check 11 'geometry' "$BONNET" compile "$onnx" -o net.bonnet --geometry huge
only cut.onnx not.onnx
echo precious > net.bonnet
check 16 '.' "$BONNET" compile cut.onnx -o net.bonnet
[ "$(cat net.bonnet)" = precious ] || die "a failed compile touched the old file"

# A full disk, and a closed or full stdout.
if mkdir full && mount -t tmpfs -o size=64k bonnet-test full 2> /dev/null; then
    check 14 'space' "$BONNET" compile "$onnx" -o full/net.bonnet
    [ -z "$(ls -A full)" ] || die "something stayed on the full disk"
    umount full
else
    echo "note: no right to mount a small file system; the full disk is tested through stdout only"
fi
check_full() { "$BONNET" info "$bool" > /dev/full; }
check 14 'stdout' check_full

# Out of memory: whatever the limit, the run works or says so in one line with exit 12 (below some limit the loader itself gives up, exit 127).
refused=0
for kib in $(seq 7000 500 60000); do
    (ulimit -v "$kib"; exec "$BONNET" run "$bool" "$shoe" --device mock:) > out 2> err < /dev/null
    rc=$?
    case $rc in
    0) break ;;
    # GnuTLS sets itself up before main() and may say there that it could not; nothing here asks it anything.
    12) refused=$((refused + 1)); [ "$(grep -vc '^Error in GnuTLS initialization: ' err)" -eq 1 ] || die "out of memory at $kib KiB: not one line" ;;
    127) ;;
    *) die "out of memory at $kib KiB: exit $rc" ;;
    esac
done
if [ "$rc" -ne 0 ] || [ "$refused" -eq 0 ]; then die "out of memory was not reached ($refused refusals, last exit $rc)"; fi

# Devices.
check 13 "no device 'teapot:'" "$BONNET" run "$bool" "$shoe" --device teapot:
check 11 '.' "$BONNET" run "$bool" "$shoe" --device sim:no-such-option=1
check 11 'from 1 to 64' "$BONNET" run "$bool" "$shoe" --device cpu:threads=0
check 11 'known: ' "$BONNET" run "$bool" "$shoe" --device cpu:isa=mmx
passed
