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
