#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# chain.sh RATE - three namespaces in a row: `bonnet offload` on a device sends the map of the first cut to an edge, whose `bonnet serve --upstream` computes as far as a later one and
# sends that on to a cloud, behind a line of 40 Mbit/s. The cloud is killed: the edge does the rest itself; then the edge as well: the device does. All answered, in time. make net-tiers
. "${ROOT:?set by make}/tests/net/lib.sh" || exit 1
. "$ROOT/tests/cli/certs_lib.sh"
rate=$1 deadline=150 margin=30 net=$MODELS/boolnet_k4.bonnet
spaces device edge cloud
link radio device 10.9.1.1 edge 10.9.1.2 "delay=10 jitter=2 rate=20M queue=60000"
wire line edge 10.9.2.1 cloud 10.9.2.2 40M

serve() { # serve SPACE ADDRESS OPTION... - its pid in $server
    : > "serving.$1"
    become "$1" "$BONNET" serve "$net" --listen "$2" --insecure "${@:3}" > "serving.$1" 2>&1 < /dev/null &
    server=$!
    until_said "serving.$1" '^listening' $server
}
end() { kill -9 "$1"; wait "$1" 2> /dev/null; }
authority ca
certificate cloud ca serverAuth IP:10.9.2.2
client_certificate edge
cloud=(--cert pki/cloud.pem --key pki/cloud.key --ca pki/ca.pem)
serve cloud 10.9.2.2:8601 "${cloud[@]}"
far=$server
forward=(--upstream https://10.9.2.2:8601 --forward 3 --upstream-ms 60 --upstream-ca pki/ca.pem --upstream-cert pki/edge.pem --upstream-key pki/edge.key)
serve edge 10.9.1.2:8600 "${forward[@]}"
near=$server
counted() { in_space edge curl -s http://10.9.1.2:8600/metrics | awk -v name="bonnet_$1_total" '$1 == name { print $2 }'; }

answered() { wc -l < answers; }
phase() { # phase NAME SECONDS
    echo "$1 $(answered)" >> phases
    sleep "$2"
}
"$BONNET" offload "$net" "$ROOT"/tests/vectors/fashion/*.pgm --json > reference || die "no reference"
"$WAKEUP" > wakeup &
waking=$!
: > phases
: > answers
become device "$BONNET" offload "$net" "$ROOT"/tests/vectors/fashion/*.pgm --upstream http://10.9.1.2:8600 --insecure --send stem.conv --deadline-ms $deadline \
    --margin-ms $margin --rate "$rate" --in-flight 16 --connect-ms 5000 --repeat 1000000 --json > answers 2> client.log &
client=$!
until_said answers '"where":"upstream"' $client
phase steady 2
sent_on=$(counted forwarded)
end "$far"
phase healed 1.5
phase steady-edge 2 # which does the cloud's part itself
own=$(counted forward_fallback)
end "$near"
phase nobody 1.5
serve cloud 10.9.2.2:8601 "${cloud[@]}"
serve edge 10.9.1.2:8600 "${forward[@]}"
phase healed 4
phase steady-again 2
kill -TERM $client
wait $client
[ $? -eq 130 ] || { cat client.log; die "bonnet offload failed"; }
kill $waking
wait $waking
/usr/bin/python3 -B "$ROOT/tests/net/judge.py" answers reference phases wakeup $deadline $margin || { tail -n 1 answers; exit 1; }
[ "$sent_on" -ge $((rate / 2)) ] || die "the edge had $sent_on answers from the cloud"
[ "$own" -ge $((rate / 2)) ] || die "the edge answered $own itself when the cloud was gone"
echo "the edge: $sent_on answers from the cloud in the first phase, $own of its own when that was gone"
link_stats radio
echo "PASS"
