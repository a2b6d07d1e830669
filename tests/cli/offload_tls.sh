#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet offload by TLS: who is trusted and who is not. Whoever is not gets nothing, and every picture is answered here.
. "$ROOT/tests/cli/serve_lib.sh"
. "$ROOT/tests/cli/certs_lib.sh"
command -v jq > /dev/null || { echo "skipped: no jq"; exit 77; }
other=''
trap '[ -z "$pid" ] || kill -9 $pid 2> /dev/null; [ -z "$other" ] || kill -9 $other 2> /dev/null; cd /; rm -rf "$work"' EXIT
authority ca
authority ca2
server_certificate server
certificate elsewhere ca serverAuth DNS:edge.example
server_certificate over ca '3 days ago' yesterday
client_certificate cam1
client_certificate stranger ca2
some=("$pictures"/0000*.pgm)
n=${#some[@]}
"$BONNET" run "$bool" "${some[@]}" --json > whole.json || die run
jq -c '.images[].logits' whole.json > want
asks() { # asks CONDITION URL ARGUMENT... - of the last line; the answers are right whoever gives them
    timeout 60 "$BONNET" offload --connect-ms 20000 "$bool" "${some[@]}" --upstream "$2" --send 2 --deadline-ms 20000 "${@:3}" --json > out 2> err || die "$*"
    tail -n 1 out > sum
    jq -e "$1 and .answered == $n and .late == 0" sum > /dev/null || die "not so: $1 ($2 ${*:3})"
    head -n -1 out | jq -c .logits | cmp -s - want || die "other logits: $2 ${*:3}"
    checks=$((checks + 1))
}
yes=".upstream == $n"
no=".upstream == 0 and .requests == 0 and .why[\"not ready\"] == $n and (.last_failure | test(\"SSL|TLS|certificate|reset|Fail|connect\"; \"i\"))"

start "$bool" --cert pki/server.pem --key pki/server.key
asks "$yes" "$url" --ca pki/ca.pem
asks "$yes" "https://localhost:$port" --ca pki/ca.pem
asks "$no" "$url" --ca pki/ca2.pem
asks "$no" "$url" # nobody whom the system trusts has signed it
asks "$yes" "$url" --insecure
asks "$no" "$url" --insecure --ca pki/ca2.pem # with a list, the list is held
kill -9 "$pid"; wait "$pid" 2> /dev/null; pid=
start "$bool" --cert pki/elsewhere.pem --key pki/elsewhere.key
asks "$no" "$url" --ca pki/ca.pem # the name is another's
kill -9 "$pid"; wait "$pid" 2> /dev/null; pid=
start "$bool" --cert pki/server.pem --key pki/server.key --ca pki/ca.pem
asks "$yes" "$url" --ca pki/ca.pem --cert pki/cam1.pem --key pki/cam1.key
asks "$no" "$url" --ca pki/ca.pem
asks "$no" "$url" --ca pki/ca.pem --cert pki/stranger.pem --key pki/stranger.key
kill -9 "$pid"; wait "$pid" 2> /dev/null; pid=

# Servers that bonnet serve would not be: with an expired certificate, with TLS 1.2 at most.
others() { # others CERTIFICATE ARGUMENT...
    port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    openssl s_server -accept "127.0.0.1:$port" -cert "pki/$1.pem" -key "pki/$1.key" -www "${@:2}" > s_server.log 2>&1 &
    other=$!
    for _ in $(seq 100); do grep -q ACCEPT s_server.log && break; sleep 0.1; done
}
others over
asks "$no" "https://127.0.0.1:$port" --ca pki/ca.pem
kill $other
others server -no_tls1_3
asks "$no" "https://127.0.0.1:$port" --ca pki/ca.pem
asks "$no" "https://127.0.0.1:$port" --insecure # old TLS is refused, checked or not
kill $other
other=''
passed
