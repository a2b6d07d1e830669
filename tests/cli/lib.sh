# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lib.sh - what the command line tests share. Sourced. Each test runs in a fresh folder that is removed at the end.
set -u
: "${BONNET:?set by make}" "${MODELS:?}" "${ROOT:?}"
work=$(mktemp -d)
trap 'cd /; rm -rf "$work"' EXIT
cd "$work" || exit 1
bool=$MODELS/boolnet_k4.bonnet
# shellcheck disable=SC2034 # used by the tests
base=$MODELS/basenet_k1.bonnet
# shellcheck disable=SC2034
pictures=$ROOT/tests/vectors/fashion
checks=0

die() {
    echo "FAIL: $*"
    echo "--- stdout"; head -20 out
    echo "--- stderr"; head -20 err
    exit 1
}

# check CODE PATTERN COMMAND... - exit code, and for a failure exactly one line on stderr that matches the pattern.
check() {
    local want=$1 pattern=$2 got
    shift 2
    "$@" > out 2> err < /dev/null
    got=$?
    checks=$((checks + 1))
    [ $got -eq "$want" ] || die "exit $got, wanted $want: $*"
    if [ "$want" -ne 0 ] && [ "$want" -ne 1 ]; then
        [ "$(wc -l < err)" -eq 1 ] || die "stderr is not one line: $*"
        grep -q '^bonnet: ' err || die "stderr does not say who speaks: $*"
        grep -qE -- "$pattern" err || die "stderr does not match '$pattern': $*"
        [ ! -s out ] || die "a failure wrote to stdout: $*"
    elif [ -n "$pattern" ]; then
        grep -qE -- "$pattern" out || die "stdout does not match '$pattern': $*"
    fi
}

# Nothing but the named files may be left in the folder (a temporary would show).
only() {
    local have
    have=$(find . -type f ! -name out ! -name err -printf '%f\n' | sort | tr '\n' ' ')
    [ "$have" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ] || die "files left: $have; wanted: $*"
}

# The device is usable: the same network still gives the right answer.
usable() { check 0 'Ankle boot' "$BONNET" run "$bool" "$pictures"/00000_*.pgm --device "$1"; }

passed() { echo "PASS $checks checks"; }
