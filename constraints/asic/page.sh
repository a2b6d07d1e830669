#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# page.sh TABLES > docs/silicon_asic.md - the page: the prose of page.md with the tables of `asic.sh table` in the place of its @name lines.
# A name that the tables do not have, and a table that the page does not show, are errors.
set -eu
here=$(dirname "$0")
awk '
    FILENAME == ARGV[1] { if (/^@/) { name = $1; known[name] = 1; next } if ($0 != "") text[name] = text[name] $0 "\n"; next }
    /^@/ { if (!($1 in known)) { print "page.sh: no table " $1 > "/dev/stderr"; exit bad = 1 } printf "%s", text[$1]; shown[$1] = 1; next }
    { print }
    END { if (bad) exit 1; for (name in known) if (!(name in shown)) { print "page.sh: " name " is not on the page" > "/dev/stderr"; exit 1 } }' "$1" "$here/page.md"
