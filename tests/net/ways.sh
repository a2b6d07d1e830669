#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ways.sh SECONDS - a slow device (cpu:isa=portable), a fast server (cpu:), a mobile link that plays a trace between them: how many pictures a second, and how many late, where
# everything is computed here, everything there, by the best plan for the trace's mean, by plans that follow the bandwidth. Plans are made by `bonnet plan` from profiles
# measured here. Each way has SECONDS of the same trace from its beginning. make net-ways; TRACE: another one than tests/vectors/edge/bus.log; SCALE: its rates times that
. "${ROOT:?set by make}/tests/net/lib.sh" || exit 1
seconds=$1 deadline=${DEADLINE:-300} scale=${SCALE:-2} speed=3
net=$ROOT/build/imagenet/basenet_k1.bonnet trace=${TRACE:-$ROOT/tests/vectors/edge/bus.log}
slow=cpu:isa=portable

spaces device edge
link radio device 10.9.1.1 edge 10.9.1.2 "delay=5 queue=400000"
become edge "$BONNET" serve "$net" --listen 10.9.1.2:8600 --insecure > serving 2>&1 < /dev/null &
until_said serving '^listening' $!
for i in 1 2 3 4; do head -c 150528 /dev/urandom > "picture$i.raw"; done
"$BONNET" profile "$net" --device $slow --repeat 41 -o device.json > profile.log 2>&1 || die "$(cat profile.log)"
"$BONNET" profile "$net" --repeat 41 -o edge.json > profile.log 2>&1 || die "$(cat profile.log)"

plan() { # plan FILE MBIT OPTION...
    echo '{"bonnet_tiers": 1, "tiers": [{"name": "device", "profile": "device.json"}, {"name": "edge", "profile": "edge.json"}], "links": [{"mbit_per_s": '"$2"', "rtt_ms": 10}]}' > tiers.json
    "$BONNET" plan "$net" --tiers tiers.json -o "$1" "${@:3}" > plan.log 2>&1 || die "$(cat plan.log)"
}
what() { jq -r 'if .tiers[0].layers == 0 then "picture" elif .tiers | length == 1 then "nothing" else "map behind " + .tiers[0].last end' "$1"; }
mean=$("$BONNET" link "$trace" --json | jq ".mbit_per_s.mean * $scale") || die "no mean of $trace"
plan there.json 1 --only server
plan static.json "$mean"
dynamic=() last=
for mbit in 0.25 0.5 0.75 1 1.5 2 2.5 3 4 5 6 8 10 12 16 20 24 32 40 50 64 80 100; do # the bandwidths from which on another plan is the best one
    plan "at$mbit.json" $mbit
    now=$(what "at$mbit.json")
    [ "$now" = "$last" ] || { dynamic+=(--plan "$([ ${#dynamic[@]} -eq 0 ] && echo 0 || echo $mbit):at$mbit.json"); states+="${states:+; }$now from $mbit Mbit/s"; }
    last=$now
done

way() { # way NAME OPTION...
    link_set radio a "trace=$trace scale=$scale speed=$speed"
    become device timeout -s INT "$seconds" "$BONNET" offload "$net" picture?.raw --device $slow --deadline-ms "$deadline" --margin-ms 20 --in-flight 2 --repeat 1000000 \
        --json --insecure "${@:2}" > answers 2> client.log < /dev/null &
    wait $!
    jq -se --arg name "$1" --argjson ref "$(jq -s 'map(select(.image)) | map({(.image): .logits}) | add' reference)" '
        last as $s | map(select(.image)) | if all(.logits == $ref[.image]) then . else error("an answer is not the network'"'"'s") end |
        [$name, (length / $s.seconds * 10 | round / 10), $s.late, (100 * $s.upstream / length | round), (100 * $s.fallback / length | round), ($s.p50_ms | round), ($s.p99_ms | round),
         (map(.local_ms) | add / length * 10 | round / 10), (map(.bytes_sent) | add / length / 1000 * 10 | round / 10), $s.switches] | @tsv' answers -r >> table ||
        { tail -2 answers client.log; die "$1"; }
}
"$BONNET" offload "$net" picture?.raw --json > reference || die "no reference"
: > table
way "all here"
way "all there" --upstream http://10.9.1.2:8600 --plan there.json
way "static plan" --upstream http://10.9.1.2:8600 --plan static.json
way "dynamic plans" --upstream http://10.9.1.2:8600 "${dynamic[@]}"
echo "BaseNet k=1 at 224x224, random weights: $(jq '.ms * 10 | round / 10' device.json) ms on the device, $(jq '.ms * 10 | round / 10' edge.json) ms on the server"
echo "$(basename "$trace") times $scale, $speed times as fast, mean $(echo "$mean" | cut -c1-5) Mbit/s, 5 ms a way, by $LINK; deadline $deadline ms, 2 in flight, $seconds s each"
echo "static: $(what static.json); dynamic: $states"
printf '%-14s %9s %5s %9s %8s %7s %7s %10s %9s %8s\n' way pictures/s late upstream fallback 'p50 ms' 'p99 ms' 'device ms' 'kB sent' switches
while IFS=$'\t' read -r name rate late upstream fallback p50 p99 own bytes switches; do
    printf '%-14s %9s %5s %7s %% %6s %% %7s %7s %10s %9s %8s\n' "$name" "$rate" "$late" "$upstream" "$fallback" "$p50" "$p99" "$own" "$bytes" "$switches"
done < table
