#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet serve, new versions of its files: under load every reply is bit for bit that of the version it names; whatever is wrong with a file, the old version stays; by SIGHUP and by the protocol's repository.
. "$ROOT/tests/cli/serve_lib.sh"
tail -c 784 "$pictures"/00000_*.pgm > shoe.raw
# Another network of the same name: the smaller one, called as the larger one is.
LC_ALL=C sed 's/basenet_k1/boolnet_k4/g' "$ROOT/models/fashion/basenet_k1.onnx" > other.onnx
"$BONNET" compile other.onnx -o other.bonnet > out 2> err || die "no second network"
cp "$bool" first.bonnet
digest() { "$BONNET" info "$1" --json | jq -r .sha256; }
logits() { "$BONNET" run "$1" "$pictures"/00000_*.pgm --json | jq -c '.images[0].logits' | sed 's/,/, /g'; }
one=$(digest first.bonnet) two=$(digest other.bonnet)
[ "$one" != "$two" ] || die "the two networks are one"
[ "$(logits first.bonnet)" != "$(logits other.bonnet)" ] || die "the two networks answer alike"
printf '{"bonnet_acl": 1, "rules": [{"anyone": true, "infer": ["*"], "metrics": true}, {"tokens": ["%s"], "admin": ["boolnet*"]}]}' \
    "$(printf secret | sha256sum | cut -d' ' -f1)" > acl.json
put() { cp "$1" net.part && mv net.part net.bonnet; } # as an operator does: whole, or not at all
hangup() { # hangup PATTERN - what stderr says of the network
    local lines
    lines=$(grep -c '"what":"network"' log)
    kill -HUP "$pid"
    for _ in $(seq 1200); do [ "$(grep -c '"what":"network"' log)" -gt "$lines" ] && break; sleep 0.05; done
    grep '"what":"network"' log | tail -1 > out
    grep -qE -- "$1" out || die "the reload did not say '$1'"
    checks=$((checks + 1))
}
version() { get 200 "\"bonnet_digest\":\"$1\"" /v2/models/boolnet_k4 && get 200 "\"versions\":\[\"${1:0:12}\"\]" /v2/models/boolnet_k4.tail1; }

for devices in '--device cpu: --device mock:slow=50' '--device mock:slow=20'; do
    put first.bonnet
    # shellcheck disable=SC2086 # words on purpose
    start net.bonnet "$base" $devices --acl acl.json --queue 64 --batch 5
    version "$one"
    rm -f enough
    client steady boolnet_k4 shoe.raw 12 enough > steady.out 2> steady.err &
    steady=$!
    for _ in $(seq 1200); do [ -s steady.out ] && break; sleep 0.05; done
    put other.bonnet
    hangup "\"digest\":\"$two\",\"ok\":true"
    version "$two"
    get 404 "has version ${two:0:12} only" "/v2/models/boolnet_k4/versions/${one:0:12}"
    get 200 name "/v2/models/boolnet_k4/versions/${two:0:12}"
    # Nothing of this is a network that could take its place.
    head -c 20000 first.bonnet > net.bonnet
    hangup '"ok":false.*"kept"'
    { head -c 30000 first.bonnet; printf 'x'; tail -c +30002 first.bonnet; } > net.bonnet
    hangup '"ok":false.*net.bonnet'
    echo > net.bonnet
    hangup '"ok":false'
    cp "$base" net.bonnet
    hangup "\"ok\":false,\"error\":\"net.bonnet: its network is called 'basenet_k1' now, not 'boolnet_k4'"
    rm net.bonnet
    hangup '"ok":false,"error":"net.bonnet: No such file'
    version "$two"
    for n in first other first other first; do # requests of both are in the queue: twelve, and five in a run
        put $n.bonnet
        hangup '"ok":true'
    done
    version "$one"
    : > enough
    wait $steady || { cp steady.err err; die "steady"; }
    says '^answered [1-9][0-9]+ lost 0 versions 2 wrong 0$' sed -n 2p steady.out
    grep -qF "${one:0:12} {'logits': $(logits first.bonnet), " steady.out || die "the first version's replies are not its own"
    grep -qF "${two:0:12} {'logits': $(logits other.bonnet), " steady.out || die "the second version's replies are not its own"
    get 200 '^bonnet_reload_errors_total 5$' /metrics
    get 200 '^bonnet_requests_total\{model="boolnet_k4",status="200"\} [0-9]+$' /metrics
    [ "$devices" != '--device mock:slow=20' ] || break
    stop 10 0
done
stop 10 0

# A device that is opened again loads what is served, whatever has become of the file.
put first.bonnet
start net.bonnet --device mock:fault=axi-read@40000
put other.bonnet
codes=
for _ in $(seq 10); do codes+=" $(client once boolnet_k4 shoe.raw)"; done
[[ $codes =~ 500\ 200 ]] || die "no device was opened again:$codes"
version "$one"
stop 5 0

# The repository of the protocol: a list for everybody who may read, loading for who may administer.
put first.bonnet
start net.bonnet "$base" --acl acl.json
get 200 '"name":"boolnet_k4","version":"'"${one:0:12}"'","state":"READY"' /v2/repository/index -X POST
[ "$(jq length out)" = "$((2 + $("$BONNET" cut "$bool" --json | jq '.cuts | length') + $("$BONNET" cut "$base" --json | jq '.cuts | length')))" ] || die "the list is not whole"
get 405 'send POST' /v2/repository/index
get 404 'no such address' /v2/repository/models/boolnet_k4/unload -X POST
load() { get "$1" "$2" "/v2/repository/models/$3/load" -X POST "${@:4}"; }
load 401 'say who you are' boolnet_k4
admin='Authorization: Bearer secret'
load 403 "may not administer 'basenet_k1'" basenet_k1 -H "$admin"
load 404 'no model' boolnet_k5 -H "$admin"
load 400 'a tail is loaded with its network' boolnet_k4.tail1 -H "$admin"
load 400 'takes no parameters' boolnet_k4 -H "$admin" --data-binary '{"parameters": {}}'
load 200 '^\{\}$' boolnet_k4 -H "$admin"
version "$one"
put other.bonnet
load 200 '^\{\}$' boolnet_k4 -H "$admin" --data-binary '{}'
version "$two"
head -c 20000 first.bonnet > net.bonnet
load 400 net.bonnet boolnet_k4 -H "$admin"
version "$two"
memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status"; }
printf '{"inputs": [{"name": "image", "datatype": "UINT8", "shape": [1, 28, 28, 1], "data": [%s0]}]}' "$(printf '0,%.0s' {1..783})" > body
swaps() {
    for _ in $(seq "$1"); do
        for n in first other; do
            put $n.bonnet
            load 200 '^\{\}$' boolnet_k4 -H "$admin"
            post 200 '"logits"' boolnet_k4 @body
        done
    done
}
swaps 5
before=$(memory)
swaps 10
[ $(($(memory) - before)) -le 4096 ] || die "20 new versions took $(($(memory) - before)) KiB"
stop 5 0
start net.bonnet
load 403 'no access list' boolnet_k4
get 200 boolnet_k4 /v2/repository/index -X POST
stop 5 0
passed
