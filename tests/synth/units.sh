#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# units.sh OUT FILE... - xcup counts of single modules, those of tests/synth/units.list, each of its own file, the packages and the files it names,
# into OUT.json. Seconds each, so `make test` looks at them; the whole chip takes minutes: make synth-fpga.
set -eu
out=${1:?usage: units.sh OUT FILE...}
shift
here=$(dirname "$0")
rm -rf "$out"
mkdir -p "$out"
grep -v '^#' "$here/units.list" | while read -r module geometry inside; do
    files=
    for file in "$@"; do
        name=$(basename "$file" .sv)
        case " $module $inside " in *" $name "*) files="$files $file" ;; esac
        case $name in *_pkg) files="$files $file" ;; esac
    done
    # shellcheck disable=SC2086 # the list is words on purpose
    SYNTH_SECONDS=600 "$here/../../constraints/zcu102/synth.sh" "$geometry" "$out/$module" "$module" $files < /dev/null
    jq --slurpfile cells "$here/cells.json" --arg family xcup --arg top "$module" -f "$here/count.jq" "$out/$module/stat.json" |
        jq --arg name "$module" '{($name): .total}' > "$out/$module.json"
done
jq -s -S add "$out"/*.json > "$out.json"
