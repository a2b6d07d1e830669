#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# page.sh - prints docs/proofs.md: a row a proof, from the scripts' own comments, sizes, engines and lists of twins. CPU seconds are those of the last
# `make prove-all` in build/formal; where there are none, those that the page has. page.sh --check compares, the seconds apart.
set -eu
cd "$(dirname "$0")/../.."
page=docs/proofs.md
seconds() { sed -E 's/\| [0-9.?]+ \|$/| s |/'; }
if [ "${1:-}" = --check ]; then
    diff <(seconds < $page) <(tests/formal/page.sh | seconds) || { echo "$page does not say what tests/formal says: tests/formal/page.sh > $page"; exit 1; }
    exit 0
fi
sed '/^| proof /,$d' $page
echo '| proof | claim, sizes | engine | twins | states reached | CPU s |'
echo '|---|---|---|---|---|---|'
for script in tests/formal/*.ys; do
    name=$(basename "$script" .ys)
    [ "$name" != pdr ] || continue
    claim=$(sed -n '2,/^[^#]/{/^# slow/d;/^# bounded/d;/^# induction/d;s/^# *//p}' "$script" | tr '\n' ' ' | sed 's/ *$//; s/|/\\|/g')
    sats=$(grep -c '^sat ' "$script" || true)
    engine=structure
    [ "$sats" -eq 0 ] || engine="SAT"
    ! grep -q '^sat .*-tempinduct' "$script" || engine="SAT, k-induction, k up to $(sed -n 's/^sat .*-maxsteps \([0-9]*\).*/\1/p' "$script" | sort -n | tail -1)"
    ! grep -q '^script tests/formal/pdr.ys' "$script" || engine="PDR"
    ! grep -q '^# bounded' "$script" || engine="BMC, $(sed -n 's/^# bounded \([0-9]*\).*/\1/p' "$script") cycles"
    ! grep -q '^# induction' "$script" || engine="induction by ABC, k up to $(sed -n 's/^# induction \([0-9]*\).*/\1/p' "$script")"
    ! grep -q '^# slow' "$script" || engine="$engine; make prove-all"
    refuted=$(grep -c '^refute ' "tests/formal/$name.broken")
    reached=$(grep -c '^reach ' "tests/formal/$name.broken" || true)
    s='?'
    if [ -r "build/formal/$name/done" ]; then
        s=$(awk '{ printf "%.1f", $1 / 1000 }' "build/formal/$name/done")
    elif [ -r $page ]; then
        s=$(sed -n "s/^| \`$name\` .*| \([0-9.?]*\) |\$/\1/p" $page)
    fi
    echo "| \`$name\` | $claim | $engine | $refuted | $reached | ${s:-?} |"
done
