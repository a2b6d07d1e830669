#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# faults.sh PICTURES RATE FAULT... - at least so many pictures: `bonnet offload` on a device, `bonnet serve` on an edge, a mobile link between them, while again and again one of these happens: killed
# (kill -9 of the server, then a new one), stopped (SIGSTOP), blackhole (all packets lost), down (no carrier), slow (50 kbit/s), network (a server with another network of
# that name, which the client finds out and looks at again after 30 s). Every picture is answered with the right logits by its deadline; the breaker opens and closes again. make soak-net, test-net-faults
# TRACE: a recorded link, as for `bonnet link`, to play instead of tests/vectors/edge/bus.log, which is made up. TLS=1: by TLS, with client certificates.
. "${ROOT:?set by make}/tests/net/lib.sh" || exit 1
pictures=$1 rate=$2 deadline=100 margin=20
shift 2
set -- "${@:-killed}"
net=$MODELS/boolnet_k4.bonnet


spaces device edge
trace=${TRACE:-$ROOT/tests/vectors/edge/bus.log}
[ -n "${TRACE:-}" ] || echo "skipped: a recorded link, TRACE is not set; a made-up one, $(basename "$trace"), is played"
link radio device 10.9.1.1 edge 10.9.1.2 "delay=10 jitter=2 queue=60000"
link_set radio a "trace=$trace"

url=http://10.9.1.2:8600 served=(--insecure) asked=(--insecure)
if [ -n "${TLS:-}" ]; then
    . "$ROOT/tests/cli/certs_lib.sh"
    authority ca
    certificate edge ca serverAuth IP:10.9.1.2
    client_certificate cam1
    deadline=200 # a new connection takes three times the way there and back
    url=https://10.9.1.2:8600 served=(--cert pki/edge.pem --key pki/edge.key --ca pki/ca.pem) asked=(--ca pki/ca.pem --cert pki/cam1.pem --key pki/cam1.key)
fi
serve() { # serve MODEL
    : > serving
    become edge "$BONNET" serve "$1" --listen 10.9.1.2:8600 "${served[@]}" > serving 2>&1 < /dev/null &
    server=$!
    until_said serving "^listening" $server
}
end() { kill -9 "$server"; wait "$server" 2> /dev/null; }
killed() { end; }
killed_over() { serve "$net"; }
stopped() { kill -STOP "$server"; }
stopped_over() { kill -CONT "$server"; }
blackhole() { link_set radio both loss=100; }
blackhole_over() { link_set radio both loss=0; }
down() { link_down radio; }
down_over() { link_up radio; }
slow() { link_set radio a rate=50k; }
slow_over() { link_set radio a "trace=$trace"; }
network() { end; serve other.bonnet; }
network_over() { end; serve "$net"; }

answered() { wc -l < answers; }
phase() { echo "$1 $(answered)" >> phases; }
alive() { kill -0 "$client" 2> /dev/null; }
after() { # after N: until that many more answers are there
    local want=$(($(answered) + $1))
    while [ "$(answered)" -lt "$want" ] && alive; do sleep 0.02; done
}
healed() { # until the server answers again, at most 50 s
    local start=$SECONDS
    while alive && ! tail -n 5 answers | grep -q '"where":"upstream"'; do
        [ $((SECONDS - start)) -lt 50 ] || die "after $1 nothing goes upstream any more: $(tail -n 1 answers)"
        sleep 0.05
    done
}

"$BONNET" offload "$net" "$ROOT"/tests/vectors/fashion/*.pgm --json > reference || die "no reference"
sed 's/basenet_k1/boolnet_k4/g' "$ROOT/models/fashion/basenet_k1.onnx" > other.onnx # the name, as long as the other
"$BONNET" compile other.onnx -o other.bonnet --quiet > compiled 2>&1 || die "$(cat compiled)"
serve "$net"
"$WAKEUP" > wakeup &
waking=$!
: > answers
: > phases
phase steady
become device "$BONNET" offload "$net" "$ROOT"/tests/vectors/fashion/*.pgm --upstream "$url" "${asked[@]}" --send layer2.1.conv1 --deadline-ms $deadline \
    --margin-ms $margin --rate "$rate" --in-flight 16 --repeat 1000000 --json > answers 2> client.log &
client=$!
after $((rate / 2))
first=$(awk '/VmRSS/ { print $2 }' "/proc/$client/status")
while alive && [ "$(answered)" -lt "$pictures" ]; do
    for fault in "$@"; do
        [ "$fault" != network ] || ! grep -q ^network phases || continue # half a minute each: once
        phase "$fault"
        "$fault"
        after $((rate / 2))
        phase healed
        "${fault}_over"
        healed "$fault"
        last=$(awk '/VmRSS/ { print $2 }' "/proc/$client/status" 2> /dev/null || echo "$last")
        after $((rate / 4))
        phase steady
        after $((rate / 4))
    done
done
kill -TERM "$client"
wait "$client"
[ $? -eq 130 ] || { cat client.log; die "bonnet offload failed"; }
kill "$waking"
wait "$waking"
end
/usr/bin/python3 -B "$ROOT/tests/net/judge.py" answers reference phases wakeup $deadline $margin || { tail -n 1 answers; exit 1; }
echo "the client: $first KiB after half a second, $last at the end"
[ $((last - first)) -le 4096 ] || die "the client grew"
link_stats radio
echo "PASS"
