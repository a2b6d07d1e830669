#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plans.sh - `bonnet offload` with two plans of `bonnet plan`, from an exit here below 1 Mbit/s, and split above, over a link of 8 Mbit/s that falls to 200 kbit/s and comes
# back: the plan changes down and up again, each time with a reason, and every picture is answered. make net-plans
. "${ROOT:?set by make}/tests/net/lib.sh" || exit 1
"$BONNET" compile "$ROOT/models/fashion/boolnet_k4_exits.onnx" -o exits.bonnet > compiled 2>&1 || die "$(cat compiled)"
cp "$ROOT"/examples/edge/fashion/*.json .
jq 'del(.layers, .network)' tiers.json > t.json # the network's own layers
plan() { "$BONNET" plan exits.bonnet --tiers t.json --exits thresholds.json "$@" > planned 2>&1 || die "$(cat planned)"; }
plan --only device -o here.json
plan --accuracy 0.914 --deadline 40 -o split.json
# Nobody is sure enough to leave, so that every picture says what the link carries.
jq '(.exits[] | select(.threshold).threshold) = 1e12' split.json > always.json

spaces device edge
link radio device 10.9.1.1 edge 10.9.1.2 "rate=8M delay=5 queue=200000"
become edge "$BONNET" serve exits.bonnet --listen 10.9.1.2:8600 --insecure > serving 2>&1 < /dev/null &
server=$!
until_said serving "^listening" $server
become device "$BONNET" offload exits.bonnet "$ROOT"/tests/vectors/fashion/*.pgm --upstream http://10.9.1.2:8600 --insecure --plan 0:here.json --plan 1:always.json \
    --deadline-ms 250 --margin-ms 50 --rate 40 --repeat 1000 --json > answers 2> client.log &
client=$!
# until N answers in a row are by this plan, at most 60 s
by_plan() {
    local i
    for ((i = 0; i < 600; i++)); do
        [ "$(tail -n "$2" answers | grep -c "\"plan\":$1,")" -eq "$2" ] && echo "$(wc -l < answers) answers: plan $1" && return
        kill -0 $client 2> /dev/null || break
        sleep 0.1
    done
    cat client.log
    die "the plan is not $1: $(tail -n 1 answers)"
}
by_plan 1 40
link_set radio a rate=200k
by_plan 0 40
link_set radio a rate=8M
by_plan 1 40
kill -TERM $client
wait $client
tail -n 1 answers | jq -e '.switches >= 2 and .trials >= 1 and .answered == .pictures' > judged || die "$(tail -n 1 answers)"
tail -n 1 answers | jq -c '{pictures, answered, late, upstream, switches, trials, bits_per_s, last_switch, p50_ms, p99_ms, max_ms}'
kill -9 $server
link_stats radio
echo "PASS"
