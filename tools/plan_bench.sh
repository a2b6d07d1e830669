#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plan_bench.sh CLI - how long `bonnet plan` takes for 3 tiers, 60 cuts, 3 codecs (none among them), 5 exits at 10 points: the whole program, file included.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk 'BEGIN {
    n = 61; srand(1)
    printf "{\"bonnet_tiers\": 1, \"input_bytes\": 20000, \"result_bytes\": 40, \"layers\": ["
    for (j = 0; j < n; j++) printf "%s{\"name\": \"l%d\", \"bytes\": %d}", j ? ", " : "", j, 3000 + 30000 * rand()
    printf "], \"exits\": ["
    for (e = 0; e < 5; e++) printf "%s{\"name\": \"e%d\", \"behind\": \"l%d\"}", e ? ", " : "", e, 10 * e + 9
    printf "], \"points\": ["
    for (i = 0; i < 10; i++) {
        printf "%s{\"thresholds\": [9, 9, 9, 9, 9], \"share\": [", i ? ", " : ""
        for (e = 0; e < 5; e++) printf "%.2f, ", 0.01 * (i + e)
        printf "%.2f], \"accuracy\": %.2f}", 1 - 0.05 * i - 0.1, 0.9 - 0.01 * i
    }
    printf "], \"tiers\": ["
    for (t = 0; t < 3; t++) {
        printf "%s{\"name\": \"t%d\", \"exit_ms\": [1, 1, 1, 1, 1], \"ms\": [", t ? ", " : "", t
        for (j = 0; j < n; j++) printf "%s%.3f", j ? ", " : "", 9 * rand() / (1 + 9 * t)
        printf "]}"
    }
    print "], \"links\": [{\"mbit_per_s\": 8, \"rtt_ms\": 5}, {\"mbit_per_s\": 100, \"rtt_ms\": 20}], \"codecs\": [{\"name\": \"deflate\", \"ratio\": {\"*\": 0.6, \"input\": 1}}, {\"name\": \"zstd\", \"ratio\": {\"*\": 0.5, \"input\": 1}}]}"
}' > "$work/tiers.json"
start=$(date +%s%N)
"$1" plan "$work/tiers.json" --accuracy 0.85 --deadline 300 --best 1 | tail -1
end=$(date +%s%N)
echo "$(((end - start) / 1000000)) ms, the whole program"
