#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet serve --mqtt: results and events at a real broker; the broker killed under load and started again; the will; TLS; what is refused. docs/mqtt.md
. "$ROOT/tests/cli/serve_lib.sh"
PATH=$PATH:/usr/sbin
for tool in mosquitto mosquitto_sub mosquitto_passwd; do
    command -v $tool > /dev/null || { echo "skipped: no $tool; tools/deps.sh test installs it"; exit 77; }
done
broker='' listeners=() p=''
trap 'exec 2> /dev/null; for p in $pid $broker "${listeners[@]}"; do kill -9 $p 2> /dev/null; done; cd /; rm -rf "$work"' EXIT

free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
wait_for() { # wait_for WHAT COMMAND...: until it succeeds
    local what=$1
    shift
    for _ in $(seq 300); do "$@" > /dev/null 2>&1 && return; sleep 0.1; done
    cp log err 2> /dev/null; cp got out 2> /dev/null
    die "not in time: $what"
}
broker() { # broker LINE... - beside the listener, on $at; once it takes connections
    printf '%s\n' "listener $at 127.0.0.1" 'persistence false' "$@" > broker.conf
    mosquitto -c broker.conf > broker.log 2>&1 &
    broker=$!
    wait_for "the broker: $(cat broker.log)" bash -c "exec 3<> /dev/tcp/127.0.0.1/$at"
}
kill_broker() { kill -9 $broker; { wait $broker; } 2> /dev/null; broker=''; }
listen() { # listen FILE [OPTION...] - everything under lab/, a line each: topic, retained, payload
    local to=$1 # may be emptied while it grows
    shift
    mosquitto_sub -h 127.0.0.1 -p "$at" -t 'lab/site1/#' -q 1 -F '%t %r %p' "$@" >> "$to" 2> sub.err &
    listeners+=($!)
}
metric() { curl "${curl_with[@]}" -s -m 20 "$url/metrics" | sed -n "s/^bonnet_mqtt_$1 //p"; }
is() { [ "$(metric "$1")" = "$2" ]; }
count() { grep -c -- "$1" "$2"; }
at_least() { [ "$(count "$1" "$2")" -ge "$3" ]; }
json() { sed -n "s|^lab/site1/$1 . ||p" "$2"; } # json TOPIC FILE
tail -c 784 "$(printf '%s\n' "$pictures"/*.pgm | head -1)" > shoe.raw
body() { # body ID [TIMEOUT_US]
    printf '{"id": "%s", %s"inputs": [{"name": "image", "datatype": "UINT8", "shape": [1, 28, 28, 1], "data": [%s]}]}' "$1" \
        "${2:+\"parameters\": {\"timeout\": $2\}, }" "$(od -An -v -tu1 -w784 shoe.raw | sed 's/^ *//; s/  */,/g')"
}

# ---- wrong command lines: said before anything is served, and no password is repeated
with() { refused "$1" "$2" "$bool" --listen 127.0.0.1:0 "${@:3}"; }
for bad in ftp://127.0.0.1/lab 127.0.0.1/lab mqtt://127.0.0.1 mqtt://127.0.0.1:0/lab mqtt://127.0.0.1:65536/lab mqtt://:1883/lab mqtt://[::1/lab ''; do
    with 11 'mqtt wants mqtt://HOST' --mqtt "$bad"
done
for bad in '' /lab lab/ 'lab/#' '+/lab' 'l b' \$SYS/lab "$(printf 'x%.0s' $(seq 200))"; do with 11 'the topic wants' --mqtt "mqtt://127.0.0.1/$bad"; done
with 11 'mqtt: to broker.example could be read' --mqtt mqtt://broker.example/lab
with 11 'user and password do not go' --mqtt mqtt://me:secret@127.0.0.1/lab
grep -q secret err && die "a password in a complaint"
with 11 'go with mqtts:' --mqtt mqtt://127.0.0.1/lab --mqtt-ca x.pem
with 11 'mqtt-cert and --mqtt-key go together' --mqtt mqtts://127.0.0.1/lab --mqtt-cert x.pem
with 14 'none.pem: No such file' --mqtt mqtts://127.0.0.1/lab --mqtt-ca none.pem
with 14 'none: No such file' --mqtt mqtt://127.0.0.1/lab --mqtt-login none
(umask 022; printf 'cam1\nsecret\n' > login)
with 11 'others may read this password .mode 644' --mqtt mqtt://127.0.0.1/lab --mqtt-login login
chmod 600 login
(umask 077; printf 'cam1\n' > short; printf 'cam1\nsecret\nmore\n' > long)
for bad in short long; do with 11 "$bad wants two lines" --mqtt mqtt://127.0.0.1/lab --mqtt-login $bad; done
with 2 'mqtt-qos wants a whole number from 0 to 1' --mqtt mqtt://127.0.0.1/lab --mqtt-qos 2
with 2 'go with --mqtt URL' --mqtt-login login

# ---- results, events, status
at=$(free_port)
mqtt() { start "$bool" --mqtt "mqtt://127.0.0.1:$at/lab/site1" "$@"; }
broker 'allow_anonymous true'
listen got
mqtt --device mock:fault=axi-read@30000 --device mock: --mqtt-qos 1 # what the first one fails, the second one computes
wait_for connected is connected 1
for i in 1 2 3; do post 200 "\"id\":\"shoe$i\"" boolnet_k4 "$(body shoe$i 20000000)"; done
label=$(jq '.outputs[] | select(.name == "label").data[0]' out)
post 503 deadline boolnet_k4 "$(body early 1)"
post 400 classes boolnet_k4 '{"classes": 1}'
get 404 'no model' /v2/models/none/infer -d x
says '^40 of 40 right' client loop boolnet_k4 shoe.raw 40
wait_for "all results" at_least ' 0 {"model"' got 46
# shellcheck disable=SC2094 # the word and the file have one name
json results got > results
[ "$(wc -l < results)" -eq 46 ] || die "46 requests to a model, $(wc -l < results) results"
# The first three as in their replies, in order, with what the reply does not say.
head -3 results | jq -es --argjson want "$label" 'map(.id) == ["shoe1", "shoe2", "shoe3"] and all(.model == "boolnet_k4" and .status == 200 and
    .labels == [$want] and (.confidence | length == 1 and .[0] > 0.3 and .[0] <= 1) and .queue_us >= 0 and .compute_us > 0 and .time > 1.6e9 and
    .names == ["Ankle boot"] and .late == false)' > out || die "results: $(head -3 results)"
sed -n 4p results | jq -e '.id == "early" and .status == 503 and (has("late") | not) and (.error | test("deadline"))' > out || die "a refusal: $(sed -n 4p results)"
sed -n 5p results | jq -e '.status == 400 and (.error | test("classes")) and (has("labels") | not)' > out || die "a wrong request: $(sed -n 5p results)"
tail -n +6 results | jq -es 'all(.status == 200)' > out || die "a result is wrong that the client found right"
for _ in $(seq 60); do # until the first device has failed
    at_least 'device reopened' got 1 && break
    says '^40 of 40 right' client parallel boolnet_k4 shoe.raw 4 10 # on both
done
wait_for events at_least 'device reopened' got 1
json events got | jq -es 'map(.event) as $e | ($e | index("start")) < ($e | index("device lost")) and ($e | index("device lost")) < ($e | index("device reopened"))' > out ||
    die "events: $(json events got)"
wait_for status at_least '/status' got 1
[ "$(json status got | head -1)" = '{"status":"online"}' ] || die "not online"
# Who comes later sees the last status, and nothing else.
listen late -C 1
wait_for "retained status" at_least . late 1
[ "$(cat late)" = 'lab/site1/status 1 {"status":"online"}' ] || die "retained: $(cat late)"
kill -HUP $pid
stop 5 0
wait_for offline at_least '"why":"stopped"' got 1
[ "$(json status got | tail -1)" = '{"status":"offline","why":"stopped"}' ] || die "the last status is not offline: $(json status got)"
[ "$(json events got | tail -1 | jq -r .event)" = stop ] || die "the last event is not stop"
checks=$((checks + 9))

# ---- bonnet offload: an answer for each picture, and that the server was left alone
offload() { timeout 120 "$BONNET" offload "$bool" "$pictures"/0000*.pgm --deadline-ms 20000 --json --mqtt "mqtt://127.0.0.1:$at/lab/site1" --mqtt-qos 1 "$@" > lines 2> err || die "offload $*"; }
pictures_there=$(printf '%s\n' "$pictures"/0000*.pgm | wc -l)
: > got
start "$bool"
offload --upstream "$url" --send 1 --connect-ms 20000
stop 5 0
wait_for "the end of offload" at_least '"event":"stop","answered"' got 1
# shellcheck disable=SC2094 # the word and the file have one name
json results got > results
[ "$(wc -l < results)" -eq "$pictures_there" ] || die "$pictures_there pictures, $(wc -l < results) results"
jq -c '[.image, .index, .where, .late]' lines | head -n -1 > lines.want
jq -c '[.image, .label, .where, .late]' results | cmp -s - lines.want || die "answers other than those on stdout: $(head -3 results)"
jq -es 'all(.model == "boolnet_k4" and .where == "upstream" and .network_us > 0 and .name != "")' results > out || die "results of offload: $(head -3 results)"
: > got
offload --upstream http://127.0.0.1:1 --send 1 --connect-ms 20000 --spool spool --spool-below 2 # every answer is hard
wait_for "the end of offload" at_least '"event":"stop","answered"' got 1
json events got | jq -es 'map(select(.event == "hard example kept")) as $kept | map(select(.event != "hard example kept")) | map(.event) == ["start", "breaker opened", "stop"] and
    ($kept | length > 0 and .[-1].spooled == '"$pictures_there"') and (.[1].line | test("127.0.0.1|refused|connect"))' > out || die "events of offload: $(json events got)"
json results got | jq -es 'all(.where == "end" and .fallback)' > out || die "results without a server: $(json results got | head -3)"
[ "$(json status got | tail -1)" = '{"status":"offline","why":"stopped"}' ] || die "offload left without a word"
checks=$((checks + 6))

# ---- the broker is killed under load, and comes back: no request is late or lost for it, what is not published is counted
for qos in 0 1; do
    rm -f enough
    mqtt --mqtt-qos $qos
    wait_for connected is connected 1
    client steady boolnet_k4 shoe.raw 3 enough > steady.out 2>&1 &
    load=$!
    wait_for "load" bash -c "[ \"\$(curl -s '$url/metrics' | sed -n 's/^bonnet_mqtt_published_total //p')\" -gt 100 ]"
    kill_broker
    wait_for "the loss" is connected 0
    wait_for "messages dropped" bash -c "[ \"\$(curl -s '$url/metrics' | sed -n 's/^bonnet_mqtt_dropped_total //p')\" -gt 100 ]"
    broker 'allow_anonymous true'
    wait_for "connected again" is connected 1
    before=$(metric published_total)
    wait_for "messages again" bash -c "[ \"\$(curl -s '$url/metrics' | sed -n 's/^bonnet_mqtt_published_total //p')\" -gt $((before + 100)) ]"
    touch enough
    wait $load || die "a request suffered: $(cat steady.out)"
    wait_for "an empty queue" is waiting 0
    [ "$(metric posted_total)" -eq $(($(metric published_total) + $(metric dropped_total))) ] || die "messages are neither published nor dropped"
    [ "$(metric connections_total)" -eq 2 ] || die "$(metric connections_total) connections"
    says '^200 of 200 right' client loop boolnet_k4 shoe.raw 200
    [ "$(count '"connected":false' log)" -ge 1 ] || die "the loss is not on stderr"
    stop 5 0
    checks=$((checks + 5))
done

# ---- the will: a server that dies says so
wait_for "the listener again" bash -c "mosquitto_pub -h 127.0.0.1 -p $at -t lab/site1/mark -m x && grep -q mark got"
mqtt
wait_for connected is connected 1
wait_for online bash -c "[ \"\$(sed -n 's|^lab/site1/status . ||p' got | tail -1)\" = '{\"status\":\"online\"}' ]"
kill -9 $pid
{ wait $pid; } 2> /dev/null
pid=''
wait_for "the will" bash -c "[ \"\$(sed -n 's|^lab/site1/status . ||p' got | tail -1)\" = '{\"status\":\"offline\",\"why\":\"lost\"}' ]"
kill_broker
checks=$((checks + 1))

# ---- a broker that takes the connection and then nothing more: what it does not take is dropped, and what was on its way is lost with it
/usr/bin/python3 -c '
import socket, sys, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen()
while True:
    c = s.accept()[0]
    if c.recv(4096): c.sendall(bytes([0x20, 2, 0, 0])); time.sleep(600)' "$at" &
broker=$!
wait_for "a listener" bash -c "exec 3<> /dev/tcp/127.0.0.1/$at"
mqtt
wait_for connected is connected 1
for _ in $(seq 30); do
    [ "$(metric dropped_total)" -eq 0 ] || break
    says '^1000 of 1000 right' client loop boolnet_k4 shoe.raw 1000
done
[ "$(metric dropped_total)" -gt 0 ] || die "nothing was dropped"
[ "$(metric waiting)" -gt 1024 ] || die "nothing is on its way: $(metric waiting)"
kill_broker
wait_for "the loss" is connected 0
[ "$(metric waiting)" -eq 1024 ] || die "$(metric waiting) messages wait"
[ "$(metric posted_total)" -eq $(($(metric published_total) + $(metric dropped_total) + 1024)) ] || die "messages are missing"
stop 5 0
checks=$((checks + 4))

# ---- nobody there, a listener that says nothing, wrong passwords: the server serves, says it once, and ends in time
mqtt
says '^20 of 20 right' client loop boolnet_k4 shoe.raw 20
[ "$(count '"event":"mqtt"' log)" -eq 1 ] || die "not one line about a broker that is not there"
[ "$(metric waiting)" -eq 22 ] || die "22 messages should wait" # 21 requests and the start
stop 5 0
. "$ROOT/tests/cli/certs_lib.sh"
authority ca
authority ca2
server_certificate broker
client_certificate cam1
mosquitto_passwd -b -c passwords cam1 secret 2> passwd.err

tls="cafile $PWD/pki/ca.pem
certfile $PWD/pki/broker.pem
keyfile $PWD/pki/broker.key
require_certificate true
password_file $PWD/passwords
user root"
broker "$tls"
sent() { mosquitto_sub -h localhost -p "$at" --cafile pki/ca.pem --cert pki/cam1.pem --key pki/cam1.key -u cam1 -P secret -t 'lab/#' -C 1 -W 20; }
secure() { start "$bool" --mqtt "mqtts://localhost:$at/lab/site1" "$@"; }
secure --mqtt-ca pki/ca.pem --mqtt-cert pki/cam1.pem --mqtt-key pki/cam1.key --mqtt-login login
wait_for "connected by TLS" is connected 1
sent > out 2> err
[ "$(cat out)" = '{"status":"online"}' ] || die "by TLS: $(cat out)"
stop 5 0
not_there() { # not_there PATTERN OPTION...: the server serves without it, and says why
    secure "${@:2}"
    wait_for "why" grep -qE "\"connected\":false.*$1" log
    says '^3 of 3 right' client loop boolnet_k4 shoe.raw 3
    is connected 0 || die "connected: $*"
    stop 5 0
}
printf 'cam1\nwrong\n' > login
not_there 'not authorised' --mqtt-ca pki/ca.pem --mqtt-cert pki/cam1.pem --mqtt-key pki/cam1.key --mqtt-login login
not_there 'TLS|connection' --mqtt-ca pki/ca2.pem --mqtt-cert pki/cam1.pem --mqtt-key pki/cam1.key --mqtt-login login
not_there 'TLS|connection' --mqtt-ca pki/ca.pem
passed
