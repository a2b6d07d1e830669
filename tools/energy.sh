#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# energy.sh CLI PAGE PICTURE - put the table of `bonnet energy --compare` between the lines <!-- energy --> and <!-- /energy --> of PAGE,
# and draw PICTURE (gnuplot).
set -eu
cli=$1 page=$2 picture=$3
{
    printf '\n'
    "$cli" energy --compare -o "$picture" | sed 's/^/    /'
    printf '\n'
} > "$page.part"
awk -v part="$page.part" '
    $0 == "<!-- /energy -->" { skip = 0 }
    !skip { print }
    $0 == "<!-- energy -->" { while ((getline line < part) > 0) print line; skip = 1 }' "$page" > "$page.new"
mv "$page.new" "$page"
rm -f "$page.part"
