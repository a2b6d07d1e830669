#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trust.sh - whom `bonnet offload` trusts: with --ca those that it was given and nobody else, without it the system's, which are put in their place here. make test-net-trust
LINK=none
. "${ROOT:?set by make}/tests/net/lib.sh" || exit 1
. "$ROOT/tests/cli/certs_lib.sh"
authority ca
authority ca2
server_certificate server ca2
mkdir system
cp pki/ca2.pem system/ca2.pem
openssl rehash system
mount --bind system /etc/ssl/certs || { echo "skipped: /etc/ssl/certs cannot be replaced here"; exit 77; }
cp pki/ca2.pem system/ca-certificates.crt
ip link set lo up
net=$MODELS/boolnet_k4.bonnet
: > serving
"$BONNET" serve "$net" --listen 127.0.0.1:0 --cert pki/server.pem --key pki/server.key > serving 2>&1 < /dev/null &
until_said serving '^listening' $!
url=$(sed -n 's/^listening on //p' serving)
asks() { # asks WANT OPTION... - upstream's answers of 1
    "$BONNET" offload "$net" "$ROOT"/tests/vectors/fashion/00000_*.pgm --upstream "$url" --deadline-ms 10000 --connect-ms 10000 --json --quiet "${@:2}" > out 2> err || die "$(cat err)"
    [ "$(jq .upstream out)" -eq "$1" ] || die "with '${*:2}' upstream answered $(cat out)"
}
asks 1
asks 1 --ca pki/ca2.pem
asks 0 --ca pki/ca.pem
jq -e '.last_failure | test("certificate|verif"; "i")' out > /dev/null || die "no word of the certificate: $(cat out)"
echo "PASS 4 checks"
