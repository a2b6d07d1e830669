#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mutate.sh MODULE - break rtl/<room>/MODULE.sv by one line of tests/mutants/MODULE.sed at a time, in a copy of the tree;
# a bench that still passes is a hole. The bench is tests/rtl/MODULE_tb.cpp, or the one named by a first line "# bench: NAME"; where it also runs as tiny, both.
set -eu
name=$1 list=tests/mutants/$1.sed
src=$(git ls-files "rtl/*/$name.sv")
[ -n "$src" ] || { echo "$name: no such module"; exit 1; }
bench=$(sed -n '1s/^# bench: *//p' "$list")
bench=${bench:-$name}
n=0 survived=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$tmp" 2> /dev/null || true
passes() { timeout 900 make -s -C "$tmp" RTL_EXTRA=-Wno-fatal "$1" CASES=100 > "$tmp/log" 2>&1 < /dev/null; }
while IFS= read -r edit; do
    case $edit in '' | '#'*) continue ;; esac
    n=$((n + 1))
    sed "$edit" "$src" > "$tmp/$src"
    if cmp -s "$src" "$tmp/$src"; then
        echo "STALE    $name: $edit"
        survived=$((survived + 1))
        continue
    fi
    # A mutant that does not compile proves nothing about the bench.
    if ! timeout 900 make -s -C "$tmp" RTL_EXTRA=-Wno-fatal "build/tb/$bench/tb" > "$tmp/log" 2>&1 < /dev/null; then
        echo "NOBUILD  $name: $edit"
        survived=$((survived + 1))
        continue
    fi
    if passes "test-rtl-$bench" && { [ ! -e "tests/rtl/${bench}_tb.tiny" ] || passes "test-rtl-$bench-tiny"; }; then
        echo "SURVIVED $name: $edit"
        survived=$((survived + 1))
    fi
done < "$list"
echo "$name: $((n - survived))/$n mutants killed"
[ $survived -eq 0 ]
