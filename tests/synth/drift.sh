#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# drift.sh TARGET MEASURED.json - counts of a synthesis beside the committed ones, tests/synth/baseline/<tool>-<version>/TARGET.json.
# Fails when a number differs by more than 2 % and by more than 2, up or down, or a unit came or went; says which, from, to, and how to accept it.
# Another tool version counts otherwise: without a baseline of its own it is 77. SYNTH_TOOL names the tool, default what `yosys -V` says.
set -eu
target=${1:?usage: drift.sh TARGET MEASURED.json} measured=${2:?usage: drift.sh TARGET MEASURED.json}
here=$(dirname "$0")
root=${SYNTH_BASELINES:-$here/baseline}
tool=${SYNTH_TOOL:-$(yosys -V 2> /dev/null | awk '{print "yosys-" $2}')}
case $tool in yosys-*) ;; *) echo "drift.sh: no yosys: install it with tools/deps.sh test"; exit 77 ;; esac
command -v jq > /dev/null || { echo "drift.sh: no jq: install it with tools/deps.sh test"; exit 77; }
baseline=$root/$tool/$target.json
if [ ! -e "$baseline" ]; then
    for other in "$root"/*/"$target.json"; do
        [ -e "$other" ] || { echo "drift.sh: no baseline for $target at all; write one: make baseline TARGET=$target" >&2; exit 1; }
    done
    echo "drift.sh: $target has no baseline for $tool (only $(cd "$root" && echo */"$target.json")); write one: make baseline TARGET=$target"
    exit 77
fi
jq -e 'type == "object" and length > 0 and all(.[]; type == "object" and all(.[]; type == "number"))' "$measured" > /dev/null 2>&1 ||
    { echo "drift.sh: $measured holds no counts" >&2; exit 1; }
drift=$(jq -r -n --slurpfile was "$baseline" --slurpfile is "$measured" -f "$here/drift.jq")
if [ -n "$drift" ]; then
    echo "$drift" >&2
    echo "drift.sh: $target drifted from $baseline by more than 2 %. If that is meant, commit the new counts with the change: make baseline TARGET=$target" >&2
    exit 1
fi
echo "$target: $(jq length "$baseline") units within 2 % of $tool's baseline"
