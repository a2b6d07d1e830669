#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fill.sh TOUR MODEL IMAGE PAGE - PAGE with every block between <!-- tour NAME --> and <!-- /tour --> replaced by what is true now, on stdout.
set -eu
tour=$1 model=$2 image=$3 page=$4
skip=0
while IFS= read -r line; do
    if [ $skip -eq 1 ] && [ "$line" != '<!-- /tour -->' ]; then continue; fi
    skip=0
    printf '%s\n' "$line"
    case $line in
    '<!-- tour '*)
        name=${line#'<!-- tour '}
        printf '\n'
        "$tour" "$model" "$image" "${name%' -->'}" | sed 's/^/    /'
        printf '\n'
        skip=1
        ;;
    esac
done < "$page"
