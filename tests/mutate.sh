#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mutate.sh MODULE [NUMBER...] - break rtl/<room>/MODULE.sv in one place at a time, in a copy; whoever still passes has found a hole.
# The mutants: every operator, constant, condition and assignment of the module (tests/mutants.awk), and the sed edits of
# tests/mutants/MODULE.sed, both numbered. NUMBER: only these. A list that says "# by hand" has no other mutants than its own.
# All that stay within one expression are built into one program, with those of the other modules it judges (tests/mutants/programs.sh), and a
# number breaks one: a second a mutant at most. The rest: one by one.
# The judges, in this order: the benches (tests/rtl/MODULE_tb.cpp, or "# bench: NAME [NAME..]", "-": none) as tiny where they can be, as
# asic, with four arrays (zcu102) where they can; "# by: chip" tests/model, tests/sim, tests/hls/stops_test.c and the conformance suite on the
# tiny chip; the proofs ("# proof: NAME [NAME..]" of tests/formal; MODULE.ys by itself, unless it says "# slow"), which come first where the
# chip judges.
# What none of them notices must be EQUAL (Yosys proves that nobody can see the difference, in these geometries) or stand in
# tests/mutants/MODULE.known with the reason: "name<TAB>reason" a line. A known one that a bench notices after all is STALE.
# QUICK=1 asks no proof of equality: to see what is left while a bench grows.
# Out: a line for each that is left, with how to run it again; each verdict in build/mutate/MODULE.txt (verdict, number, judge and seed,
# name), the sum in MODULE.sum when all were run. A run of all takes over what was noticed, known or proven equal when module, list and judges were
# what they are now (MODULE.of; AGAIN=1: nothing), so that an interrupted one goes on, and one more reason costs one more mutant. What a proof said,
# of either kind, holds for any benches: MODULE.proven, while rtl/ and the proofs are what they are now.
set -eu
export LC_ALL=C
name=$1
shift
only=" $* "
O=${O:-build}
. tests/mutants/programs.sh
list=tests/mutants/$name.sed
known=tests/mutants/$name.known
src=$(source_of "$name")
[ -n "$src" ] || { echo "$name: no such module"; exit 1; }
[ -e "$list" ] || { echo "$name: no list $list"; exit 1; }
mapfile -t judges < <(judges_of "$name")
proofs=$(header proof "$name")
[ -n "$proofs" ] || [ ! -e "tests/formal/$name.ys" ] || grep -q '^# slow' "tests/formal/$name.ys" || proofs=$name
dir=$O/mutate/$name
out=$dir.txt
log=$dir/log
rm -rf "$dir" && mkdir -p "$dir/tests"
make -s rtl-files > "$dir/files"
copy "$dir" && cp -r tests/formal "$dir/tests/"

# That they hold for the module as it is, is known when they are asked first.
# A proof that is not done in time has noticed nothing.
proves_() {
    local rc
    for proof in $proofs; do
        rc=0
        (cd "$dir" && ulimit -t 60 && yosys -q "tests/formal/$proof.ys") > "$log" 2>&1 || rc=$?
        [ $rc -eq 0 ] || [ $rc -ge 128 ] || return 1
    done
}

# Nobody can see the difference: the same flip-flops by name, induction over two steps.
files=$(cat "$dir/files")
[[ " $files " = *" $src "* ]] || files="$files $(git ls-files 'rtl/board/ice40/*_pkg.sv' "$(dirname "$src")/*.sv" | sort -u | tr '\n' ' ')"
equal() {
    local flags step="hierarchy -top $name; proc; flatten; memory_map; async2sync; opt -full"
    for flags in -DBONNET_GEOMETRY_TINY '' -DBONNET_GEOMETRY_ZCU102; do
        case $flags in  # a bench that runs in one geometry is of a module that is the same in all
        *TINY) [[ " ${judges[*]} " = *" tb-tiny/"* || " ${judges[*]} " != *" tb/"* ]] || continue ;;
        *ZCU102) grep -q Arrays "$src" || continue ;;
        esac
        (cd "$dir" && ulimit -t 20 && yosys -q -p "
            read_verilog -sv -DSYNTHESIS $flags -Irtl/include $files; $step; rename $name gate; design -stash gate
            read_verilog -sv -DSYNTHESIS $flags -Irtl/include ${files/"$src"/whole.sv}; $step; rename $name gold; design -copy-from gate gate
            equiv_make gold gate equiv; hierarchy -top equiv; clean; equiv_simple -seq 2; equiv_induct -seq 3; equiv_status -assert") > "$log" 2>&1 || return 1
    done
}

# What the verdicts are of: the module, its mutants, the benches with the headers they include, the proofs.
judged() {
    local bench proof
    cat "$src" "$dir/list" "$dir/rest"
    for bench in $(benches_of "$name"); do c++ -MM -MG -Itests/rtl "tests/rtl/${bench}_tb.cpp" | tr -s '\134 ' '\n' | grep '^tests/rtl/' | xargs cat; done
    for proof in $proofs; do cat "tests/formal/$proof".*; done
}

# No bench has a part in these: VERDICT NAME, kept for the next run.
rtl=$({ git ls-files --cached --others --exclude-standard 'rtl/*.sv' 'rtl/*.svh' | xargs cat && for proof in $proofs; do cat "tests/formal/$proof".*; done; } | git hash-object --stdin)
proven() { [ -z "${AGAIN:-}" ] && [ -e "$dir.proven" ] && grep -qxF -- "$rtl"$'\t'"$1"$'\t'"$2" "$dir.proven"; }
keep() { printf '%s\t%s\t%s\n' "$rtl" "$1" "$2" >> "$dir.proven"; }

# ---- the mutants -------------------------------------------------------------------
cp "$src" "$dir/whole.sv"
edits_of "$name" > "$dir/edits"
grep -v '^#' "$list" | grep . > "$dir/hand" || true
broken "$name" list "$dir/edits" > "$dir/list"
apart=$(wc -l < "$dir/list")
# What does not fit in comes behind, with numbers of its own.
cut -f2- "$dir/list" | grep -vxFf - "$dir/hand" | awk -v n="$apart" '{print ++n "\t" $0}' > "$dir/rest" || true
total=$((apart + $(wc -l < "$dir/rest")))
declare -A before
if [ "$only" = '  ' ]; then
    rm -f "$dir.sum"
    of=$(judged | git hash-object --stdin)
    if [ -z "${AGAIN:-}" ] && [ -e "$out" ] && [ "$(cat "$dir.of" 2> /dev/null)" = "$of" ]; then
        while IFS=$'\t' read -r was number judge _; do [ "$was" = NOBUILD ] || [ "$was" = STALE ] || before[$number]="$was $judge"; done < "$out"
    fi
    echo "$of" > "$dir.of"
else out=$dir.some.txt; fi
: > "$out"

proves() {
    if [ -z "${sound:-}" ]; then
        sound=1
        cp "$dir/$src" "$dir/held.sv"
        cp "$dir/whole.sv" "$dir/$src"
        proves_ || { echo "$name: $proofs not proven before anything is broken" >&2; exit 1; }
        cp "$dir/held.sv" "$dir/$src"
    fi
    proves_
}

declare -A count
done_=0 said=$SECONDS
verdict() { # VERDICT NUMBER JUDGE NAME
    count[$1]=$((${count[$1]:-0} + 1))
    done_=$((done_ + 1))
    printf '%s\t%s\t%s\t%s\n' "$@" >> "$out"
    case $1 in SURVIVED | STALE | NOBUILD) printf '%-8s %s: %s\n         replay: make mutate MODULE=%s MUTANT=%s\n' "$1" "$name" "$4" "$name" "$2" ;; esac
    if [ $((SECONDS - said)) -ge 30 ]; then
        said=$SECONDS
        echo "  $name: $done_ of $total, $((${count[KILLED]:-0} + ${count[PROOF]:-0})) killed"
    fi
}
is_known() { [ -e "$known" ] && cut -f1 "$known" | grep -qxF -- "$1"; }
# Mutant $1, named $2, was judged in an earlier run.
taken_over() {
    [ -n "${before[$1]:-}" ] || return 1
    local was=${before[$1]%% *} judge=${before[$1]#* }
    if [ "$judge" = - ] && is_known "$2"; then verdict KNOWN "$1" - "$2"
    elif [ "$was" = SURVIVED ] || [ "$was" = KNOWN ]; then return 1
    elif is_known "$2"; then verdict STALE "$1" "$judge" "$2 (listed as known, noticed by $judge)"
    else verdict "$was" "$1" "$judge" "$2"; fi
}
# The programs have spoken about mutant $1, named $2: $3 is who noticed, or nobody. The broken module is in place.
conclude() {
    local judge=$3
    if [ -z "$judge" ] && proven EQUAL "$2" && ! is_known "$2"; then verdict EQUAL "$1" - "$2"; return; fi
    if [ -z "$judge" ] && [ -n "$proofs" ] && ! is_known "$2" && { proven PROOF "$2" || ! proves; }; then judge=proof; fi   # a reason is not put to a proof again
    if is_known "$2"; then
        if [ -n "$judge" ]; then verdict STALE "$1" "$judge" "$2 (listed as known, noticed by $judge)"; else verdict KNOWN "$1" - "$2"; fi
    elif [ "$judge" = proof ]; then keep PROOF "$2"; verdict PROOF "$1" "$judge" "$2"
    elif [ -n "$judge" ]; then verdict KILLED "$1" "$judge" "$2"
    elif [ -z "${QUICK:-}" ] && equal; then keep EQUAL "$2"; verdict EQUAL "$1" - "$2"
    else verdict SURVIVED "$1" - "$2"; fi
}
# Does judge $1, built in $2, notice mutant number $3? Other seeds power up otherwise: a reset that is missing shows in half of them, and soon.
notices() {
    local seed cases=${CASES:-100}
    for seed in 1 2 3 4 5; do
        CASES=$cases passes "$1" "$2" "$seed" "$name" "$3" || { noticed="$1 $seed"; return; }
        cases=$((${CASES:-100} / 3 + 1))
    done
    return 1
}
# What only synthesis sees is for the proof to judge.
hides=$(grep -c '^`ifdef VERILATOR' "$src" || true)
seen() { verilator -E -P -Irtl/include "$1" | tr -d ' \n'; }   # spaces stand for comments that broken() drops
[ "$hides" = 0 ] || seen "$dir/whole.sv" > "$dir/seen"
unseen() { [ "$hides" -gt 0 ] && seen "$1" | cmp -s "$dir/seen" -; }
wanted() { [ "$only" = '  ' ] || [[ "$only" = *" $1 "* ]]; }

# One judge after the other, each for those that are left, so that the next program is built only when somebody needs it.
declare -A named
todo=()
while IFS=$'\t' read -r number mutant; do
    named[$number]=$mutant
    ! wanted "$number" || taken_over "$number" "$mutant" || todo+=("$number")
done < "$dir/list"
# The whole chip takes minutes to notice nothing; a proof takes seconds.
if [ -n "$proofs" ] && [[ " ${judges[*]} " = *" chip "* ]]; then
    left=()
    for number in "${todo[@]}"; do
        broken "$name" "$number" "$dir/edits" > "$dir/$src"
        if is_known "${named[$number]}" || { ! proven PROOF "${named[$number]}" && proves; }; then left+=("$number"); continue; fi
        conclude "$number" "${named[$number]}" ''
    done
    todo=("${left[@]}")
fi
for judge in "${judges[@]}"; do
    [ ${#todo[@]} -gt 0 ] || break
    program "$judge"
    left=()
    for number in "${todo[@]}"; do
        [ "$hides" = 0 ] || broken "$name" "$number" "$dir/edits" > "$dir/one.sv"
        if unseen "$dir/one.sv" || ! notices "$judge" "$programs/$judge" "$number"; then left+=("$number"); continue; fi
        conclude "$number" "${named[$number]}" "$noticed"
    done
    todo=("${left[@]}")
done
for number in "${todo[@]}"; do
    broken "$name" "$number" "$dir/edits" > "$dir/$src"
    conclude "$number" "${named[$number]}" ''
done
while IFS=$'\t' read -r number edit; do
    wanted "$number" || continue
    ! taken_over "$number" "$edit" || continue
    sed "$edit" "$dir/whole.sv" > "$dir/$src"
    if cmp -s "$dir/whole.sv" "$dir/$src"; then verdict STALE "$number" - "$edit (nothing to edit)"; continue; fi
    noticed=
    for judge in "${judges[@]}"; do
        ! unseen "$dir/$src" || break
        # A mutant that does not compile proves nothing about the bench.
        command_of "$judge" > "$dir/command"
        builds "$judge" "$dir" -O0 || { verdict NOBUILD "$number" - "$edit"; continue 2; }
        notices "$judge" "$dir" 0 || continue
        break
    done
    conclude "$number" "$edit" "$noticed"
done < "$dir/rest"
if [ "$only" = '  ' ] && [ -e "$known" ]; then
    while IFS=$'\t' read -r mutant reason; do
        case $mutant in '' | '#'*) continue ;; esac
        [ -n "$reason" ] || verdict STALE 0 - "$mutant (known without a reason)"
        cut -f4 "$out" | grep -qxF -- "$mutant" || grep -qF -- "$mutant (" "$out" || verdict STALE 0 - "$mutant (known, and no such mutant)"
    done < "$known"
fi
bad=$((${count[SURVIVED]:-0} + ${count[STALE]:-0} + ${count[NOBUILD]:-0}))
killed=$((${count[KILLED]:-0} + ${count[PROOF]:-0}))
sum="$name: $((killed + bad + ${count[KNOWN]:-0})) mutants, $killed killed (${count[PROOF]:-0} by proof), ${count[KNOWN]:-0} known, $bad survived; not counted: ${count[EQUAL]:-0} proven equal"
echo "$sum"
rm -rf "$dir"
[ "$only" != '  ' ] || [ -n "${QUICK:-}" ] || printf '%s; judged by: %s; rtl %s\n' "$sum" "$(echo "$(benches_of "$name") $(header by "$name") ${proofs:+proof}" | xargs | sed 's/ /, /g')" \
    "$(git hash-object "$src" | cut -c1-12)" > "$dir.sum"
[ $bad -eq 0 ]
