#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plan_page.sh CLI PAGE - what the commands of PAGE print, put behind them: each block between <!-- NAME --> and <!-- /NAME --> begins with its command, "bonnet ...".
set -eu
while IFS= read -r line; do
    printf '%s\n' "$line"
    case $line in
    '<!-- /'*) ;;
    '<!-- '*' -->')
        name=${line#<!-- } name=${name% -->}
        command=
        while IFS= read -r line && [ "$line" != "<!-- /$name -->" ]; do
            [ -n "$command" ] || case $line in "    bonnet "*) command=${line#    } ;; esac
        done
        read -r -a words <<< "$command"
        printf '\n    %s\n' "$command"
        "$1" "${words[@]:1}" < /dev/null | sed 's/^/    /'
        printf '\n%s\n' "$line"
        ;;
    esac
done < "$2" > "$2.new"
mv "$2.new" "$2"
