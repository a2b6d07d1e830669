#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# haproxy.sh REQUESTS - three `bonnet serve` behind a real haproxy with examples/serve/haproxy.cfg, under load, while one after the other is killed, drained, started
# again: every request is answered, right. Who cannot meet a deadline leaves it to another server. With 10,000 requests or more the same with TLS and client certificates on both sides.
. "$ROOT/tests/cli/serve_lib.sh"
. "$ROOT/tests/cli/certs_lib.sh"
PATH=$PATH:/sbin:/usr/sbin
command -v haproxy > /dev/null || { echo "skipped: no haproxy"; exit 77; }
requests=$1
declare -A pid_of port_of
balancer=
ended() {
    for p in "${pid_of[@]}" $balancer; do kill -9 "$p" && wait "$p"; done 2> /dev/null
    cd /
    rm -rf "$work"
}
trap ended EXIT

up() { # up NAME ARGUMENT... - on the port it had before, if it had one
    local name=$1
    : > "said.$name"
    nice -n 5 "$BONNET" serve "$bool" --listen "127.0.0.1:${port_of[$name]:-0}" "${@:2}" "${tls[@]}" > "said.$name" 2> "log.$name" < /dev/null &
    pid_of[$name]=$!
    for _ in $(seq 300); do
        grep -q '^listening' "said.$name" && break
        kill -0 "${pid_of[$name]}" 2> /dev/null || break
        sleep 0.1
    done
    cp "log.$name" err; cp "said.$name" out
    port_of[$name]=$(sed -n 's|^listening on https*://127.0.0.1:||p' "said.$name")
    [ -n "${port_of[$name]}" ] || die "no server $name"
}
down() { # down NAME SIGNAL
    kill "-$2" "${pid_of[$1]}"
    wait "${pid_of[$1]}" 2> /dev/null
    local rc=$?
    unset "pid_of[$1]"
    cp "log.$1" err
    [ "$2" = KILL ] || [ $rc -eq 0 ] || die "server $1 ended with $rc"
}
balance() { # balance FILE - that very file but for ports and paths; its own port is a socket that is handed on
    sed -e "s|127.0.0.1:8600|fd@\${SOCKET}|; s|127.0.0.1:8601|127.0.0.1:${port_of[a]}|; s|127.0.0.1:8602|127.0.0.1:${port_of[b]}|; s|127.0.0.1:8603|127.0.0.1:${port_of[c]}|; s|/etc/haproxy|$work/pki|" \
        "$ROOT/examples/serve/$1" > haproxy.cfg
    printf 'frontend stats\n    bind unix@%s/stats\n    stats enable\n    stats uri /\n' "$work" >> haproxy.cfg
    if [ "$(grep -c 'fd@' haproxy.cfg)" -ne 1 ] || grep -q ':860' haproxy.cfg; then die "$1 has other addresses"; fi
    rm -f at
    /usr/bin/python3 -c '
import os, socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(1024)
os.set_inheritable(s.fileno(), True)
open("at.new", "w").write(str(s.getsockname()[1]))
os.rename("at.new", "at")
os.environ["SOCKET"] = str(s.fileno())
os.execvp("haproxy", ["haproxy", "-q", "-db", "-f", "haproxy.cfg"])' > haproxy.out 2> haproxy.err &
    balancer=$!
    for _ in $(seq 100); do [ -s at ] && break; sleep 0.1; done
    port=$(cat at)
    url=$scheme://127.0.0.1:$port
    for _ in $(seq 100); do
        [ "$(curl "${curl_with[@]}" -s -m 5 -o out -w '%{http_code}' "$url/v2/health/ready")" = 200 ] && return
        kill -0 $balancer 2> /dev/null || break
        sleep 0.1
    done
    cp haproxy.err err
    die "haproxy does not answer"
}
unbalance() {
    kill -TERM $balancer
    wait $balancer 2> /dev/null
    balancer=
}
seen() { # seen NAME STATE - by haproxy's checks
    for _ in $(seq 600); do
        curl -s -m 5 --unix-socket stats 'http://stats/;csv' | awk -F, -v name="$1" -v state="$2" '$1 == "bonnet" && $2 == name && $18 ~ "^" state { found = 1 } END { exit !found }' && return
        sleep 0.05
    done
    die "haproxy does not see that server $1 is $2"
}
# Killed, drained, started again, one after the other, as long as there is load.
trouble() { # trouble LOADER
    local n=0 name victims=(a b c) signals=(KILL TERM)
    while kill -0 "$1" 2> /dev/null; do
        name=${victims[n % 3]}
        down "$name" "${signals[n % 2]}"
        kill -0 "$1" 2> /dev/null && n=$((n + 1))
        seen "$name" DOWN
        up "$name"
        seen "$name" UP
    done
    echo "$n servers killed or drained under load, and started again"
    [ $n -ge 2 ] || die "the load was over too soon"
}
loaded() { # loaded REQUESTS OPTION...
    nice -n 10 "$LOAD" "$url" "$bool" --requests "$1" --connections 3 --kinds whole,many,tail,json --seed "${SEED:-1}" --brief "${@:2}" > load.out 2> load.err &
    local loader=$!
    trouble $loader
    wait $loader
    local rc=$?
    cp load.out out; cp load.err err
    cat out
    [ $rc -eq 0 ] || { echo "replay: make soak-haproxy SOAK_HAPROXY=$requests SEED=${SEED:-1}"; die "requests were lost"; }
    checks=$((checks + 1))
}

tail -c 784 "$pictures"/00000_*.pgm > shoe.raw
echo "HTTP"
tls=() curl_with=() scheme=http
for name in a b c; do up $name; done
balance haproxy.cfg
for name in a b c; do seen $name UP; done
loaded "$requests"

# One that needs more than the deadline for any image: its 503 is nobody's answer.
down a TERM
up a --device mock:slow=1000
seen a UP
says '^200:20 slowest' client deadline boolnet_k4 shoe.raw 20 900000
refusals=$(curl -s "http://127.0.0.1:${port_of[a]}/metrics" | sed -n 's/^bonnet_requests_total{model="boolnet_k4",status="503"} //p')
echo "${refusals:-0} times the slow server left it to another one"
[ "${refusals:-0}" -ge 1 ] || die "the slow server was not asked"
# No server is left: 503, in JSON or not, and at once.
for name in a b c; do down $name KILL; done
[ "$(curl -s -m 20 -o out -w '%{http_code}' "$url/v2/models/boolnet_k4")" = 503 ] || die "no server, and no 503"
checks=$((checks + 2))
unbalance

if [ "$requests" -lt 10000 ]; then # haproxy takes the other file, at least
    mkdir -p etc
    authority ca
    server_certificate site
    cat pki/site.pem pki/site.key > etc/site.pem
    cp etc/site.pem etc/balancer.pem; cp pki/ca.pem etc/clients-ca.pem; cp pki/ca.pem etc/servers-ca.pem
    sed "s|/etc/haproxy|$work/etc|" "$ROOT/examples/serve/haproxy-tls.cfg" > tls.cfg
    check 0 '' haproxy -q -c -f tls.cfg
    passed
    exit 0
fi
echo "TLS, client certificates on both sides"
authority ca
for name in server site balancer cam1; do
    case $name in server | site) server_certificate $name ;; *) client_certificate $name ;; esac
done
for name in site balancer; do cat pki/$name.pem pki/$name.key > pki/both && mv pki/both pki/$name.pem; done
cp pki/ca.pem pki/clients-ca.pem; cp pki/ca.pem pki/servers-ca.pem
scheme=https port_of=()
tls=(--cert pki/server.pem --key pki/server.key --ca pki/ca.pem)
curl_with=(--cacert pki/ca.pem --cert pki/cam1.pem --key pki/cam1.key)
for name in a b c; do up $name; done
balance haproxy-tls.cfg
for name in a b c; do seen $name UP; done
curl -s -m 20 --cacert pki/ca.pem "$url/v2" > out 2> err && die "haproxy asks for no client certificate"
loaded $((requests / 8)) --ca pki/ca.pem --cert pki/cam1.pem --key pki/cam1.key
unbalance
passed
