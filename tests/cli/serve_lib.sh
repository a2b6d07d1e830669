# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# serve_lib.sh - what the tests of bonnet serve share: a server, curl, tests/cli/serve.py.
. "$ROOT/tests/cli/lib.sh"
command -v curl > /dev/null || { echo "skipped: no curl"; exit 77; }
client() { timeout 120 /usr/bin/python3 -B "$ROOT/tests/cli/serve.py" "$port" "$@"; }
pid=
curl_with=() # of every request by get and post
trap '[ -z "$pid" ] || kill -9 $pid 2> /dev/null; cd /; rm -rf "$work"' EXIT

start() { # start ARGUMENT... - a server on a free port
    : > serving
    "$BONNET" serve "$@" --listen 127.0.0.1:0 > serving 2> log < /dev/null &
    pid=$!
    for _ in $(seq 300); do
        grep -q '^listening on https*://127.0.0.1:' serving && break
        kill -0 $pid 2> /dev/null || break
        sleep 0.1
    done
    cp log err; cp serving out
    port=$(sed -n 's|^listening on https*://127.0.0.1:||p' serving)
    [ -n "$port" ] || die "no server: $*"
    url=$(sed 's/^listening on //' serving)
}
stop() { # stop SECONDS CODE
    local from rc
    from=$(date +%s)
    kill -TERM "$pid"
    wait "$pid"
    rc=$?
    pid=
    cp log err; cp serving out
    [ $rc -eq "$2" ] || die "the server ended with $rc, wanted $2"
    [ $(($(date +%s) - from)) -le "$1" ] || die "the server took more than $1 s to end"
    checks=$((checks + 1))
}
get() { # get STATUS PATTERN PATH [CURL OPTION...]
    local want=$1 pattern=$2 path=$3 got
    shift 3
    got=$(curl "${curl_with[@]}" -s -m 60 -o out -D head -w '%{http_code}' "$@" "$url$path" 2> err)
    checks=$((checks + 1))
    [ "$got" = "$want" ] || die "$path gave $got, wanted $want ($*)"
    grep -qE -- "$pattern" out || die "$path is not '$pattern'"
    [ "$want" -lt 400 ] || /usr/bin/python3 -c 'import json; assert list(json.load(open("out"))) == ["error"]' || die "$path: not an error in JSON"
}
post() { get "$1" "$2" "/v2/models/$3/infer" --data-binary "$4" "${@:5}"; }
says() { # says PATTERN COMMAND... - of a client
    local pattern=$1
    shift
    "$@" > out 2> err || die "failed: $*"
    grep -qE -- "$pattern" out || die "not '$pattern': $*"
    checks=$((checks + 1))
}
refused() { check "$1" "$2" timeout -k 1 20 "$BONNET" serve "${@:3}"; } # STATUS PATTERN ARGUMENT...: a command line that may not start to serve
