#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# serve_bench.sh CLI BENCH MODEL... - a server for each model, and what it costs beside a call in one's own process; where there is haproxy, through that as well, with
# examples/serve/haproxy.cfg.
set -eu
cli=$1 bench=$2
shift 2
PATH=$PATH:/sbin:/usr/sbin
said=$(mktemp -d)
pid='' balancer=''
trap 'for p in $pid $balancer; do kill "$p" 2> /dev/null || true; done; rm -rf "$said"' EXIT

# A socket on a free port is handed to haproxy.
balance() { # balance PORT
    sed -e "s|127.0.0.1:8600|fd@\${SOCKET}|; s|127.0.0.1:8601|127.0.0.1:$1|; /server [bc] /d" examples/serve/haproxy.cfg > "$said/haproxy.cfg"
    /usr/bin/python3 -c '
import os, socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(1024)
os.set_inheritable(s.fileno(), True)
open(sys.argv[1] + "/at.new", "w").write(str(s.getsockname()[1]))
os.rename(sys.argv[1] + "/at.new", sys.argv[1] + "/at")
os.environ["SOCKET"] = str(s.fileno())
os.execvp("haproxy", ["haproxy", "-q", "-db", "-f", sys.argv[1] + "/haproxy.cfg"])' "$said" &
    balancer=$!
    until [ -s "$said/at" ]; do sleep 0.1; done
}
for model in "$@"; do
    "$cli" serve "$model" --listen 127.0.0.1:0 > "$said/said" 2> /dev/null &
    pid=$!
    until grep -q '^listening' "$said/said"; do
        kill -0 "$pid" 2> /dev/null || { echo "serve_bench.sh: bonnet serve $model did not start" >&2; exit 1; }
        sleep 0.1
    done
    port=$(sed -n 's/.*://p' "$said/said")
    rm -f "$said/at"
    if command -v haproxy > /dev/null; then balance "$port"; else echo "no haproxy: not through it" >&2; fi
    if [ -n "$balancer" ]; then "$bench" "$model" "$port" 2000 "$(cat "$said/at")"; else "$bench" "$model" "$port"; fi
    for p in $pid $balancer; do kill "$p"; done
    wait "$pid"
    [ -z "$balancer" ] || wait "$balancer" || true
    pid='' balancer=''
done
