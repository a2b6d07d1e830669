#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mutate.sh MODULE [TEXT] - break rtl/<room>/MODULE.sv in one place at a time, in a copy; whoever still passes has found a hole.
# The mutants: the lines of tests/mutants/MODULE.sed (sed edits), and every operator, constant, condition and assignment of the module
# (tests/mutants.awk) unless the list says "# by hand". TEXT: only mutants whose name has it.
# The latter are all built into one program, and a number on its command line breaks it: a second a mutant at most.
# The judges, in this order: the bench as tiny where it can be, the bench (tests/rtl/MODULE_tb.cpp, or "# bench: NAME [NAME..]"), the proof
# ("# proof: NAME" of tests/formal; MODULE.ys by itself).
# What none of them notices must be EQUAL (Yosys proves that nobody can see the difference, both geometries) or stand in
# tests/mutants/MODULE.known with the reason: "name<TAB>reason" a line. A known one that is noticed after all is STALE.
# QUICK=1 asks no proof of equality: to see what is left while a bench grows.
# Each verdict stands in build/mutate/MODULE.txt, the sums in MODULE.sum.
set -eu
name=$1 only=${2:-}
O=${O:-build}
list=tests/mutants/$name.sed
known=tests/mutants/$name.known
src=$(git ls-files "rtl/$name.sv" "rtl/*/$name.sv")
[ -n "$src" ] || { echo "$name: no such module"; exit 1; }
[ -e "$list" ] || { echo "$name: no list $list"; exit 1; }
header() { sed -n "/^#/!q; s/^# $1: *//p" "$list"; }
benches=$(header bench)
benches=${benches:-$name}
proof=$(header proof)
[ -n "$proof" ] || [ ! -e "tests/formal/$name.ys" ] || proof=$name
dir=$O/mutate/$name
out=$dir.txt
rm -rf "$dir" && mkdir -p "$dir/tests" "$dir/$O" && cp -r rtl "$dir/" && cp -r tests/formal "$dir/tests/"
: > "$out"

declare -A command limit
for bench in $benches; do
    command[tb/$bench]=$(make -s "bench-build-$bench")
    [ ! -e "tests/rtl/${bench}_tb.tiny" ] || command[tb-tiny/$bench]=$(make -s "bench-build-tiny-$bench")
done
cp -r "$O/gen" "$dir/$O/"
builds() {  # $1: folder/bench  $2: optimisation
    mkdir -p "$dir/$O/$1"
    (cd "$dir" && eval "timeout 900 ${command[$1]} -Wno-lint -Wno-style -Wno-fatal -CFLAGS $2 -MAKEFLAGS 'OPT_FAST=$2 OPT_SLOW=-O0 OPT_GLOBAL=-O1'") > "$dir/log" 2>&1 < /dev/null
}
passes() { timeout -k 5 "${limit[$1]:-600}" "$dir/$O/$1/tb" --seed "${3:-1}" --cases "${CASES:-100}" "+mutant=${2:-0}" > "$dir/log" 2>&1; }
judges() { for folder in tb-tiny tb; do for bench in $benches; do [ -z "${command[$folder/$bench]:-}" ] || echo "$folder/$bench"; done; done; }
proves() { (cd "$dir" && timeout 120 yosys -q "tests/formal/$proof.ys") > "$dir/log" 2>&1; }

# Nobody can see the difference: the same flip-flops by name, induction over two steps.
files=$(make -s rtl-files)
equal() {
    local flags step="hierarchy -top $name; proc; flatten; memory_map; async2sync; opt -full"
    for flags in -DBONNET_GEOMETRY_TINY ''; do
        (cd "$dir" && timeout 60 yosys -q -p "
            read_verilog -sv -DSYNTHESIS $flags -Irtl/include $files; $step; rename $name gate; design -stash gate
            read_verilog -sv -DSYNTHESIS $flags -Irtl/include ${files/"$src"/whole.sv}; $step; rename $name gold; design -copy-from gate gate
            equiv_make gold gate equiv; hierarchy -top equiv; clean; equiv_simple -seq 2; equiv_induct -seq 3; equiv_status -assert") > "$dir/log" 2>&1 || return 1
    done
}

cp "$src" "$dir/whole.sv"
ready() {  # builds all judges of the module as it lies there, and sees them pass
    local start judge
    for judge in $(judges); do
        builds "$judge" "$1" || { tail -20 "$dir/log"; echo "$name: $judge does not build"; exit 1; }
        start=$(date +%s)
        passes "$judge" || { tail -20 "$dir/log"; echo "$name: $judge fails before anything is broken"; exit 1; }
        limit[$judge]=$((10 * ($(date +%s) - start) + 20))  # a broken one may hang
    done
}
[ -z "$proof" ] || proves || { echo "$name: $proof is not proven before anything is broken"; exit 1; }

declare -A count
verdict() {
    count[$1]=$((${count[$1]:-0} + 1))
    printf '%s\t%s\n' "$1" "$2" >> "$out"
    case $1 in SURVIVED | STALE | NOBUILD) printf '%-9s %s: %s\n' "$1" "$name" "$2" ;; esac
}
is_known() { [ -e "$known" ] && cut -f1 "$known" | grep -qxF -- "$1"; }
# The bench of the mutant $1 has spoken: $2 names the judge who noticed, or nobody. The broken module is in place.
conclude() {
    local judge=$2
    if [ -z "$judge" ] && [ -n "$proof" ] && ! proves; then judge=proof; fi
    if is_known "$1"; then
        if [ -n "$judge" ]; then verdict STALE "$1 (listed as known, noticed by $judge)"; else verdict KNOWN "$1"; fi
    elif [ "$judge" = proof ]; then verdict PROOF "$1"
    elif [ -n "$judge" ]; then verdict KILLED "$1"
    elif [ -z "${QUICK:-}" ] && equal; then verdict EQUAL "$1"
    else verdict SURVIVED "$1"; fi
}
# Who notices mutant number $1; other seeds power up otherwise: a reset that is missing shows in half of them.
whose() {
    local judge seed
    for seed in 1 2 3 4 5; do
        for judge in $(judges); do passes "$judge" "$1" "$seed" || { echo "$judge"; return; }; done
    done
}

# What only synthesis sees is for the proof to judge.
unseen() { grep -q '^`ifdef VERILATOR' "$src" && cmp -s <(verilator -E -P -Irtl/include "$dir/whole.sv") <(verilator -E -P -Irtl/include "$dir/$src"); }

# ---- every operator ------------------------------------------------------------
if ! grep -q '^# by hand' "$list"; then
    awk -v mode=all -f tests/mutants.awk "$dir/whole.sv" > "$dir/$src"
    ready -O1
    awk -v mode=list -f tests/mutants.awk "$dir/whole.sv" > "$dir/list"
    while IFS=$'\t' read -r number mutant; do
        case $mutant in *"$only"*) ;; *) continue ;; esac
        awk -v mode="$number" -f tests/mutants.awk "$dir/whole.sv" > "$dir/$src"
        judge=
        unseen || judge=$(whose "$number")
        conclude "$mutant" "$judge"
    done < "$dir/list"
fi

# ---- the list by hand: built one by one -----------------------------------------
while IFS= read -r edit; do
    case $edit in '' | '#'*) continue ;; *"$only"*) ;; *) continue ;; esac
    sed "$edit" "$dir/whole.sv" > "$dir/$src"
    if cmp -s "$dir/whole.sv" "$dir/$src"; then verdict STALE "$edit"; continue; fi
    if unseen; then conclude "$edit" ''; continue; fi
    noticed=
    for judge in $(judges); do
        # A mutant that does not compile proves nothing about the bench.
        builds "$judge" -O0 || { verdict NOBUILD "$edit"; continue 2; }
    done
    noticed=$(whose 0)
    conclude "$edit" "$noticed"
done < "$list"
if [ -z "$only" ] && [ -e "$known" ]; then
    while IFS=$'\t' read -r mutant reason; do
        case $mutant in '' | '#'*) continue ;; esac
        [ -n "$reason" ] || verdict STALE "$mutant (known without a reason)"
        grep -qF -- "$mutant" "$out" || verdict STALE "$mutant (known, and no such mutant)"
    done < "$known"
fi
bad=$((${count[SURVIVED]:-0} + ${count[STALE]:-0} + ${count[NOBUILD]:-0}))
killed=$((${count[KILLED]:-0} + ${count[PROOF]:-0}))
sum="$name: $((killed + bad + ${count[KNOWN]:-0})) mutants, $killed killed (${count[PROOF]:-0} by proof), ${count[KNOWN]:-0} known, $bad survived; not counted: ${count[EQUAL]:-0} proven equal"
echo "$sum" | tee "$dir.sum"
[ $bad -eq 0 ]
