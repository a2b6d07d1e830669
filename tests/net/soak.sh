#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# soak.sh REQUESTS - bonnet serve under a long load of every kind of request: whole networks, tails, JSON, errors, deadlines, clients that hang up; then a tenth as many over
# TLS with client certificates, with two devices, and with new versions. Every reply is golden's, none is lost, the server's memory, threads and descriptors stay what they were. make soak, test-net-soak
. "$ROOT/tests/cli/serve_lib.sh"
. "$ROOT/tests/cli/certs_lib.sh"
requests=$1

loaded() { # loaded REQUESTS OPTION...
    local grow=1024
    [ "$1" -ge 100000 ] || grow=4096 # in a tenth of so few not every tail has been asked for and loaded, nor every buffer
    nice "$LOAD" "$url" "$bool" "$base" --requests "$1" --pid "$pid" --grow $grow --seed "${SEED:-1}" "${@:2}" > out 2> err || { echo "replay: make soak SOAK=$requests SEED=${SEED:-1}"; die "the load failed"; }
    cat out
    checks=$((checks + 1))
    cp out load.out
    curl "${curl_with[@]}" -s "$url/metrics" > out
    for idle in bonnet_queue_depth bonnet_computing bonnet_body_bytes; do grep -qx "$idle 0" out || die "$idle is not 0 after the load"; done
    # The server's books: every answer was counted, and of those that hung up no more than there were.
    local booked answered cut
    booked=$(awk '/^bonnet_requests_total/ && !/status="499"/ { n += $2 } END { print n }' out)
    answered=$(sed -n 's/^\([0-9]*\) answered.*/\1/p' load.out) cut=$(sed -n 's/.*), \([0-9]*\) cut off.*/\1/p' load.out)
    [ $((booked < answered || booked > answered + cut + 2)) -eq 0 ] || die "the server counted $booked answers, the load $answered and $cut cut off"
    checks=$((checks + 1))
}

echo "HTTP"
start "$bool" "$base"
loaded "$requests"
stop 5 0

echo "TLS 1.3, client certificates"
authority ca
server_certificate server
client_certificate cam1
start "$bool" "$base" --cert pki/server.pem --key pki/server.key --ca pki/ca.pem
curl_with=(--cacert pki/ca.pem --cert pki/cam1.pem --key pki/cam1.key)
loaded $((requests / 10)) --ca pki/ca.pem --cert pki/cam1.pem --key pki/cam1.key
stop 5 0
curl_with=()

if [ "$requests" -ge 100000 ]; then
    echo "Two devices"
    start "$bool" "$base" --device cpu: --device cpu:
    loaded $((requests / 10))
    stop 5 0

    # Compiled for another chip the network is another file with the same logits.
    echo "A new version of one network ten times a second"
    "$BONNET" compile "$ROOT/models/fashion/boolnet_k4.onnx" --geometry zcu102 -o other.bonnet --quiet > out 2> err || die "no other version"
    cp "$bool" served.bonnet
    start served.bonnet "$base"
    while sleep 0.1 && cp other.bonnet new && mv new served.bonnet && kill -HUP "$pid" 2> /dev/null && sleep 0.1; do cp "$bool" new && mv new served.bonnet && kill -HUP "$pid" 2> /dev/null; done &
    changing=$!
    loaded $((requests / 10)) --grow 8192
    kill $changing
    grep -c '"event":"reload".*"network"' log | sed 's/$/ new versions taken/'
    stop 5 0
fi
passed
