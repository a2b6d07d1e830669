#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet serve: every address, JSON and binary tensors bit for bit as `bonnet run`, tails, everything that is refused, deadlines, load, slow clients, the end.
. "$ROOT/tests/cli/serve_lib.sh"

# Command lines. None of these may start to serve.
refused 2 'give 1 to 16 .bonnet files' 
for bad in 127.0.0.1 8600 :8600 127.0.0.1: 127.0.0.1:65536 127.0.0.1:x ::1:8600 ''; do
    refused 11 'listen wants HOST:PORT' "$bool" --listen "$bad"
done
refused 11 'can be reached from other machines.*--insecure' "$bool" --listen 0.0.0.0:0
refused 11 'can be reached from other machines.*--insecure' "$bool" --listen '[::]:0'
for bad in 0 4097 1.5 x ''; do refused 2 'queue wants' "$bool" --queue "$bad"; done
for bad in 0 1025; do refused 2 'batch wants' "$bool" --batch "$bad"; done
for bad in 99 3600001 x; do refused 2 'timeout wants' "$bool" --timeout "$bad"; done
refused 14 'none.bonnet' none.bonnet --listen 127.0.0.1:0
refused 11 'another network is called' "$bool" "$bool" --listen 127.0.0.1:0
refused 13 'no device' "$bool" --listen 127.0.0.1:0 --device nothing:

# What is known of it.
start "$bool" "$base" --queue 256
refused 14 'cannot listen on 127.0.0.1:.*in use' "$bool" --listen "127.0.0.1:$port"
digest=$("$BONNET" info "$bool" --json | jq -r .sha256)
get 200 '"name":"bonnet"' /v2
get 200 '^\{"live":true\}$' /v2/health/live
get 200 '^\{"ready":true\}$' /v2/health/ready
get 200 "\"bonnet_digest\":\"$digest\"" /v2/models/boolnet_k4
get 200 '"shape":\[-1,28,28,1\]' "/v2/models/boolnet_k4/versions/${digest:0:12}"
get 200 '"ready":true' "/v2/models/boolnet_k4/versions/${digest:0:12}/ready"
get 200 '"bonnet_cut":1.*"bonnet_map":\[128,14,14,4\]' /v2/models/boolnet_k4.tail1
get 200 '"name":"basenet_k1"' /v2/models/basenet_k1
get 404 "no model 'none'" /v2/models/none
get 404 'no model' /v2/models/boolnet_k4.tail99
get 404 'has version' /v2/models/boolnet_k4/versions/1
get 404 'no such address' /v2/models/boolnet_k4/other
get 404 'no such address' /
get 404 'no such address' '/v2/../etc/passwd' --path-as-is
get 405 'send GET' /v2/health/live -X POST
get 405 'send POST' /v2/models/boolnet_k4/infer
grep -qi '^Allow: POST' head || die "405 without Allow"
[ "$(curl -s -o out -w "%{http_code}" -I "$url/v2")" = 405 ] || die "HEAD is no 405"
for method in PUT DELETE OPTIONS PATCH; do get 405 'send GET, POST here' /v2 -X $method; done

# The very logits of `bonnet run`, for a network, one image and seven, and for each of its tails.
shoe=$(echo "$pictures"/00000_*.pgm)
tail -c 784 "$shoe" > shoe.raw
for net in boolnet_k4 basenet_k1; do
    want=$("$BONNET" run "$MODELS/$net.bonnet" "$shoe" --json | jq -c '.images[0].logits' | sed 's/,/, /g')
    for n in 1 7; do says "^$(printf %s "$want" | sed 's/[][]/\\&/g')\$" client infer $net shoe.raw $n; done
    cuts=$("$BONNET" cut "$MODELS/$net.bonnet" --json | jq '.cuts | length')
    [ "$cuts" -ge 5 ] || die "$net has $cuts cuts"
    for ((cut = 0; cut < cuts; cut++)); do
        "$BONNET" run "$MODELS/$net.bonnet" "$shoe" --until $cut -o map.cut > out 2> err || die "the head of cut $cut"
        bytes=$(curl -s "$url/v2/models/$net.tail$cut" | jq '.inputs[0].shape[1]')
        tail -c +137 map.cut | head -c "$bytes" > map.raw
        says "^$(printf %s "$want" | sed 's/[][]/\\&/g')\$" client infer $net.tail$cut map.raw 3
    done
done

# Requests that are none.
zeros=$(printf '0,%.0s' {1..783})0
body() { printf '{"inputs": [{"name": "image", "datatype": "UINT8", "shape": [1, 28, 28, 1], "data": [%s]}]%s}' "$zeros" "$1"; }
post 200 '"outputs"' boolnet_k4 "$(body '')"
post 200 '"id":"a/b"' boolnet_k4 "$(body ', "id": "a/b", "parameters": {"priority": 1}')"
post 400 "'extra' is no field" boolnet_k4 "$(body ', "extra": 1')"
post 400 "'id' wants a text" boolnet_k4 "$(body ', "id": 1')"
post 400 "'id' wants at most 128" boolnet_k4 "$(body ", \"id\": \"$(printf 'x%.0s' {1..129})\"")"
post 400 "'timeout' wants a whole number" boolnet_k4 "$(body ', "parameters": {"timeout": "1"}')"
post 400 "'timeout' wants microseconds" boolnet_k4 "$(body ', "parameters": {"timeout": -1}')"
post 409 "of another network; this model is of $digest" boolnet_k4 "$(body ", \"parameters\": {\"bonnet_digest\": \"${digest/3/4}\"}")"
post 400 "must be 'logits' or 'label'" boolnet_k4 "$(body ', "outputs": [{"name": "other"}]')"
post 400 "'label' twice" boolnet_k4 "$(body ', "outputs": [{"name": "label"}, {"name": "label"}]')"
tensor() { post "$1" "$2" boolnet_k4 "{\"inputs\": [$3]}"; }
t='"name": "image", "datatype": "UINT8"'
tensor 400 "list of one tensor, 'image'" ''
tensor 400 'wants an object' 1
tensor 400 "'name' must be 'image'" '{"name": "map", "datatype": "UINT8", "shape": [1, 28, 28, 1], "data": [0]}'
tensor 400 "'datatype' must be UINT8" '{"name": "image", "datatype": "FP32", "shape": [1, 28, 28, 1], "data": [0]}'
tensor 400 "'shape' wants a list of 4" "{$t, \"shape\": [28, 28], \"data\": [0]}"
tensor 400 'shape\[3\] must be 1' "{$t, \"shape\": [1, 28, 28, 3], \"data\": [0]}"
tensor 400 'wants 1 to 16' "{$t, \"shape\": [0, 28, 28, 1], \"data\": []}"
tensor 413 'more than the 16 images' "{$t, \"shape\": [17, 28, 28, 1], \"data\": []}"
tensor 413 'more than the 16 images' "{$t, \"shape\": [9223372036854775807, 28, 28, 1], \"data\": []}"
tensor 400 'a list of 784 was expected' "{$t, \"shape\": [1, 28, 28, 1], \"data\": [0, 1]}"
tensor 400 'a list of 28 was expected' "{$t, \"shape\": [1, 28, 28, 1], \"data\": [[[0]]]}"
tensor 400 'data\[0\].* no whole number from 0 to 255' "{$t, \"shape\": [1, 28, 28, 1], \"data\": [256${zeros:1}]}"
tensor 400 'data\[0\].* no whole number' "{$t, \"shape\": [1, 28, 28, 1], \"data\": [1.5${zeros:1}]}"
tensor 400 'one of the two' "{$t, \"shape\": [1, 28, 28, 1]}"
tensor 400 "'binary_data_size' must be 784" "{$t, \"shape\": [1, 28, 28, 1], \"parameters\": {\"binary_data_size\": 783}}"
tensor 400 '0 bytes follow the JSON' "{$t, \"shape\": [1, 28, 28, 1], \"parameters\": {\"binary_data_size\": 784}}"
for text in '' '{' '[]' 'null' '{"inputs": ]}' "$(body '') more" '{"id": 1, "id"'; do post 400 'not JSON|not a JSON object' boolnet_k4 "$text"; done
post 400 'not JSON' boolnet_k4 "$(printf '[%.0s' {1..64})"
post 400 'more than 64 objects' boolnet_k4 "$(printf '{%.0s' {1..65})"
for n in 0 -1 x 65537 99999999999; do post 400 'Inference-Header-Content-Length wants' boolnet_k4 '{}' -H "Inference-Header-Content-Length: $n"; done
post 400 'the body has 2 bytes' boolnet_k4 '{}' -H 'Inference-Header-Content-Length: 3'
post 411 'say the length' boolnet_k4 '{}' -H 'Transfer-Encoding: chunked'
post 415 'gzip or deflate' boolnet_k4 '{}' -H 'Content-Encoding: br'
head -c 3000000 /dev/zero > large
post 413 'takes 2097152 in one request' boolnet_k4 @large
post 413 "takes 12554 in one request" boolnet_k4 @large -H 'Inference-Header-Content-Length: 10'
printf 'GARBAGE\r\n\r\n' > bytes
says '^HTTP/1.1 400|^closed' client raw < bytes
printf 'POST /v2/models/boolnet_k4/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n' > bytes
says '^HTTP/1.1 (400|413)|^closed' client raw < bytes
{ printf 'GET /v2 HTTP/1.1\r\nHost: x\r\n'; for _ in $(seq 3000); do printf 'X-Long: aaaaaaaaaaaaaaaa\r\n'; done; printf '\r\n'; } > bytes
says '^HTTP/1.1 4(31|13)|^closed' client raw < bytes
get 200 '"ready":true' /v2/health/ready

# Many at once, one after the other, memory.
tail -c 784 "$pictures"/00002_trouser.pgm > trouser.raw
tail -c 784 "$pictures"/00004_shirt.pgm > shirt.raw
says '^400 of 400 right$' client parallel boolnet_k4 shoe.raw,trouser.raw,shirt.raw 200 2
memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status"; }
says '^2000 of 2000 right on one connection$' client loop boolnet_k4 shoe.raw 2000
before=$(memory)
says '^4000 of 4000 right on one connection$' client loop boolnet_k4 shoe.raw 4000
[ $(($(memory) - before)) -le 512 ] || die "4000 requests took $(($(memory) - before)) KiB"

# Whoever hangs up in the midst of a request holds nothing any more, long before --timeout.
says gone client half boolnet_k4 shoe.raw 20
for _ in $(seq 80); do curl -s "$url/metrics" | grep -q '^bonnet_connections 1$' && break; sleep 0.1; done
get 200 '^bonnet_connections 1$' /metrics
get 200 '^bonnet_body_bytes 0$' /metrics

# Numbers for Prometheus.
get 200 '^bonnet_up 1$' /metrics
grep -qE '^bonnet_requests_total\{model="boolnet_k4",status="200"\} [0-9]{4}$' out || die "requests are not counted"
grep -qE '^bonnet_requests_total\{model="boolnet_k4",status="409"\} 1$' out || die "refusals are not counted"
grep -qE '^bonnet_requests_total\{model="",status="404"\} [0-9]+$' out || die "requests to no model are not counted"
for line in 'bonnet_queue_depth 0' 'bonnet_computing 0' 'bonnet_body_bytes 0' 'bonnet_compute_seconds_bucket{model="boolnet_k4",le="+Inf"}' 'bonnet_queue_seconds_sum{model="boolnet_k4"}'; do
    grep -qF "$line" out || die "no line $line"
done
stop 5 0
grep -c '"event":"start"\|"event":"stop"' log | grep -qx 2 || die "no word of start and stop"

# Slow clients: cut off after the time that a request may take, however busily they trickle. Others are served meanwhile.
start "$bool" --timeout 1500
client slow > slow.out &
waiting=$!
get 200 true /v2/health/ready
wait $waiting
says '^(1\.[5-9]|2\.[0-9])$' cat slow.out
get 200 '^bonnet_cut_off_total 1$' /metrics
stop 5 0

# Deadlines, on a device that takes its time. What cannot be in time is refused at once; what is let in is answered.
start "$bool" --device golden: --batch 1 --queue 8
image=$(sed 's/.*"image_us":\([0-9]*\).*/\1/;1q' log)
[ "$image" -ge 2000 ] || die "golden takes $image us"
says '^503:4 slowest 0\.' client deadline boolnet_k4 shoe.raw 4 1
says '^200:2 ' client deadline boolnet_k4 shoe.raw 2 $((image * 20))
says '^200:[1-7]( 503:[0-9]+)?( 504:[0-9]+)? slowest' client deadline boolnet_k4 shoe.raw 8 $((image * 4))
grep -qE ' 50[34]:' out || die "eight images in the time of four: nobody was refused"
says '^200:([89]|1[0-9]) 503:' client deadline boolnet_k4 shoe.raw 40 0
runs() { curl -s "$url/metrics" | sed -n 's/^bonnet_runs_total{[^}]*} //p'; }
before=$(runs)
says gone client vanish boolnet_k4 shoe.raw 6
for _ in $(seq 50); do curl -s "$url/metrics" | grep -q '^bonnet_requests_total{model="boolnet_k4",status="499"} [56]$' && break; sleep 0.1; done
get 200 '^bonnet_requests_total\{model="boolnet_k4",status="499"\} [56]$' /metrics
[ $(($(runs) - before)) -le 1 ] || die "$(($(runs) - before)) runs for clients that are gone"
stop 20 0

# SIGTERM under load: every request is answered, done or refused; then the server ends.
start "$bool" --device cpu: --queue 32
: > load.out
client load boolnet_k4 shoe.raw 20 > load.out 2> load.err &
loader=$!
for _ in $(seq 50); do grep -q ready load.out && break; sleep 0.1; done
sleep 1
stop 10 0
wait $loader
says '^answered 1 refused [0-9]+ lost 0 ' cat load.out
grep -q '"event":"stop"' log || die "no word of the stop"

# A device that fails: the request says why, the next one has it opened again.
start "$bool" --device mock:fault=axi-read@40000
codes=
for _ in 1 2 3 4 5 6 7 8 9 10; do codes+=" $(curl -s -o out -w '%{http_code}' --data-binary "$(body '')" "$url/v2/models/boolnet_k4/infer")"; [ "${codes##* }" = 200 ] || cp out failed; done
grep -q 'bus error' failed || die "no word of the bus error:$codes"
[[ $codes =~ 200.*500\ 200 ]] || die "not failed and recovered:$codes"
get 200 '^bonnet_device_reopened_total\{device="0",uri="mock:fault=axi-read@40000"\} [1-9]' /metrics
stop 5 0
passed
