#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# page.sh PAGE MARK COMMAND... - runs the command and puts what it prints between <!-- MARK --> and <!-- /MARK --> of the page, if it succeeds.
set -eu
page=$1 mark=$2
shift 2
said=$(mktemp) new=$(mktemp)
trap 'rm -f "$said" "$new"' EXIT
"$@" > "$said"
awk -v mark="$mark" -v said="$said" '
    $0 == "<!-- /" mark " -->" { print ""; skip = 0 }
    !skip { print }
    $0 == "<!-- " mark " -->" { print ""; while ((getline line < said) > 0) print "    " line; skip = 1 }' "$page" > "$new"
cat "$new" > "$page"
