#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# handshakes.sh - every module under rtl/ with a valid output must be the top of a proof, or be in handshakes.txt with the reason. An entry that is not
# needed any more, names no module or refers to no proof is an error too. Prints how many there are of each.
set -eu
cd "$(dirname "$0")/../.."
list=tests/formal/handshakes.txt bad=0 proved=0
# A proof with the line "# no handshakes" is about something else.
tops=$(grep -L '^# no handshakes$' tests/formal/*.ys | xargs sed -n 's/^prep .*-top \([a-z0-9_]*\).*/\1/p')
is_top() { grep -qx "$1" <<< "$tops"; }
entry() { awk -v m="$1" '$1 == m' $list; }
modules=$(grep -lE '^ *output .*\b[a-z0-9_]*valid(_o)?\b' rtl/*/*.sv | sed 's|.*/||; s|\.sv$||')
for module in $modules; do
    if is_top "$module"; then
        proved=$((proved + 1))
        [ -z "$(entry "$module")" ] || { echo "$list: $module has a proof now"; bad=1; }
    elif [ -z "$(entry "$module")" ]; then
        echo "$module has a valid output, no proof, and no line in $list"
        bad=1
    fi
done
while read -r module how rest; do
    case $module in '' | '#'*) continue ;; esac
    grep -qx "$module" <<< "$modules" || { echo "$list: $module has no valid output"; bad=1; }
    case $how in within | wires | plain) ;; *) echo "$list: $module: what is '$how'?"; bad=1 ;; esac
    for name in $rest; do
        case $how in
        within) [ -r "tests/formal/$name.ys" ] || { echo "$list: no proof $name"; bad=1; } ;;
        wires) is_top "$name" || { echo "$list: $name has no proof"; bad=1; } ;;
        esac
    done
done < $list
[ $bad -eq 0 ] || exit 1
count() { awk -v h="$1" '$1 != "#" && $2 == h' $list | wc -l; }
echo "handshakes: $proved modules proved, $(count within) within a proof, $(count wires) wires, $(count plain) without ready"
