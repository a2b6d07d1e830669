#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet serve --cert: who gets in and who does not, what is said to whom, handshakes that hang, new files under load.
. "$ROOT/tests/cli/serve_lib.sh"
. "$ROOT/tests/cli/certs_lib.sh"
authority ca
authority ca2
server_certificate server
server_certificate second
server_certificate over ca '3 days ago' yesterday
server_certificate soon ca tomorrow '2 days'
client_certificate cam1
client_certificate cam2
client_certificate stranger ca2
client_certificate expired ca '3 days ago' yesterday
client_certificate early ca tomorrow '2 days'
certificate usage ca serverAuth DNS:usage.site1.example
certificate named ca clientAuth ''
mkfifo pki/fifo
tls req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout alone.key -out alone.pem -days 1 -subj /CN=cam1.site1.example
tls req -new -newkey rsa:1024 -nodes -keyout weak.key -out weak.csr -subj /CN=weak
tls ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -in weak.csr -out weak.pem -notext -days 1
revocations none.crl yesterday tomorrow
revocations over.crl '2 days ago' yesterday
revocations some.crl yesterday tomorrow cam2
tail -c 784 "$pictures"/00000_*.pgm > shoe.raw
p=$PWD/pki

# Files that cannot work are found at the start.
with() { refused "$1" "$2" "$bool" --listen 127.0.0.1:0 "${@:3}"; }
with 2 'cert and --key go together' --cert pki/server.pem
with 2 'cert and --key go together' --key pki/server.key
with 2 'ca wants --cert' --ca pki/ca.pem
with 2 'crl wants --ca' --cert pki/server.pem --key pki/server.key --crl pki/none.crl
with 14 'none.pem: No such file' --cert none.pem --key pki/server.key
with 14 'none.key: No such file' --cert pki/server.pem --key none.key
with 11 'pki: not a file' --cert pki --key pki/server.key
with 11 'server.key: no certificate in PEM' --cert pki/server.key --key pki/server.key
(umask 077; cat pki/server.pem > pki/none.key)
with 11 'none.key: no private key in PEM' --cert pki/server.pem --key pki/none.key
with 11 'fifo: not a file' --cert pki/server.pem --key pki/fifo
with 11 'second.key is not the key of pki/server.pem' --cert pki/server.pem --key pki/second.key
with 11 'over.pem: expired on 20' --cert pki/over.pem --key pki/over.key
with 11 'soon.pem: valid from 20.* on only' --cert pki/soon.pem --key pki/soon.key
with 11 'server.key: no certificate in PEM' --cert pki/server.pem --key pki/server.key --ca pki/server.key
with 11 'ca.pem: no list of revocations' --cert pki/server.pem --key pki/server.key --ca pki/ca.pem --crl pki/ca.pem
with 11 'over.crl: this list of revocations was good until' --cert pki/server.pem --key pki/server.key --ca pki/ca.pem --crl pki/over.crl
for mode in 604 644 620; do
    chmod $mode pki/server.key
    with 11 "server.key: others may use this key \(mode $mode\)" --cert pki/server.pem --key pki/server.key
done
chmod 640 pki/server.key
refused 11 'can be reached from other machines: give --cert, --key and --ca' "$bool" --listen 0.0.0.0:0 --cert pki/server.pem --key pki/server.key

# Off loopback with client certificates: no --insecure is needed.
: > open
timeout 60 "$BONNET" serve "$bool" --listen 0.0.0.0:0 --cert pki/server.pem --key pki/server.key --ca pki/ca.pem > open 2> err &
pid=$!
for _ in $(seq 300); do grep -q listening open && break; sleep 0.1; done
grep -q '^listening on https://0.0.0.0:' open || die "not on every address with client certificates"
kill $pid
wait $pid

# Who gets in. The others are told why by an alert, or hung up on, and are counted; nobody is read from.
cp pki/server.pem pki/now.pem
cp -p pki/server.key pki/now.key
cp pki/none.crl pki/now.crl
start "$bool" --cert pki/now.pem --key pki/now.key --ca pki/ca.pem --crl pki/now.crl --timeout 1500
[ "${url%%:*}" = https ] || die "no https: $url"
brief() { # brief SECONDS - what becomes of a certificate that is over by then
    client_certificate brief ca '' "$1 seconds"
    SERVE_CA=$p/ca.pem SERVE_CERT=$p/brief.pem SERVE_KEY=$p/brief.key client expiry "$1" > brief.out 2> brief.err
    grep -q '^before 200 200 200 True kept for [1-9][0-9]* after 0 True$' brief.out
}
brief 4 &
brief=$!
as() { curl_with=(--cacert "$p/ca.pem" ${1:+--cert "$p/$1.pem" --key "$p/$1.key"}); }
alert() { # alert PATTERN CERTIFICATE [VERSION] - no reply, but a word why, which whoever sends at once may miss
    as "$2"
    curl "${curl_with[@]}" -sS -m 60 ${3:+--tls-max "$3"} "$url/v2/models/boolnet_k4/infer" --data-binary '{}' > out 2> err && die "let in: $2 ${3:-}"
    [ ! -s out ] || die "an answer to $2"
    timeout 60 openssl s_client -quiet -cipher DEFAULT@SECLEVEL=0 -connect "127.0.0.1:$port" -CAfile pki/ca.pem ${2:+-cert "pki/$2.pem" -key "pki/$2.key"} ${3:+-tls1_2} < /dev/null > out 2> err
    grep -qi -- "$1" err || die "$2 was not told '$1'"
    checks=$((checks + 1))
}
refusals() { sed -n "s/^bonnet_tls_refused_total{reason=\"$1\"} //p" out; }
as cam1
get 200 '"name":"bonnet"' /v2
as named
get 200 '"name":"bonnet"' /v2
alert 'alert certificate required' ''
alert 'alert unknown ca' stranger
alert 'alert unknown ca' alone
alert 'alert certificate expired' expired
alert 'alert certificate expired' early
alert 'alert unsupported certificate' usage
alert 'alert bad certificate' weak
alert 'alert protocol version' cam1 1.2
printf 'GET /v2 HTTP/1.1\r\nHost: x\r\n\r\n' > bytes
says '^closed$' client raw < bytes
as cam1
get 200 '^bonnet_tls_handshakes_total [3-6]$' /metrics
[ "$(refusals untrusted)" = 1 ] || die "untrusted: $(refusals untrusted)" # curl would not even send it
for reason in no_certificate expired not_yet_valid purpose version; do [ "$(refusals $reason)" = 2 ] || die "$reason: $(refusals $reason)"; done
[ "$(refusals unknown_ca)" = 4 ] || die "unknown_ca: $(refusals unknown_ca)"
grep -qE '^bonnet_requests_total\{model="boolnet_k4"' out && die "a refused client was read from"

# Bit for bit as without TLS; many at once; slow handshakes are cut off while others are served.
export SERVE_CA=$p/ca.pem SERVE_CERT=$p/cam1.pem SERVE_KEY=$p/cam1.key
want=$("$BONNET" run "$bool" "$pictures"/00000_*.pgm --json | jq -c '.images[0].logits' | sed 's/,/, /g')
says "^$(printf %s "$want" | sed 's/[][]/\\&/g')\$" client infer boolnet_k4 shoe.raw 7
tail -c 784 "$pictures"/00002_trouser.pgm > trouser.raw
says '^60 of 60 right$' client parallel boolnet_k4 shoe.raw,trouser.raw 30 2
client slow tls > slow.out &
trickling=$!
client slow nothing > nothing.out &
silent=$!
as cam1
get 200 true /v2/health/ready
wait $trickling $silent
says '^(1\.[5-9]|[2-9]\.[0-9])$' cat slow.out
says '^(1\.[5-9]|[2-9]\.[0-9])$' cat nothing.out
get 200 '^bonnet_cut_off_total 2$' /metrics
before=$(refusals handshake)
[ "$before" -ge 3 ] || die "handshakes that never ended: $before"

# A session of before goes on, its certificate is looked at again; new files end it.
session() { # session FILE OPTION... - one request, "New" or "Reused"
    : > s.out
    # shellcheck disable=SC2094 # the writer of one end waits for the answer of the other
    { printf 'GET /v2 HTTP/1.1\r\nHost: x\r\n\r\n'; for _ in $(seq 1200); do grep -aq 'bonnet' s.out && break; sleep 0.05; done; } |
        timeout 60 openssl s_client -connect "127.0.0.1:$port" -CAfile pki/ca.pem -cert "pki/$1.pem" -key "pki/$1.key" "${@:2}" > s.out 2> err
    grep -aq 'HTTP/1.1 200' s.out || { echo refused; return; }
    sed -n 's/^\(New\|Reused\), TLSv1.3.*/\1/p' s.out | head -1
}
[ "$(session cam2 -sess_out ticket)" = New ] || die "no session"
[ "$(session cam2 -sess_in ticket)" = Reused ] || die "no session was resumed"
get 200 '^bonnet_tls_resumed_total [12]$' /metrics

wait $brief || brief 20 || { cat brief.out brief.err > err; die "a certificate that ends"; } # a busy machine may have been too slow
checks=$((checks + 1))

# New files while requests come: none is lost. A client that was revoked loses the connection that it has; what is wrong changes nothing.
hangup() { # hangup PATTERN - on stderr, after it
    local lines
    lines=$(grep -c '"event":"reload"' log)
    kill -HUP $pid
    for _ in $(seq 1200); do [ "$(grep -c '"event":"reload"' log)" -gt "$lines" ] && break; sleep 0.05; done
    tail -n +1 log | grep '"event":"reload"' | tail -1 > out
    grep -qE -- "$1" out || die "the reload did not say '$1'"
    checks=$((checks + 1))
}
serial() { openssl s_client -connect "127.0.0.1:$port" -CAfile pki/ca.pem -cert pki/cam1.pem -key pki/cam1.key < /dev/null 2> /dev/null | openssl x509 -noout -serial; }
rm -f enough
client steady boolnet_k4 shoe.raw 4 enough > steady.out 2> steady.err &
steady=$!
SERVE_CERT=$p/cam2.pem SERVE_KEY=$p/cam2.key client steady boolnet_k4 shoe.raw 1 enough > revoked.out 2> revoked.err &
revoked=$!
for _ in $(seq 1200); do [ -s steady.out ] && [ -s revoked.out ] && break; sleep 0.05; done
one=$(serial)
cat pki/second.pem > pki/now.pem
hangup '"ok":false,"error":"pki/now.key is not the key of pki/now.pem".*"kept"'
[ "$(serial)" = "$one" ] || die "half of a pair was used"
cat pki/second.key > pki/now.key
hangup '"what":"certificates".*"ok":true'
[ "$(serial)" != "$one" ] || die "the certificate is the old one"
[ "$(session cam2 -sess_in ticket)" = New ] || die "a session of before the change went on"
cat pki/over.crl > pki/now.crl
hangup '"ok":false,"error":"pki/now.crl: this list'
[ "$(session cam2)" = New ] || die "a list that is over was used"
cat pki/some.crl > pki/now.crl
hangup '"ok":true'
wait $revoked && die "a revoked client could go on"
alert 'alert certificate revoked' cam2
for _ in 1 2 3 4 5; do hangup '"ok":true'; done
: > enough
wait $steady || { cp steady.err err; die "steady"; }
says '^answered [1-9][0-9]+ lost 0 versions 1 wrong 0$' sed -n 2p steady.out
as cam1
get 200 '^bonnet_reloads_total 7$' /metrics
grep -q '^bonnet_reload_errors_total 2$' out || die "errors are not counted"
[ "$(refusals revoked)" -ge 3 ] || die "revoked: $(refusals revoked)"

# A list that runs out refuses everybody, until there is a new one.
for seconds in 3 10 60; do
    revocations now.crl yesterday "$seconds seconds"
    from=$(date +%s)
    hangup ok
    grep -q '"ok":true' out && break
done
[ "$(session cam1)" = New ] || [ $(($(date +%s) - from)) -ge "$seconds" ] || die "a list that is good for $seconds s was not"
while [ $(($(date +%s) - from)) -le "$seconds" ]; do sleep 0.2; done
alert 'alert bad certificate' cam1
cat pki/none.crl > pki/now.crl
hangup '"ok":true'
get 200 '^bonnet_tls_refused_total\{reason="revocations_over"\} [2-9]$' /metrics
stop 5 0
passed
