#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# offload_bench.sh BONNET MODELS PICTURES - what co-inference takes on this machine: pictures here alone, split, cascaded, by TLS; a table on stdout. make bench-offload
set -eu
bonnet=$1 models=$2 pictures=$3
work=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null; rm -rf "$work"' EXIT
cd "$work"
serve() { # serve NAME ARGUMENT... - sets url
    "$bonnet" serve "$models/boolnet_k4.bonnet" "$models/basenet_k1.bonnet" --listen 127.0.0.1:0 "${@:2}" > "$1" 2> /dev/null &
    for _ in $(seq 300); do grep -q '^listening on ' "$1" && break; sleep 0.1; done
    url=$(sed 's/^listening on //' "$1")
}
row() { # row NAME ARGUMENT...
    "$bonnet" offload "${@:2}" --repeat 100 --quiet --json | jq -r --arg name "$1" \
        '[$name, .pictures, .upstream, (.p50_ms * 1000 | round), (.p99_ms * 1000 | round), (.bytes_sent / ([.requests, 1] | max) | round)] | @tsv' |
        awk -F '\t' '{printf "    %-34s %8d %8d %8d %8d %8d\n", $1, $2, $3, $4, $5, $6}'
}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2> /dev/null
chmod 600 key.pem
serve plain
plain=$url
serve tls --cert cert.pem --key key.pem
printf '    %-34s %8s %8s %8s %8s %8s\n' '' pictures upstream 'p50 us' 'p99 us' 'B/req'
row 'boolnet_k4 here' "$models/boolnet_k4.bonnet" "$pictures"
row 'split behind cut 2' "$models/boolnet_k4.bonnet" "$pictures" --upstream "$plain" --send 2
row 'the same by TLS 1.3' "$models/boolnet_k4.bonnet" "$pictures" --upstream "$url" --ca cert.pem --send 2
row 'basenet_k1, unsure to boolnet_k4' "$models/basenet_k1.bonnet" "$pictures" --upstream "$plain" --model boolnet_k4 --threshold 500000
row 'the same, all to boolnet_k4' "$models/basenet_k1.bonnet" "$pictures" --upstream "$plain" --model boolnet_k4 --threshold 1e12
row 'split, nobody there' "$models/boolnet_k4.bonnet" "$pictures" --upstream http://127.0.0.1:1 --send 2
