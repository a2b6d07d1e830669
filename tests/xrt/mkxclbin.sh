#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mkxclbin from outside: its files read back, the same input gives the same bytes, other input another UUID, bad input leaves what was there.
set -u
: "${MKXCLBIN:?set by make}" "${CHECK:?}" "${SEED:?}"
work=$(mktemp -d)
trap 'cd /; rm -rf "$work"' EXIT
cd "$work" || exit 1
checks=0
die() { echo "FAIL: $*"; head -5 out err 2> /dev/null; exit 1; }
# expect CODE COMMAND... - its exit code; a failure says one line on stderr and nothing else.
expect() {
    local want=$1 got
    shift
    "$@" > out 2> err < /dev/null
    got=$?
    checks=$((checks + 1))
    [ $got -eq "$want" ] || die "exit $got, wanted $want: $*"
    [ ! -s out ] || die "stdout: $*"
    if [ "$want" -ne 0 ]; then { [ "$(wc -l < err)" -eq 1 ] && grep -q '^mkxclbin: ' err; } || die "not one line: $*"; fi
}
uuid() { od -An -tx1 -j416 -N16 "$1" | tr -d ' \n'; }

expect 0 "$MKXCLBIN" -o a.xclbin
expect 0 "$CHECK" a.xclbin bonnet bonnet_1 0xA0000000 0 - HP0:0:0x80000000
expect 0 "$CHECK" --damage a.xclbin "$SEED"
expect 0 "$MKXCLBIN" -o b.xclbin
cmp -s a.xclbin b.xclbin || die "the same input makes two files"
SOURCE_DATE_EPOCH=1700000000 expect 0 "$MKXCLBIN" -o b.xclbin
cmp -s a.xclbin b.xclbin && die "SOURCE_DATE_EPOCH does nothing"
SOURCE_DATE_EPOCH=tomorrow expect 2 "$MKXCLBIN" -o b.xclbin

printf '\x00\x09\x0f\xf0\x0f\xf0\x0f\xf0\x0f\xf0\x00\x00\x01a\x00\x07bonnet\x00b\x00\x04xcz\x00' > good.bit
head -c 1001 /dev/zero >> good.bit
expect 0 "$MKXCLBIN" -o c.xclbin --name other --kernel net --instance net_2 --base 0xB0010000 --clock-mhz 250 --bitstream good.bit \
    --bank HP0:0x70000000:0x4000000 --bank HP1:0x800000000:0x80000000 --platform acme_board9_base
expect 0 "$CHECK" c.xclbin net net_2 0xB0010000 250 good.bit HP0:0x70000000:0x4000000 HP1:0x800000000:0x80000000
printf x >> good.bit
expect 0 "$MKXCLBIN" -o d.xclbin --name other --kernel net --instance net_2 --base 0xB0010000 --clock-mhz 250 --bitstream good.bit \
    --bank HP0:0x70000000:0x4000000 --bank HP1:0x800000000:0x80000000 --platform acme_board9_base
[ "$(for f in a c d; do uuid $f.xclbin; echo; done | sort -u | wc -l)" -eq 3 ] || die "two contents, one UUID"

# What cannot be; the file that was there stays as it was.
cp a.xclbin kept
echo no bitstream > bad.bit
expect 1 "$MKXCLBIN" -o a.xclbin --bitstream bad.bit
expect 1 "$MKXCLBIN" -o a.xclbin --bitstream nowhere.bit
expect 1 "$MKXCLBIN" -o nowhere/a.xclbin
expect 1 "$MKXCLBIN" -o /dev/full
for bad in "--base 0xA0000100" "--base 0" "--base x" "--kernel a<b" "--instance a:b" "--name a&b" "--clock-mhz 0" "--clock-mhz 9999" "--platform a/b" \
    "--bank HP0:0" "--bank HP0:1:4096" "--bank HP0:0:100" "--bank HP0:0:0" "--bank :0:4096" "--bank TAG_OF_MORE_THAN_15:0:4096" \
    "--bank A:0:8192 --bank B:4096:4096" "--bank A:0:4096 --bank A:8192:4096" "--bank A:0xfffffffffffff000:8192" "--nothing" "--clock-mhz" "more"; do
    # shellcheck disable=SC2086 # words on purpose
    expect 2 "$MKXCLBIN" -o a.xclbin $bad
done
expect 2 "$MKXCLBIN"
cmp -s a.xclbin kept || die "a refused run changed the file"
[ "$(find . -name '*.tmp' | wc -l)" -eq 0 ] || die "a temporary is left"
echo "PASS $checks checks"
