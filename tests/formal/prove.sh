#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# prove.sh NAME - run the proof tests/formal/NAME.ys, then the twins in tests/formal/NAME.broken, which it must refute. A line of that file:
#
#   refute ASSERTION MODULE SED         edit the MODULE's file; of all assertions ASSERTION alone is kept, and must fail in a run from reset
#   reach  ASSERTION MODULE EXPRESSION  the state must be reachable under the proof's assumptions: "never EXPRESSION" must fail in a run from reset
#   depth  STEPS                        how long such a run may be from here on (default 16)
#
# Engines: `sat` lines in the script, which Yosys runs itself; or `script tests/formal/pdr.ys` at its end, and berkeley-abc proves what that
# wrote, for all time by property-directed reachability, or with a line `# induction N` by N steps of induction, or with a line
# `# bounded N` the first N cycles; neither: a structural proof.
# A twin is made in build/formal/NAME/N and runs the same script, but only looks for a run from reset: an induction step that merely does not
# close refutes nothing. Where ASSERTION is - the script runs whole: one of its sats, or of its own select -assert,
# must fail. An edit that changes nothing, a script that breaks otherwise and a proof without a twin are errors.
# Prints one line `PROVED NAME (...)` with the CPU seconds; logs in build/formal/NAME, the proof's own in 0.
set -eu
cd "$(dirname "$0")/../.."
name=$1 script=tests/formal/$1.ys list=tests/formal/$1.broken out=${O:-build}/formal/$1
limit=${PROVE_LIMIT:-900}                       # seconds a run may take
rm -rf "$out"
mkdir -p "$out"
fail() { echo "NOT PROVED $name: $*"; exit 1; }
[ -r "$list" ] || fail "no $list: a proof without a broken twin"
mapfile -t files < <(grep -v '^#' "$script" | grep -o '[A-Za-z0-9_]*/[A-Za-z0-9_/]*\.\(svh\?\|ys\)' | sort -u)
sats=$(grep -c '^sat ' "$script" || true)
bounded=$(sed -n 's/^# bounded \([0-9]*\).*/\1/p' "$script")
induction=$(sed -n 's/^# induction \([0-9]*\).*/\1/p' "$script")
abc=false
! grep -q '^script tests/formal/pdr.ys' "$script" || abc=true

stage() {   # an own copy of what the proof reads
    mkdir -p "$out/$1"
    cp --parents -t "$out/$1" "${files[@]}" rtl/include/*.svh
    twin=$out/$1
}
yosys_runs() { (cd "$twin" && timeout "$limit" yosys -Q -L log "$1" > /dev/null 2>&1); }
abc_says() {   # the verdict of berkeley-abc's command $1 has $2 in it
    (cd "$twin" && timeout "$limit" berkeley-abc -c "read_aiger proof.aig; fold; strash; orpos; $1" > abc.log 2>&1) || true
    grep -q "$2" "$twin/abc.log"
}

# Runs the twin in $twin, whose edit is made, for assertion $1, at most $2 steps; says in $how what came of it.
try() {
    local keep=$1 steps=$2 rc=0
    if [ "$keep" = - ]; then
        sed '/^sat /s/-tempinduct /-tempinduct -tempinduct-baseonly /' "$script" > "$twin/twin.ys"
    else
        {
            sed '/^sat /,$d; /^script /,$d' "$script"
            echo "select -assert-min 1 t:\$assert c:$keep c:*.$keep %u %i"
            echo "delete t:\$assert c:$keep c:*.$keep %u %d"
            printf '%s\n' 'delete -port o:*' 'opt -fast'   # what only other assertions and the outputs need
            sed -n "/^sat /{s/-tempinduct /-tempinduct -tempinduct-baseonly /;s/-maxsteps [0-9]*/-maxsteps $steps/;p};/^script /p" "$script"
        } > "$twin/twin.ys"
    fi
    yosys_runs twin.ys || rc=$?
    how="broke otherwise"
    if [ "$keep" != - ] && grep -q '^ERROR: Assertion failed: selection contains 0 elements' "$twin/log"; then
        how="no such assertion"
    elif $abc; then
        [ $rc -ne 0 ] || abc_says "scorr; bmc3 -F $steps" 'was asserted in frame' && return 0
        [ $rc -ne 0 ] || how="not refuted"
    elif [ "$rc" -eq 0 ]; then
        how="not refuted"
    else
        [ "$keep" != - ] || ! grep -q '^ERROR: Assertion failed: selection ' "$twin/log" || return 0
        ! grep -q 'model found\( for base case\)\?: FAIL!' "$twin/log" || return 0
    fi
    return 1
}

# ---- the proof -------------------------------------------------------------------
stage 0
cp "$script" "$twin/proof.ys"
yosys_runs proof.ys || { tail -20 "$twin/log"; fail "$twin/log"; }
if $abc && [ -n "$bounded" ]; then
    abc_says "scorr; bmc3 -F $bounded" 'No output asserted in' || fail "$twin/abc.log"
elif $abc && [ -n "$induction" ]; then
    abc_says "bmc3 -F $((induction + 2))" 'No output asserted in' || fail "$twin/abc.log"   # ind takes the first steps for granted
    abc_says "ind -F $induction -C 0" 'Networks are equivalent' || fail "$twin/abc.log"
elif $abc; then
    abc_says "scorr; pdr" 'Property proved' || fail "$twin/abc.log"
fi

# ---- its twins --------------------------------------------------------------------
n=0 refuted=0 reached=0 steps=16
while read -r kind keep module edit; do
    case $kind in
    '' | '#'*) continue ;;
    depth) steps=$keep; continue ;;
    refute | reach) ;;
    *) fail "$list: what is '$kind'?" ;;
    esac
    [ "$sats" -eq 1 ] || $abc || [ "$keep" = - ] || fail "$list: ASSERTION is - where a proof is not one sat"
    n=$((n + 1))
    stage $n
    file=$(printf '%s\n' "${files[@]}" | grep "/$module\\.sv$") || fail "$list: the proof does not read $module.sv"
    if [ "$kind" = refute ]; then
        sed -i "$edit" "$twin/$file"
    else
        sed -i "s|^endmodule|  always @(posedge clk_i) if (rst_ni) $keep: assert (!($(printf '%s' "$edit" | sed 's/[&|\\]/\\&/g')));\nendmodule|" "$twin/$file"
    fi
    ! cmp -s "$file" "$twin/$file" || fail "stale: $kind $keep $module $edit"
    try "$keep" "$steps" || fail "$how: $kind $keep $module $edit ($twin)"
    if [ "$kind" = refute ]; then refuted=$((refuted + 1)); else reached=$((reached + 1)); fi
done < "$list"
[ "$refuted" -gt 0 ] || fail "$list refutes nothing"

s() { [ "$1" -eq 1 ] || printf s; }
states=
[ "$reached" -eq 0 ] || states=", $reached state$(s $reached) reached"
times > "$out/times"
ms=$(awk 'NR == 2 { split($1, u, /[ms]/); split($2, v, /[ms]/); print int((60 * (u[1] + v[1]) + u[2] + v[2]) * 1000) }' "$out/times")
printf '%d %d %d\n' "$ms" $refuted $reached > "$out/done"
printf 'PROVED %s (%d twin%s refuted%s) %d.%d s\n' "$name" "$refuted" "$(s $refuted)" "$states" $((ms / 1000)) $((ms % 1000 / 100))
