#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# parallel.sh REQUESTS - what 1, 4 and 16 connections at once get from bonnet serve, one image a request, by HTTP and by TLS 1.3 with client certificates. Part of make bench-serve.
. "$ROOT/tests/cli/serve_lib.sh"
. "$ROOT/tests/cli/certs_lib.sh"
authority ca
server_certificate server
client_certificate cam1
columns() { # columns OPTION... - p50, p99, requests/s for each number of connections
    for n in 1 4 16; do
        "$LOAD" "$url" "$bool" --requests "$requests" --connections $n --kinds whole --brief "$@" > out 2> err || die "the load failed"
        awk -v n=$n '/^whole/ { p50 = $4; p99 = $7 } /answered/ { print n, p50, p99, $(NF - 1) }' out
    done
}
requests=$1
start "$bool"
columns > http
stop 5 0
start "$bool" --cert pki/server.pem --key pki/server.key --ca pki/ca.pem
columns --ca pki/ca.pem --cert pki/cam1.pem --key pki/cam1.key > https
stop 5 0
echo "boolnet_k4 by bonnet serve --device cpu:, $requests requests, every reply compared"
echo "                       HTTP                          TLS 1.3"
echo "connections   p50 us   p99 us  requests/s   p50 us   p99 us  requests/s"
paste -d ' ' http https | while read -r n a b c _ d e f; do printf '%11d %8d %8d %11d %8d %8d %11d\n' "$n" "$a" "$b" "$c" "$d" "$e" "$f"; done
