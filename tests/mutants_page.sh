#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mutants_page.sh - docs/mutants.md from tests/mutants/*.known and tests/mutants/results.txt.
set -eu
export LC_ALL=C
cat << 'HEAD'
# Mutants: what the benches do not notice, and why

Written by `make gen` from `tests/mutants/*.known` and `tests/mutants/results.txt`; the rest of the story is at the top of `tests/mutate.sh`.

`make mutate-bonnet_NAME` breaks a module in one place at a time: every operator, comparison, constant, condition and assignment
(`tests/mutants.awk`; all of them in one program, a number on its command line chooses), and the lines of a list by hand
(`tests/mutants/NAME.sed`). Somebody must notice: the module's bench, in each geometry it runs in and with five power-up states, or the
module's proof. Who is noticed by nobody is proven equal to the module by Yosys, stands below with a reason, or fails the run; so does
one below that is noticed after all.

A line below reads `[[what stood there => what was put there]]`; ` #n` behind it is the n-th such line of the module.
HEAD
echo
echo "## What was run"
echo
echo "The last whole run of each module: mutants that count, killed by bench or proof, known (below), survived. A module that is not here has not been run to its end with this tool."
echo
echo "| module | mutants | killed | of them by proof | known | survived |"
echo "|---|---|---|---|---|---|"
# shellcheck disable=SC2016
sed -n 's/^\([a-z0-9_]*\): \([0-9]*\) mutants, \([0-9]*\) killed (\([0-9]*\) by proof), \([0-9]*\) known, \([0-9]*\) survived.*/| `\1` | \2 | \3 | \4 | \5 | \6 |/p' tests/mutants/results.txt | LC_ALL=C sort
echo
echo "## Known"
for file in tests/mutants/*.known; do
    printf '\n### %s\n\n' "$(basename "$file" .known)"
    # shellcheck disable=SC2016
    while IFS=$'\t' read -r mutant reason; do printf -- '- `%s`\n  %s.\n' "$mutant" "$reason"; done < "$file"
done
