#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet offload: split and cascade bit for bit as `bonnet run`, and an answer to every picture by its deadline whatever the server does: no answer, a slow one,
# garbage, other shapes, lengths beyond all, another network; stopped, killed, started late.
. "$ROOT/tests/cli/serve_lib.sh"
command -v jq > /dev/null || { echo "skipped: no jq"; exit 77; }
fake='' client=''
trap '[ -z "$client" ] || kill -9 $client 2> /dev/null; [ -z "$pid" ] || { kill -CONT $pid; kill -9 $pid; } 2> /dev/null; [ -z "$fake" ] || kill -9 $fake 2> /dev/null; cd /; rm -rf "$work"' EXIT
logits() { jq -c '.images[].logits' "$1"; }
offload() { # offload ARGUMENT... - to lines and sum
    timeout 120 "$BONNET" offload --connect-ms 20000 "$@" --json > out 2> err || die "bonnet offload $*"
    head -n -1 out > lines
    tail -n 1 out > sum
    [ "$(wc -l < lines)" -eq "$(jq .answered sum)" ] || die "not a line each: $*"
    jq -e '.pictures == .answered and .late == 0' sum > /dev/null || die "not every picture was answered in time: $*"
    checks=$((checks + 1))
}
holds() { jq -e "$1" sum > /dev/null || die "not so: $1, but $(cat sum)"; checks=$((checks + 1)); }
same() { jq -c .logits lines | cmp -s - "$1" || die "other logits than ${1%.want}: $2"; checks=$((checks + 1)); }
some=("$pictures"/000[01]*.pgm)
n=${#some[@]}
for net in boolnet_k4 basenet_k1; do
    "$BONNET" run "$MODELS/$net.bonnet" "${some[@]}" --json > whole.json || die "run"
    logits whole.json > $net.want
done

# Command lines.
no() { check "$1" "$2" timeout -k 1 20 "$BONNET" offload "${@:3}"; }
no 2 'give a .bonnet file and images' "$bool"
no 2 'upstream URL says where to' "$bool" "${some[0]}" --send 0
no 2 "who is sure at the end" "$bool" "${some[0]}" --upstream http://127.0.0.1:1 --send picture
no 2 'cert and --key go together' "$bool" "${some[0]}" --upstream https://127.0.0.1:1 --cert x
no 2 'leave --send' "$bool" "${some[0]}" --upstream http://127.0.0.1:1 --plan x --send 0
no 2 'deadline-ms wants milliseconds from 0.001' "$bool" "${some[0]}" --deadline-ms 0
no 2 'threshold wants a number' "$bool" "${some[0]}" --upstream http://127.0.0.1:1 --threshold -1
no 11 'plain http to another machine' "$bool" "${some[0]}" --upstream http://192.0.2.1:8600
no 11 'plain http to another machine' "$bool" "${some[0]}" --upstream http://127.0.0.1.example:8600
for bad in ftp://127.0.0.1 http:// 'http://a b' http://u:p@127.0.0.1 'http://127.0.0.1/?x=1'; do no 11 'is not an address' "$bool" "${some[0]}" --upstream "$bad"; done
no 11 'cannot read .*none.pem' "$bool" "${some[0]}" --upstream https://127.0.0.1:1 --ca none.pem
no 11 'sends pictures, and no_raw_upload forbids' "$bool" "${some[0]}" --upstream http://127.0.0.1:1 --model x --threshold 1 --no-raw-upload

# Nobody there, and nobody named: all of it here.
offload "$bool" "${some[@]}"
same boolnet_k4.want 'without a server'
holds ".local == $n and .why.plan == $n and .fallback == 0"
offload "$bool" "${some[@]}" --upstream http://127.0.0.1:1
same boolnet_k4.want 'nobody there'
holds ".local == $n and .why[\"not ready\"] == $n and .fallback == $n and .breaker == \"open\" and .requests == 0"

"$BONNET" compile "$ROOT/models/fashion/boolnet_k4_exits.onnx" -o exits.bonnet > out 2> err || die 'compile'
start "$bool" "$base" exits.bonnet
# Every cut of both networks, and pictures to another network.
for net in boolnet_k4 basenet_k1; do
    cuts=$("$BONNET" cut "$MODELS/$net.bonnet" --json | jq '.cuts | length')
    [ "$cuts" -gt 3 ] || die "$net has $cuts cuts"
    for ((k = 0; k < cuts; k++)); do
        offload "$MODELS/$net.bonnet" "${some[@]}" --upstream "$url" --send $k --deadline-ms 20000 --in-flight $((1 + k % 4))
        same $net.want "cut $k"
        holds ".upstream == $n and .fallback == 0 and .requests == $n"
    done
done
offload "$base" "${some[@]}" --upstream "$url" --model boolnet_k4 --threshold 1e12 --deadline-ms 20000
same boolnet_k4.want 'all to the other network'
holds ".upstream == $n"
offload "$base" "${some[@]}" --upstream "$url" --model boolnet_k4 --threshold 800000 --deadline-ms 20000 --in-flight 3
holds '.upstream > 0 and .where.end > 0 and .why.sure == .where.end and .fallback == 0'
paste -d ' ' basenet_k1.want boolnet_k4.want > both.want
jq -r '.where + " " + (.logits | tostring)' lines | paste -d ' ' - both.want | awk '$2 != ($1 == "end" ? $3 : $4) {bad = 1} END {exit bad}' || die 'a cascade mixes up its networks'
# By plans of bonnet plan: exits answer with their own confidence, the tail what the whole network says; below its bandwidth another plan.
cp "$ROOT"/examples/edge/fashion/*.json .
jq 'del(.layers, .network)' tiers.json > t.json
for goal in 'split --accuracy 0.914 --deadline 40' 'here --only device'; do
    # shellcheck disable=SC2086 # words on purpose
    "$BONNET" plan exits.bonnet --tiers t.json --exits thresholds.json ${goal#* } -o ${goal%% *}.json > out 2> err || die "plan $goal"
done
"$BONNET" run exits.bonnet "${some[@]}" --json | jq -c '.images[] | [.index, .logits]' > end.want
"$BONNET" run exits.bonnet "${some[@]}" --exit exit1 --json > exit.json || die 'run --exit'
jq -c '.images[] | [.index, .confidence]' exit.json > exit.want
by_plan() { # by_plan CONDITION ARGUMENT... - each answer is the exit's or the end's, by where it came from
    offload exits.bonnet "${some[@]}" --upstream "$url" --deadline-ms 20000 "${@:2}"
    holds "$1"
    jq -r '.where + " " + ([.index, .confidence] | tostring) + " " + ([.index, .logits] | tostring)' lines | paste -d ' ' - exit.want end.want |
        awk '$1 == "exit" ? $2 != $4 : $3 != $5 {bad = 1} END {exit bad}' || die "other answers: ${*:2}"
}
jq '.exits[0].threshold = 500000' split.json > half.json # of these pictures nearly all are sure enough
by_plan '.where.exit > 0 and .upstream > 0 and .fallback == 0 and .where.end == null' --plan half.json
by_plan ".where.exit == $n and .requests == 0" --plan here.json
by_plan ".plan == 1 and .upstream > 0" --plan 0:here.json --plan 0.001:half.json
jq '.exits[:2][].threshold = 1e12 | .policy = "no_raw_upload"' split.json > all.json
by_plan ".upstream == $n and .requests == $n" --plan all.json
by_plan '.where.exit > 0 and .fallback == 0' --exits thresholds.json --send 0
no 15 'is of another network' "$bool" "${some[0]}" --upstream "$url" --plan split.json
no 2 'several plans want --plan MBIT:FILE' exits.bonnet "${some[0]}" --upstream "$url" --plan split.json --plan here.json
no 11 'must be finite and ascend' exits.bonnet "${some[0]}" --upstream "$url" --plan 2:split.json --plan 1:here.json
no 14 'none.json' exits.bonnet "${some[0]}" --upstream "$url" --plan none.json
# The tail of another network of the same name, and of none.
offload "$base" "${some[@]}" --upstream "$url" --model boolnet_k9 --threshold 1e12
same basenet_k1.want 'no such model'
holds ".why.mismatch == $n and (.last_failure | test(\"404\"))"
offload "$base" "${some[@]}" --upstream "$url" --send 0 --model boolnet_k4.tail0 # other maps
same basenet_k1.want 'maps of another size'
holds ".why.mismatch == $n"
# No time at all: the answer is local and says so.
timeout 60 "$BONNET" offload "$bool" "${some[0]}" --upstream "$url" --deadline-ms 0.001 --json > out 2> err || die 'a deadline that cannot be met is an error'
jq -e -s '.[0].late and .[0].fallback and .[0].where == "end" and .[0].why == "no time" and .[1].late == 1' out > /dev/null || die 'late is not said'
check 0 'Ankle boot  upstream' "$BONNET" offload --connect-ms 20000 "$bool" "${some[0]}" --upstream "$url" --labels --deadline-ms 20000
check 0 "^$(find "$pictures" -name '*.pgm' | wc -l) pictures" "$BONNET" offload "$bool" "$pictures" --quiet

# A server that misbehaves, in each way: the rest of the network is run here, in time, and the right reason is given.
echo good > mode
/usr/bin/python3 -B "$ROOT/tests/cli/upstream.py" "$port" mode > fakeport 2> fakelog &
fake=$!
for _ in $(seq 300); do [ -s fakeport ] && break; sleep 0.1; done
bad=http://127.0.0.1:$(cat fakeport)
try() { # try MODE CONDITION [ARGUMENT...]
    echo "$1" > mode
    offload "$bool" "${some[@]}" --upstream "$bad" --send 2 --deadline-ms 450 --margin-ms 200 "${@:3}"
    same boolnet_k4.want "mode $1"
    holds "$2"
}
try good ".upstream == $n"
try plain ".upstream == $n"
try crawl ".upstream == $n and .bytes_sent < $n * 5500" --send 0 # 6272 bytes each, packed where the link is slow
for mode in hang slow; do try $mode '.why.timeout == 3 and .opened == 1 and .why["left alone"] > 0 and .upstream == 0'; done
for mode in reset half; do try $mode '.why.connection == 3 and .opened == 1 and .upstream == 0'; done
for mode in garbage nohttp shape classes version id json huge endless fields; do try $mode '.why.garbage == 3 and .opened == 1 and .upstream == 0'; done
for mode in 500 504; do try $mode '.why["server error"] == 3 and .opened == 1'; done
for mode in 302 401; do try $mode '.why.refused == 3 and .opened == 1 and .upstream == 0'; done
try 503 ".why[\"asked to wait\"] == $n and .requests == 1 and .opened == 0"
for mode in 404 409; do try $mode ".why.mismatch == $n and .requests == 1"; done
for mode in digest nomodel; do try $mode ".why.mismatch == $n and .requests == 0"; done
for mode in notready noise; do try $mode '.upstream == 0 and .requests == 0'; done
try mute '.upstream == 0 and .requests == 0 and .why["not ready"] > 0' --connect-ms 100
# With an exit's answer in hand, too: there is time for the rest here, and so nobody falls back on the exit.
echo hang > mode
offload exits.bonnet "${some[@]}" --upstream "$bad" --plan all.json --deadline-ms 450 --margin-ms 200
holds ".where.end == $n and .why.timeout == 3"
jq -s -e 'all(.short == false)' lines > /dev/null || die 'an exit answered although there was time'
echo float > mode
offload "$base" "${some[@]}" --upstream "$bad" --model boolnet_k4 --threshold 1e12 --deadline-ms 20000
same boolnet_k4.want 'floats of another server' # as numbers of 2^-16

# A stream of pictures until it is told to stop, while things happen.
stream() { # stream URL ARGUMENT...
    : > out # what the one before said is not what this one says
    "$BONNET" offload "$bool" "${some[@]}" --upstream "$1" --send 2 --deadline-ms 450 --margin-ms 200 --rate 100 --repeat 100000 --connect-ms 20000 "${@:2}" --json > out 2> err &
    client=$!
}
now_says() { for _ in $(seq 400); do tail -n 1 out | grep -q "$1" && checks=$((checks + 1)) && return; kill -0 $client 2> /dev/null || break; sleep 0.05; done; die "never $1"; }
ended() { # ended CONDITION: told to stop; every answer is there, right and in time
    kill -TERM $client
    wait $client
    [ $? -eq 130 ] || die 'the stream did not end as it was told'
    client=
    tail -n 1 out > sum
    head -n -1 out > lines
    holds ".late == 0 and $1"
    jq -c .logits lines | awk 'NR == FNR {want[NR - 1] = $0; n = NR; next} $0 != want[(FNR - 1) % n] {bad = 1} END {exit bad || FNR < 2 * n}' boolnet_k4.want - || die 'other logits in the stream'
    checks=$((checks + 1))
}

# It recovers, and so does the client: left alone, asked, used again.
echo good > mode
stream "$bad"
now_says '"upstream"'
echo hang > mode
now_says '"left alone"'
echo good > mode
now_says '"upstream"'
ended '.opened >= 1 and .why.timeout >= 3 and .breaker == "closed"'
kill -9 "$fake"
wait "$fake" 2> /dev/null
fake=

# The real one: stopped, going on, killed, started again at the same address.
stream "$url" --in-flight 3
now_says '"upstream"'
kill -STOP "$pid"
now_says '"left alone"'
kill -CONT "$pid"
now_says '"upstream"'
kill -9 "$pid"
wait "$pid" 2> /dev/null
now_says '"left alone"'
"$BONNET" serve "$bool" "$base" --listen "127.0.0.1:$port" > serving 2> log < /dev/null &
pid=$!
now_says '"upstream"'
ended '.opened >= 2 and .fallback > 3'
stop 20 0
passed
