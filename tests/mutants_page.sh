#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mutants_page.sh - docs/mutants.md from tests/mutants/*.known and tests/mutants/results.txt.
set -eu
export LC_ALL=C
cat << 'HEAD'
# Mutants: what the benches do not notice, and why

Written by `make gen` from `tests/mutants/*.known` and `tests/mutants/results.txt`; the rest of the story is at the top of `tests/mutate.sh`.

`make mutate MODULE=NAME` breaks a module in one place at a time: every operator, comparison, constant, condition and assignment
(`tests/mutants.awk`; all of them in one program, a number chooses), and the lines of a list by hand (`tests/mutants/NAME.sed`).
Somebody must notice: the module's benches, in each geometry they run in and with five power-up states; or the module's proof; or, where a
module is all wiring, the conformance suite on the whole machine. Who is noticed by nobody is proven equal to the module by Yosys, stands
below with a reason, or fails the run; so does one below that is noticed after all. `make mutate` does so for every module, and goes on
where it stopped; `make mutate MODULE=NAME MUTANT=n` does one again; `make mutants-record` writes this page. `make test` asks that
every module of `rtl/` has a list and a judge (`tests/mutate_all.sh --check`). Packages hold constants and types only, and have none.

A line below reads `[[what stood there => what was put there]]`; ` #n` behind it is the n-th such line of the module.
HEAD
echo
echo "## What was run"
echo
echo "The last whole run of each module: mutants that count, killed by bench or proof, known (below), survived, and the first digits of the module's blob then: \`git hash-object FILE\` says whether it still is that. A mutant that Yosys proves equal is none."
echo
echo "| module | mutants | killed | of them by proof | known | survived | judged by | RTL |"
echo "|---|---|---|---|---|---|---|---|"
# shellcheck disable=SC2016
sed -n 's/^\([a-z0-9_]*\): \([0-9]*\) mutants, \([0-9]*\) killed (\([0-9]*\) by proof), \([0-9]*\) known, \([0-9]*\) survived.*; judged by: \(.*\); rtl \([0-9a-f]*\)$/| `\1` | \2 | \3 | \4 | \5 | \6 | \7 | `\8` |/p' tests/mutants/results.txt
echo
awk '{m += $2; k += $4; sub(/.*proof\), /, ""); n += $1; sub(/.*known, /, ""); s += $1} END {printf "%d modules, %d mutants: %d killed, %d known, %d survived.\n", NR, m, k, n, s}' tests/mutants/results.txt
echo
without=$(for file in tests/mutants/*.sed; do
    module=$(basename "$file" .sed)
    # shellcheck disable=SC2016
    grep -q "^$module: " tests/mutants/results.txt || printf -- '- `%s`%s\n' "$module" "$(sed -n 's/^# nobody: /: nobody judges it, /p' "$file")"
done)
if [ -n "$without" ]; then printf 'Without a whole run so far:\n\n%s\n' "$without"; else echo "Every module has one."; fi
echo
echo "## Known"
for file in tests/mutants/*.known; do
    printf '\n### %s\n\n' "$(basename "$file" .known)"
    # shellcheck disable=SC2016
    while IFS=$'\t' read -r mutant reason; do printf -- '- `%s`\n  %s.\n' "$mutant" "$reason"; done < "$file"
done
