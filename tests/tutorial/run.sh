#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh PAGE - runs the commands of a tutorial (its ```sh blocks) from the repository's root, and compares what they print with the ```text block behind them: each of
# its lines must be printed, in this order. O: the build folder that stands for build/. WORK: where the tutorial's own files go.
set -eu
page=$1 out=$WORK/out
mkdir -p "$WORK"
fail() { echo "$page: $*"; sed 's/^/    /' "$out"; exit 1; }
commands=0 lines=0 kind='' at=0
: > "$out"
while IFS= read -r line <&3; do
    case $kind$line in
    '```sh') kind='sh'; : > "$out" ;;
    '```text') kind=text at=0 ;;
    '```'*) kind=skip ;;
    'sh```' | 'text```' | 'skip```') kind='' ;;
    sh*)
        command=${line//build\/small/$WORK/small}
        bash -c "${command//build\/bonnet/$O/bonnet}" >> "$out" 2> "$WORK/err" || { cat "$WORK/err" >> "$out"; fail "failed: $line"; }
        [ ! -s "$WORK/err" ] || { cat "$WORK/err" >> "$out"; fail "says something on stderr: $line"; }
        commands=$((commands + 1))
        ;;
    text*)
        next=$(tail -n +$((at + 1)) "$out" | sed "s|$WORK/small|build/small|g" | grep -nxF -m1 -- "$line" | cut -d: -f1)
        [ -n "$next" ] || fail "is not printed: $line"
        at=$((at + next)) lines=$((lines + 1))
        ;;
    esac
done 3< "$page"
if [ "$commands" -eq 0 ] || [ "$lines" -eq 0 ]; then fail "has no commands, or no output to compare"; fi
echo "tutorial: $commands commands of $page, $lines lines of their output as the page has them"
