#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet serve --upstream: a tier in the middle. Pictures and maps of earlier cuts go on behind its own cut, bit for bit; what an exit is sure of does not; upstream that is
# gone, stopped, of another network costs nobody an answer, and is found again.
. "$ROOT/tests/cli/serve_lib.sh"
cloud=
ended() {
    for p in $pid $cloud; do kill -9 "$p" 2> /dev/null; done
    cd /
    rm -rf "$work"
}
trap ended EXIT
"$BONNET" compile "$ROOT/models/fashion/boolnet_k4_exits.onnx" -o exits.bonnet > out 2> err || die "compile"
exits=exits.bonnet
metric() { curl -s -m 20 "$url/metrics" | sed -n "s/^bonnet_$1 //p"; }
upstream() { # upstream MODEL [PORT]
    "$BONNET" serve "$1" --listen "127.0.0.1:${2:-0}" > said 2> up.log < /dev/null &
    cloud=$!
    for _ in $(seq 300); do grep -q '^listening' said && break; sleep 0.1; done
    above=$(sed -n 's/^listening on //p' said)
    [ -n "$above" ] || die "no upstream"
}
right() { says "^$(printf %s "$want" | sed 's/[][]/\\&/g')\$" client infer "$@"; }
reached() { # reached FUNCTION... - until upstream answers again
    local before
    for _ in $(seq 300); do
        before=$(metric forwarded_total)
        "$@"
        [ "$(metric forwarded_total)" -gt "$before" ] && return
        sleep 0.1
    done
    die "upstream is not reached"
}
check 2 'upstream and --forward go together' "$BONNET" serve "$exits" --upstream http://127.0.0.1:1 --listen 127.0.0.1:0
check 2 'want --upstream' "$BONNET" serve "$exits" --threshold 1 --listen 127.0.0.1:0
refused 11 'has no cut 99 to forward at' "$exits" --upstream http://127.0.0.1:1 --forward 99
refused 11 'http' "$exits" --upstream http://192.0.2.1:1 --forward 3

shoe=$(echo "$pictures"/00000_*.pgm)
tail -c 784 "$shoe" > shoe.raw
want=$("$BONNET" run "$exits" "$shoe" --json | jq -c '.images[0].logits' | sed 's/,/, /g')
upstream "$exits"
start "$exits" --upstream "$above" --forward 3
reached right boolnet_k4_exits shoe.raw 2
for cut in 0 1 2 3 4; do
    "$BONNET" run "$exits" "$shoe" --until $cut -o map.cut > out 2> err || die "the head of cut $cut"
    tail -c +137 map.cut | head -c "$(curl -s "$url/v2/models/boolnet_k4_exits.tail$cut" | jq '.inputs[0].shape[1]')" > map.$cut
    before=$(metric forwarded_total)
    if [ $cut -lt 3 ]; then reached right boolnet_k4_exits.tail$cut map.$cut 2; else
        right boolnet_k4_exits.tail$cut map.$cut 2
        [ "$(metric forwarded_total)" = "$before" ] || die "tail $cut was forwarded"
    fi
done
# Three tiers: a device sends maps of cut 1, this one those of cut 3.
before=$(metric forwarded_total)
"$BONNET" offload "$exits" "$shoe" --upstream "$url" --send 1 --deadline-ms 20000 --connect-ms 20000 --repeat 20 --json > out 2> err || die "offload"
[ "$(metric forwarded_total)" -gt "$before" ] || die "nothing went all the way"
grep -q '"upstream"' out || die "the device was not answered by this one"

# Upstream stops in the midst, is killed, comes back: answers by the deadline, and then upstream's.
kill -STOP $cloud
says '^200:8 slowest [0-4]\.' client deadline boolnet_k4_exits shoe.raw 8 5000000
[ "$(metric forward_fallback_total)" -ge 1 ] || die "no fallback"
kill -KILL $cloud
kill -CONT $cloud
wait $cloud 2> /dev/null
right boolnet_k4_exits shoe.raw 3
upstream "$exits" "${above##*:}"
reached right boolnet_k4_exits shoe.raw 1
# The same name, another network: nothing of it is believed.
kill -KILL $cloud
wait $cloud 2> /dev/null
mkdir other
/usr/bin/python3 - "$ROOT/models/fashion/boolnet_k4_exits.onnx" > /dev/null 2>&1 << 'END'
import numpy, onnx, onnx.numpy_helper, sys
m = onnx.load(sys.argv[1])
for t in m.graph.initializer:
    a = onnx.numpy_helper.to_array(t)
    if a.size > 1000:
        t.CopyFrom(onnx.numpy_helper.from_array(numpy.roll(a.reshape(-1), 100).reshape(a.shape), t.name))
onnx.save(m, "other/boolnet_k4_exits.onnx")
END
if [ -s other/boolnet_k4_exits.onnx ]; then # python3-onnx is there
    "$BONNET" compile other/boolnet_k4_exits.onnx -o other.bonnet > out 2> err || die "another network"
    cmp -s other.bonnet "$exits" && die "the other network is the same"
    fallback=$(metric forward_fallback_total)
    upstream other.bonnet "${above##*:}"
    for _ in {1..8}; do right boolnet_k4_exits shoe.raw 1; sleep 0.2; done
    [ "$(metric forward_fallback_total)" -gt "$fallback" ] || die "another network's answers were taken"
    checks=$((checks + 1))
    kill -KILL $cloud
    wait $cloud 2> /dev/null
fi
cloud=
stop 5 0

# Exits that are sure: nothing is sent.
upstream "$exits"
start "$exits" --upstream "$above" --forward 3 --threshold 0.000001
client deadline boolnet_k4_exits shoe.raw 4 0 > out 2> err || die "exits"
[ "$(metric forward_exits_total)" = 4 ] || die "$(metric forward_exits_total) of 4 answered by an exit"
[ "$(metric forwarded_total)" = 0 ] || die "sent, though an exit was sure"
stop 5 0
passed
