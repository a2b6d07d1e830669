#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mutate_all.sh [MODULE [NUMBER...]] - mutate.sh for that module (fifo or bonnet_fifo), or for every one. Of all, a module whose last run
#     found nothing and whose files are the same since is not run again (AGAIN=1: it is), so an interrupted run goes on where it stopped.
# mutate_all.sh --record  - the sums of whole runs into tests/mutants/results.txt.
# mutate_all.sh --check   - every module of rtl/ has a list whose judges exist, and every list has a module.
set -eu
export LC_ALL=C
O=${O:-build}
header() { sed -n "/^#/!q; s/^# $1: *//p" "tests/mutants/$2.sed"; }
# Packages hold constants and types: what is wrong there is wrong everywhere.
modules() { git ls-files --cached --others --exclude-standard 'rtl/*.sv' | grep -v '_pkg\.sv$' | xargs basename -a -s .sv | sort; }
judged() { # the files that judge module $1
    local bench proof
    bench=$(header bench "$1") proof=$(header proof "$1")
    for bench in ${bench:-$1}; do [ "$bench" = - ] || echo "tests/rtl/${bench}_tb.cpp"; done
    if [ -n "$proof" ]; then for proof in $proof; do echo "tests/formal/$proof.ys"; done
    elif [ -e "tests/formal/$1.ys" ]; then echo "tests/formal/$1.ys"; fi
}
# All that decides about a module's verdicts, but for the modules inside it.
state() {
    { printf "%s\n" tests/mutate.sh tests/mutants/programs.sh tests/mutants.awk tests/rtl/*.h tests/mutants/"$1".* && git ls-files "rtl/$1.sv" "rtl/*/$1.sv" && judged "$1"; } |
        xargs cat 2>&1 | git hash-object --stdin
}

case ${1:-} in
--record)
    touch tests/mutants/results.txt
    for sum in "$O"/mutate/*.sum; do
        [ -e "$sum" ] || { echo "no whole run in $O/mutate"; exit 1; }
        { grep -v "^$(basename "$sum" .sum): " tests/mutants/results.txt || true; cat "$sum"; } | sort > "$O/mutate/results"
        cp "$O/mutate/results" tests/mutants/results.txt
    done
    exit ;;
--check)
    rc=0 n=0 nobody=
    all=$(modules)
    for module in $all; do
        n=$((n + 1))
        [ -e "tests/mutants/$module.sed" ] || { echo "$module: no list tests/mutants/$module.sed: who notices when it is broken?"; rc=1; continue; }
        # "# nobody: why": said on the page, and no pretence.
        [ -z "$(header nobody "$module")" ] || { nobody="$nobody $module"; continue; }
        files=$(judged "$module")
        [ -n "$files" ] || [ -n "$(header by "$module")" ] || { echo "$module: no judge"; rc=1; }
        for file in $files; do [ -e "$file" ] || { echo "$module: judged by $file, which is not there"; rc=1; }; done
    done
    for file in tests/mutants/*.sed tests/mutants/*.known; do
        module=$(basename "${file%.*}")
        [[ $'\n'$all$'\n' = *$'\n'$module$'\n'* ]] || { echo "$file: no such module"; rc=1; }
    done
    [ $rc -ne 0 ] || echo "mutants: $n modules have a list and a judge${nobody:+, but for$nobody}"
    exit $rc ;;
'') which=$(modules) ;;
*)
    which=bonnet_${1#bonnet_}
    shift
    exec tests/mutate.sh "$which" "$@" ;;
esac
ran=0 left=
mkdir -p "$O/mutate"
for module in $which; do
    sum=$O/mutate/$module.sum stamp=$O/mutate/$module.stamp
    now=$(state "$module")
    [ -z "$(header nobody "$module")" ] || { echo "$module: nobody judges it: $(header nobody "$module")"; continue; }
    if [ -z "${AGAIN:-}" ] && [ -e "$sum" ] && [ "$(cat "$stamp" 2> /dev/null)" = "$now" ]; then
        echo "$(cat "$sum") (as before)"
    elif tests/mutate.sh "$module"; then echo "$now" > "$stamp"
    else left="$left $module"; fi
    ran=$((ran + 1))
done
echo "mutate: $ran modules, $(cat "$O"/mutate/*.sum 2> /dev/null | awk '{m += $2; k += $4; sub(/.*proof\), /, ""); n += $1} END {print m + 0 " mutants, " k + 0 " killed, " n + 0 " known with their reasons"}')${left:+; something is left in:$left}"
[ -z "$left" ]
