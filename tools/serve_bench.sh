#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# serve_bench.sh CLI BENCH MODEL... - a server for each model, and what it costs beside a call in one's own process.
set -eu
cli=$1 bench=$2
shift 2
said=$(mktemp)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2> /dev/null || true; rm -f "$said"' EXIT
for model in "$@"; do
    "$cli" serve "$model" --listen 127.0.0.1:0 > "$said" 2> /dev/null &
    pid=$!
    until grep -q '^listening' "$said"; do
        kill -0 "$pid" 2> /dev/null || { echo "serve_bench.sh: bonnet serve $model did not start" >&2; exit 1; }
        sleep 0.1
    done
    "$bench" "$model" "$(sed -n 's/.*://p' "$said")"
    kill "$pid"
    wait "$pid"
    pid=
done
