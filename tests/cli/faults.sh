#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Faults injected into the simulated chip and the mock, and Ctrl-C in a long run: bounded time, one line, the right exit code, usable afterwards.
. "$ROOT/tests/cli/lib.sh"
shoe=$(echo "$pictures"/00000_*.pgm)
within() { timeout "$1" "${@:2}"; }
check 18 'bus error' within 60 "$BONNET" run "$bool" "$shoe" --device sim:error=500
check 17 '.' within 60 "$BONNET" run "$bool" "$shoe" --device sim:hang=500 --timeout-ms 3000
check 18 'bus error' within 60 "$BONNET" run "$bool" "$shoe" --device mock:fault=bus@5
check 17 '.' within 60 "$BONNET" run "$bool" "$shoe" --device mock:fault=hang@5 --timeout-ms 1000
# What boards do: a line names it and says what to do next; the exit code is that of docs/errors.md.
mock() { within 60 "$BONNET" run "$bool" "$shoe" --timeout-ms 20000 --device "mock:$1"; }
check 18 'bus error in the ' mock fault=axi-read@1000
check 18 'bus error in the store unit' mock fault=axi-write@1
check 14 'it was reset, or runs somebody else.s jobs; see that nobody else uses it, run again' mock fault=reset@5
check 14 'somebody wrote RESET' mock fault=halt@5
check 14 'somebody else read DONE' mock fault=done-lost@0
check 13 'the chip is gone .*; check power, cable and bitstream, then close the device and open it again' mock fault=gone@40
check 13 'the chip is gone' mock fault=blank@50
check 13 'unplugged' mock fault=unplug@60
check 13 'no Bonnet chip there' mock fault=id
check 15 'register version' mock fault=abi
check 15 'a geometry that this library cannot use' mock fault=geometry@3
check 12 'no device memory' mock fault=alloc@2
check 14 'transfer of .* to the device failed' mock fault=xfer-part@2
check 14 'chip read other weights or descriptors' mock fault=stale-in-line@1
check 14 'chip read other image bytes' mock fault=stale-in@2
check 14 'host read other results' mock fault=stale-out@0
check 11 'unknown option' mock fault=weather
# And what costs nothing but time: the label is right.
label='.*Ankle boot'
for fault in irqlost@0 irq-early@0 irq-spurious@0,slow=9 wait-timeout@0,slow=9 write-lost@2 write-half@4 busy; do
    check 0 "^$label" mock "fault=$fault"
done
usable sim:
usable mock:
# Ctrl-C in a run that would take minutes.
"$BONNET" run "$bool" --dataset fashion-mnist --device golden: > out 2> err < /dev/null &
pid=$!
sleep 2
kill -INT $pid
start=$(date +%s)
wait $pid
rc=$?
[ $rc -eq 130 ] || die "Ctrl-C: exit $rc"
[ $(($(date +%s) - start)) -le 10 ] || die "Ctrl-C took more than 10 s"
grep -q 'interrupted' err || die "Ctrl-C: no word"
passed
