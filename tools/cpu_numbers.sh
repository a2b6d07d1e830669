#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cpu_numbers.sh BENCH FILE [OPTION...] - run BENCH with the options and put what it prints between the lines <!-- cpu --> and <!-- /cpu --> of FILE.
set -eu
bench=$1 file=$2
shift 2
part=$(mktemp) new=$(mktemp)
trap 'rm -f "$part" "$new"' EXIT
"$bench" "$@" > "$part"
awk -v part="$part" '
    $0 == "<!-- /cpu -->" { skip = 0 }
    !skip { print }
    $0 == "<!-- cpu -->" { while ((getline line < part) > 0) print line; skip = 1 }' "$file" > "$new"
cat "$new" > "$file"
