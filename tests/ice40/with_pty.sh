#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# with_pty.sh PTY COMMAND... - start the machine PTY behind a pseudo terminal, run COMMAND with @ replaced by the terminal's name, end the machine.
set -eu
pty=$1
shift
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkfifo "$tmp/alive" "$tmp/name"
# shellcheck disable=SC2086 # a program and its options
$pty < "$tmp/alive" > "$tmp/name" &
machine=$!
exec 9> "$tmp/alive" # its stdin ends when this script does
read -r -t 60 terminal < "$tmp/name"
rc=0
"${@//@/$terminal}" || rc=$?
exec 9>&-
wait "$machine" || { echo "with_pty.sh: the machine failed" >&2; rc=1; }
exit $rc
