#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a client keeps: upstream's answers in a cache, also when the server dies, audited, tightened; its bytes within a budget across restarts and kills; hard
# examples on disk, whole after kill -9, read by `bonnet spool` and `bonnet run`. How far a cache reaches, on images that have nothing in common.
. "$ROOT/tests/cli/serve_lib.sh"
command -v jq > /dev/null || { echo "skipped: no jq"; exit 77; }
client=
trap '[ -z "$client" ] || kill -9 $client 2> /dev/null; [ -z "$pid" ] || kill -9 $pid 2> /dev/null; cd /; rm -rf "$work"' EXIT
some=("$pictures"/000[01]*.pgm)
n=${#some[@]}
"$BONNET" run "$bool" "${some[@]}" --json | jq -c '.images[].logits' > want || die 'run'
offload() { # offload ARGUMENT... - to lines and sum
    timeout 120 "$BONNET" offload "$@" --deadline-ms 20000 --json > out 2> err || die "bonnet offload $*"
    head -n -1 out > lines
    tail -n 1 out > sum
    jq -e '.pictures == .answered and .late == 0' sum > /dev/null || die "not every picture was answered in time: $*"
    checks=$((checks + 1))
}
holds() { jq -e "$1" sum > /dev/null || die "not so: $1, but $(cat sum)"; checks=$((checks + 1)); }
same() { jq -c .logits lines | awk 'NR == FNR {want[NR - 1] = $0; n = NR; next} $0 != want[(FNR - 1) % n] {bad = 1} END {exit bad || !FNR}' want - || die "other logits: $1"; checks=$((checks + 1)); }
images() { curl -s -m 20 "$url/metrics" | sed -n "s/^bonnet_images_total{model=\"$1\"} //p"; }

# Command lines.
no() { check "$1" "$2" timeout -k 1 20 "$BONNET" offload "$bool" "${some[0]}" --upstream http://127.0.0.1:1 "${@:3}"; }
no 2 'wants --cache-tau' --cache 10
no 2 'for --cache N' --cache-tau 10
no 2 'for plans that send a map' --cache 10 --cache-tau 10 --send picture --threshold 1
no 2 'tau is a file, or a whole number of the map.s 25088 bits' --cache 10 --cache-tau 25089 --send 4
no 2 'budget wants bytes a second' --budget much
no 2 'never lets a request' --budget 100,200
no 2 'budget-log wants --rate' --budget 1000 --budget-log x
no 2 'map or picture' --spool x --spool-what film
no 2 'spool DIR says where' --spool-mib 1
no 11 'the spool can keep pictures only' --spool x --send picture --threshold 1
no 14 'no/where: No such file' --spool no/where
printf '{"bonnet_cache": 1}' > tau.json
no 16 'model_sha256.* wants 64 digits' --cache 10 --cache-tau tau.json --send 4
printf '0.5,1,2\n' > log.csv
no 16 'line 1 is not confidence,here,above' --budget 1000 --budget-log log.csv --rate 10

start "$bool" "$base"
# The same pictures again: no request, the same bits. A server that dies is not missed for them.
offload "$bool" "${some[@]}" --upstream "$url" --send 4 --cache 100 --cache-tau 0 --audit 0 --repeat 5
same 'from the cache'
holds ".upstream == $n and .where.cache == 4 * $n and .requests == $n and .why.cached == 4 * $n and .cache_entries == $n and .fallback == 0"
[ "$(images boolnet_k4.tail4)" -eq "$n" ] || die "the server saw $(images boolnet_k4.tail4) images, not $n"
offload "$bool" "${some[@]}" --upstream "$url" --send 4 --cache 100 --cache-tau 0 --audit 1 --repeat 3
holds ".upstream == 3 * $n and .cache_hits == 2 * $n and .cache_audits == 2 * $n and (.cache_false // 0) == 0"
offload "$bool" "${some[@]}" --upstream "$url" --send 4 --cache 5 --cache-tau 0 --audit 0 --repeat 2
holds ".upstream == 2 * $n and .cache_entries == 5" # a cache that is too small
# False hits, planted: any map is near enough. Audits find them, answer right, and the cache reaches less far until it does not reach at all.
offload "$bool" "${some[@]}" --upstream "$url" --send 4 --cache 100 --cache-tau 25088 --audit 1 --repeat 3 --spool false --spool-what picture
same 'audited'
holds '.cache_false > 10 and .cache_tightened > 3 and .upstream == .answered and .spooled == .cache_false'
offload "$bool" "${some[@]}" --upstream "$url" --send 4 --cache 100 --cache-tau 25088 --audit 0.5 --repeat 40
jq -s -c '[.[] | [.where, .logits]]' lines > all
jq -n -c --slurpfile w want --slurpfile a all '($a[0] | length / 2) as $half | [$a[0] | to_entries[] | select(.value[0] == "cache" and ($w[.key % ($w | length)] | index(max)) != (.value[1] | index(max))) | .key < $half] | [map(select(.))[]] as $early | {early: ($early | length), late: (length - ($early | length))}' > wrong
jq -e '.early > 0 and .late * 2 < .early' wrong > /dev/null || die "false hits early and late: $(cat wrong)"
checks=$((checks + 1))
: > out # what is waited for is not in the last one's
"$BONNET" offload "$bool" "${some[@]}" --upstream "$url" --send 4 --cache 100 --cache-tau 0 --audit 0 --rate 400 --repeat 100000 --deadline-ms 20000 --json > out 2> err &
client=$!
for _ in $(seq 400); do tail -n 1 out | grep -q '"cache"' && break; sleep 0.05; done
kill -9 "$pid"
wait "$pid" 2> /dev/null
before=$(wc -l < out)
for _ in $(seq 400); do [ "$(wc -l < out)" -gt $((before + 5 * n)) ] && break; sleep 0.05; done
kill -TERM $client
wait $client
client=
tail -n 1 out > sum
head -n -1 out > lines
same 'from the cache, the server dead'
holds ".fallback == 0 and .late == 0 and .where.cache > 5 * $n"

start "$bool" "$base"
# A budget: what one client leaves is the next one's; who is killed leaves nothing.
send=("$base" "${some[@]}" --upstream "$url" --model boolnet_k4 --threshold 1e12 --spool spent --spool-what picture)
from=$(date +%s%N)
sent=0
for _ in 1 2 3; do
    offload "${send[@]}" --budget 3000,12000 --rate 100
    holds '.budget_refused > 0 and .why.budget == .budget_refused and .fallback == .budget_refused'
    sent=$((sent + $(jq .bytes_sent sum)))
    [ $sent -le $((12000 + 3 * ($(date +%s%N) - from) / 1000000)) ] || die "$sent bytes are more than the budget"
done
seen=$(images boolnet_k4)
if [ "$seen" -lt 6 ] || [ $((seen * 784)) -gt $sent ]; then die "the server saw $seen images of $sent bytes"; fi
rm -r spent # a burst to begin with
: > out # what is waited for is not in the last one's
"$BONNET" offload "${send[@]}" --budget 10,100000 --rate 50 --repeat 1000 --deadline-ms 20000 --json > out 2> err &
client=$!
for _ in $(seq 400); do grep -q '"upstream"' out && break; sleep 0.05; done
grep -q '"upstream"' out || die 'a burst does not let anything out'
kill -9 $client
wait $client 2> /dev/null
client=
offload "${send[@]}" --budget 10,100000
holds ".upstream == 0 and .budget_refused == $n"
# Whom to send, by a log: nobody above 800000, where upstream is right no more often.
awk 'BEGIN {for (i = 0; i < 400; i++) printf "%d,%d,%d\n", i * 4000, (i >= 200 || i % 2), 1}' > log.csv
rm -r spent
offload "${send[@]}" --budget 5000,20000 --rate 100 --budget-log log.csv
holds '.policy_gain >= .fixed_gain - 1e-9 and .policy_gain > 0 and .upstream > 0'
jq -s -e '[.[] | select(.where == "upstream")] | length > 0' lines > /dev/null || die 'nothing was sent'

# Hard examples: killed, nothing torn is listed, the next one goes on; exported, they are what the device saw and said.
hard=("$base" "${some[@]}" --upstream "$url" --send 2 --spool hard --spool-below 1e12)
for what in picture map; do
    rm -rf hard
    seen=0
    for _ in 1 2; do
        "$BONNET" offload "${hard[@]}" --spool-what $what --rate 300 --repeat 1000 --deadline-ms 20000 --quiet > /dev/null 2> err &
        client=$!
        for _ in $(seq 400); do [ "$(find hard -name '*.json' 2> /dev/null | wc -l)" -gt $((seen + 5)) ] && break; sleep 0.02; done
        check 14 'another process writes to it' timeout 20 "$BONNET" offload "${hard[@]}" --spool-what $what
        kill -9 $client
        wait $client 2> /dev/null
        client=
        check 0 'bytes' "$BONNET" spool hard --json
        jq -e ".damaged == 0 and (.examples | length) > $seen and ([.examples[].id] | . == (sort | unique))" out > /dev/null || die "the spool after kill -9: $(cat out)"
        seen=$(jq '.examples | length' out)
    done
    rm -rf out_folder
    check 0 "^$seen examples" "$BONNET" spool hard --export out_folder
    [ "$(wc -l < out_folder/labels.csv)" -eq $((seen + 1)) ] || die 'labels.csv'
done
"$BONNET" run "$base" --from out_folder/000000000001.cut --json > out 2> err || die 'a spooled map does not run'
[ "$(jq '.images[0].index // .images[0].label' out)" = "$(awk -F, 'NR == 2 {print $2}' out_folder/labels.csv)" ] || die "a spooled map is another's: $(cat out)"
check 0 "^$seen examples" "$BONNET" spool hard --export maps.npz --delete
check 0 '^0 examples, 0 bytes' "$BONNET" spool hard
"$BONNET" offload "${send[@]}" --deadline-ms 20000 --quiet --no-raw-upload > out 2> err && die 'no-raw-upload lets pictures out'
offload "$base" "${some[@]}" --upstream "$url" --send 2 --spool kept --spool-what picture --spool-below 1e12 --no-raw-upload --repeat 2
holds ".upstream == 2 * $n and .spooled == 2 * $n"
"$BONNET" spool kept --export pictures_back > out || die 'export'
"$BONNET" run "$base" pictures_back/*.npy --json > out 2> err || die 'spooled pictures do not run'
paste -d ' ' <(jq '.images[] | .index // .label' out) <(awk -F, 'NR > 1 {print $2}' pictures_back/labels.csv) | awk '$1 != $2 {bad = 1} END {exit bad || NR < 30}' || die 'labels of spooled pictures'
checks=$((checks + 2))
# Sent on: what the server has answered is gone here; a policy, a server that is away, another network keep everything.
held=$((2 * n))
check 11 'no_raw_upload forbids' "$BONNET" spool kept "$base" --upload "$url" --no-raw-upload
check 0 "^0 pictures taken and removed; $held maps or pictures of other networks stay" "$BONNET" spool kept "$bool" --upload "$url"
check 14 'was not taken .*the rest stay' "$BONNET" spool kept "$base" --upload http://127.0.0.1:1
before=$(images boolnet_k4)
check 0 "^$held pictures taken and removed; 0 maps" "$BONNET" spool kept "$base" --upload "$url" --model boolnet_k4
[ $(($(images boolnet_k4) - before)) -eq $held ] || die "the server saw $(images boolnet_k4) - $before images, not $held"
check 0 '^0 examples, 0 bytes' "$BONNET" spool kept
stop 30 0

# How far a cache may reach: on test images, which have nothing in common, no class is ever answered, and none that is told to reach a tenth of the map is hit.
if [ -d /usr/share/datasets/fashion-mnist ]; then
    check 0 'Sandal +never' "$BONNET" cache "$bool" --cut 4 --dataset fashion-mnist --limit 400 --budget 0.05 -o tau.json
    jq -e '[.classes[].tau] == [range(10) | null]' tau.json > /dev/null || die "images without anything in common: $(cat tau.json)"
    check 0 '400 images: 0 hits' "$BONNET" cache "$bool" --cut 4 --dataset fashion-mnist --limit 400 --tau 2508
    check 15 'of another network or cut' "$BONNET" cache "$bool" --cut 3 --dataset fashion-mnist --limit 40 --tau tau.json
fi
passed
