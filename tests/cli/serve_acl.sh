#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet serve --acl: each rule allows what it says and nothing else, by certificate and by token; strangers learn nothing; a new list takes effect at SIGHUP, a wrong one does not.
. "$ROOT/tests/cli/serve_lib.sh"
. "$ROOT/tests/cli/certs_lib.sh"
authority ca
server_certificate server
client_certificate cam1
certificate cam2 ca clientAuth DNS:cam2.site2.example,URI:spiffe://site2/cam2
certificate ops ca clientAuth ''
tail -c 784 "$pictures"/00000_*.pgm > shoe.raw
p=$PWD/pki
token=$(openssl rand -hex 24)
hash=$(printf %s "$token" | sha256sum | cut -d' ' -f1)
cat > acl.json << EOF
{"bonnet_acl": 1, "rules": [
  {"clients": ["cam1.site1.example"], "infer": ["boolnet_k4", "boolnet_k4.tail*"]},
  {"clients": ["spiffe://site2/*"], "infer": ["*.tail1"], "metadata": ["boolnet_k4"]},
  {"clients": ["ops"], "metadata": ["*"], "metrics": true},
  {"tokens": ["$hash"], "infer": ["basenet_k1"]}]}
EOF
cp acl.json sound.json

# A list that is none keeps the server from starting.
echo '{"bonnet_acl": 1, "rules": [{"clients": ["x"], "infr": ["y"]}]}' > bad.json
refused 16 'bad.json: rules\[0\]: no entry "infr"; there are clients' "$bool" --listen 127.0.0.1:0 --acl bad.json
refused 14 'none.json: No such file' "$bool" --listen 127.0.0.1:0 --acl none.json

# Without TLS: tokens only.
start "$bool" "$base" --acl acl.json
get 200 true /v2/health/ready
get 200 bonnet /v2
get 401 'say who you are' /v2/models/boolnet_k4
grep -qi '^WWW-Authenticate: Bearer realm="bonnet".$' head || die "401 without WWW-Authenticate"
cp out first
get 401 'say who you are' /v2/models/none
cmp -s out first || die "a stranger can tell which models exist"
get 401 'say who you are' /metrics
post 401 'say who you are' boolnet_k4 '{}'
post 401 'say who you are' none '{}'
auth() { printf 'Authorization: %s' "$1"; }
for bad in "Bearer ${token}0" "Bearer ${token%?}" 'Bearer ' 'Bearer' "Basic $token" "$token" "Bearer $hash" "Bearer $(printf 'x%.0s' {1..600})"; do
    get 401 'this token is not known' /v2/models/basenet_k1 -H "$(auth "$bad")"
    grep -qi '^WWW-Authenticate: .*invalid_token' head || die "401 without invalid_token"
done
get 200 '"name":"basenet_k1"' /v2/models/basenet_k1 -H "$(auth "Bearer $token")"
get 200 '"name":"basenet_k1"' /v2/models/basenet_k1 -H "$(auth "bearer  $token")"
get 200 true /v2/models/basenet_k1/ready -H "$(auth "Bearer $token")"
post 400 'inputs' basenet_k1 '{}' -H "$(auth "Bearer $token")"
get 403 "may not read about 'boolnet_k4'" /v2/models/boolnet_k4 -H "$(auth "Bearer $token")"
get 403 "may not read about 'none'" /v2/models/none -H "$(auth "Bearer $token")"
get 403 'may not read the metrics' /metrics -H "$(auth "Bearer $token")"
head -c 2000000 /dev/zero > large
post 401 'say who you are' boolnet_k4 @large
stop 5 0

# By certificate: its names DNS and URI, or the common name if it has none of them.
chmod 600 pki/server.key
start "$bool" "$base" --acl acl.json --cert pki/server.pem --key pki/server.key --ca pki/ca.pem
as() { curl_with=(--cacert "$p/ca.pem" --cert "$p/$1.pem" --key "$p/$1.key"); }
as cam1
get 200 '"name":"boolnet_k4"' /v2/models/boolnet_k4
post 400 inputs boolnet_k4 '{}'
post 400 inputs boolnet_k4.tail3 '{}'
get 404 'no model' /v2/models/boolnet_k4.tail99
get 403 "'cam1.site1.example' may not read about 'basenet_k1'" /v2/models/basenet_k1
post 403 "may not infer with 'basenet_k1'" basenet_k1 '{}'
post 403 "may not infer with 'boolnet_k4x'" boolnet_k4x '{}'
get 403 'metrics' /metrics
post 400 inputs basenet_k1 '{}' -H "$(auth "Bearer $token")"
post 401 'not known' boolnet_k4 '{}' -H "$(auth "Bearer x")"
as cam2
post 400 inputs boolnet_k4.tail1 '{}'
post 400 inputs basenet_k1.tail1 '{}'
post 403 'may not infer' boolnet_k4.tail0 '{}'
post 403 'may not infer' boolnet_k4 '{}'
get 200 name /v2/models/boolnet_k4
as ops
get 200 'requests_total\{model="",status="403"\} 6' /metrics
grep -q 'requests_total{model="",status="401"} 1$' out || die "401 is not counted"
get 200 name /v2/models/basenet_k1.tail2
post 403 'may not infer' basenet_k1.tail2 '{}'

# New lists under load; nothing is lost. One that is wrong is named on stderr, and the one of before stays.
hangup() { # hangup PATTERN - on stderr, of the list
    local lines
    lines=$(grep -c '"what":"access list"' log)
    kill -HUP $pid
    for _ in $(seq 1200); do [ "$(grep -c '"what":"access list"' log)" -gt "$lines" ] && break; sleep 0.05; done
    grep '"what":"access list"' log | tail -1 > out
    grep -qE -- "$1" out || die "the reload did not say '$1'"
    checks=$((checks + 1))
}
export SERVE_CA=$p/ca.pem SERVE_CERT=$p/cam1.pem SERVE_KEY=$p/cam1.key
client steady boolnet_k4 shoe.raw 4 enough > steady.out 2> steady.err &
steady=$!
for _ in $(seq 1200); do [ -s steady.out ] && break; sleep 0.05; done
head -c 100 sound.json > acl.json
hangup '"ok":false,"error":"acl.json: not JSON.*"kept"'
cp bad.json acl.json
hangup '"ok":false,"error":"acl.json: rules\[0\]: no entry \\"infr\\"'
rm acl.json
hangup '"ok":false,"error":"acl.json: No such file'
get 200 '^bonnet_reload_errors_total 3$' /metrics
sed 's/"clients": \["ops"\]/"clients": ["nobody"]/' sound.json > acl.json
hangup '"ok":true'
get 403 metrics /metrics
cp sound.json acl.json
for _ in 1 2 3 4 5; do hangup '"ok":true'; done
: > enough
wait $steady || { cp steady.err err; die "steady"; }
says '^answered [1-9][0-9]+ lost 0 versions 1 wrong 0$' sed -n 2p steady.out
get 200 '^bonnet_reloads_total 15$' /metrics
stop 5 0
passed
