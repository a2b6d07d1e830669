#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tiers.sh RATE - three namespaces: `bonnet offload` on a device, haproxy and `bonnet serve` on an edge, another `bonnet serve` in a cloud behind a line of 40 Mbit/s. The edge's server
# is killed: the cloud answers instead; then the line to it fails as well: the device answers itself; both come back; the radio loses everything. All answered, in time. make net-tiers
. "${ROOT:?set by make}/tests/net/lib.sh" || exit 1
command -v haproxy > /dev/null || { echo "skipped: no haproxy"; exit 77; }
rate=$1 deadline=150 margin=30 net=$MODELS/boolnet_k4.bonnet
spaces device edge cloud
link radio device 10.9.1.1 edge 10.9.1.2 "delay=10 jitter=2 rate=20M queue=60000"
wire line edge 10.9.2.1 cloud 10.9.2.2 40M

serve() { # serve SPACE ADDRESS - its pid in $server
    : > "serving.$1"
    become "$1" "$BONNET" serve "$net" --listen "$2" --insecure > "serving.$1" 2>&1 < /dev/null &
    server=$!
    until_said "serving.$1" '^listening' $server
}
serve edge 127.0.0.1:8601
near=$server
serve cloud 10.9.2.2:8601
# The file that ships, with these two servers; the cloud's is asked when the edge's own does not answer.
sed -e 's|bind 127.0.0.1:8600|bind 10.9.1.2:8600|; s|^ *server b .*|    server b 10.9.2.2:8601 backup|; /^ *server c /d' "$ROOT/examples/serve/haproxy.cfg" > haproxy.cfg
become edge haproxy -q -db -f haproxy.cfg > haproxy.log 2>&1 < /dev/null &

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
become device "$BONNET" offload "$net" "$ROOT"/tests/vectors/fashion/*.pgm --upstream http://10.9.1.2:8600 --insecure --send layer2.1.conv1 --deadline-ms $deadline \
    --margin-ms $margin --rate "$rate" --in-flight 16 --connect-ms 5000 --repeat 1000000 --json > answers 2> client.log &
client=$!
until_said answers '"where":"upstream"' $client
phase steady 2
kill -9 $near; wait $near 2> /dev/null
phase healed 1
phase steady-cloud 2 # while it answers for the edge
in_space edge ip link set line down
phase nobody 1.5
in_space edge ip link set line up
serve edge 127.0.0.1:8601
phase healed 4
phase steady-back 2
link_set radio both loss=100
phase blackhole 1.5
link_set radio both loss=0
phase healed 4
phase steady-again 2
kill -TERM $client
wait $client
[ $? -eq 130 ] || { cat client.log; die "bonnet offload failed"; }
kill $waking
wait $waking
/usr/bin/python3 -B "$ROOT/tests/net/judge.py" answers reference phases wakeup $deadline $margin || { tail -n 1 answers; cat haproxy.log; exit 1; }
link_stats radio
echo "PASS"
