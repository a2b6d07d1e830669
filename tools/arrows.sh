#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# arrows.sh - fail on an include, an import or an instantiation that points backwards through the house.
# One way: host -> driver -> sim, hls -> rtl/csr; the command line sees only bonnet.h, the energy model, which sees nothing, the server and what posts its events, which see only bonnet.h, as does the client within the library; nothing looks at tests; models/ keeps to itself.
# Within rtl/, a room uses itself, pkg, cell, and the rooms after it: shell csr seq fetch compute post store.
set -eu
bad=0
complain() { echo "backward arrow: $1 -> $2"; bad=1; }

# Room of a C file. bonnet.h and net.h are the contracts that every room may read: what a user sees, and what a network is.
room() {
    case $1 in
    host/include/* | driver/net.h) echo api ;;
    host/cli/*) echo cli ;;
    host/energy/*) echo energy ;;
    host/serve/*) echo serve ;;
    host/events/*) echo events ;;
    host/client/*) echo client ;;
    host/*) echo host ;;
    driver/*) echo driver ;;
    sim/*) echo sim ;;
    rtl/*) echo rtl ;;
    hls/*) echo hls ;;
    tests/*) echo tests ;;
    *) echo other ;;
    esac
}
allowed() { # what each room may include, itself apart
    case $1 in
    api) echo '' ;;
    rtl) echo '' ;;
    sim | hls) echo 'api rtl' ;;
    driver) echo 'api sim hls rtl' ;;
    host) echo 'api driver sim hls rtl' ;;
    energy) echo '' ;;
    events | client) echo 'api' ;;
    serve) echo 'api events' ;;
    cli) echo 'api energy serve events' ;;
    *) echo 'api cli energy serve events client host driver sim hls rtl tests other' ;;
    esac
}

declare -A where
while read -r file; do where[$(basename "$file")]=$file; done < <(git ls-files '*.h' '*.def')
while read -r file; do
    from=$(room "$file")
    while read -r header; do
        to_file=${where[$(basename "$header")]:-}
        [ ! -f "$(dirname "$file")/$header" ] || to_file=$(dirname "$file")/$header # as the compiler looks: beside the file first
        [ -n "$to_file" ] || continue # a system or generated header
        to=$(room "$to_file")
        [ "$from" = "$to" ] && continue
        case " $(allowed "$from") " in *" $to "*) ;; *) complain "$file" "$to_file" ;; esac
    done < <(sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p' "$file")
done < <(git ls-files '*.c' '*.cpp' '*.h')

# Modules: file name = module name. An instantiation is the module's name followed by # or an instance name u_*.
order=' shell csr seq fetch compute post store '
position() { local before=${order%% "$1" *}; echo "${#before}"; }
while read -r file; do
    name=$(basename "$file" .sv) to=$(basename "$(dirname "$file")")
    [ "$to" = cell ] || [ "$to" = pkg ] || [ "$to" = rtl ] && continue
    while read -r user; do
        from=$(basename "$(dirname "$user")")
        [ "$from" = "$to" ] || [ "$from" = rtl ] && continue
        # A board's own top may use every room, and no room a board.
        case $file:$user in rtl/board/*:*) complain "$user" "$file" && continue ;; *:rtl/board/*) continue ;; esac
        case $from in cell | pkg) complain "$user" "$file" && continue ;; esac
        [ "$(position "$from")" -lt "$(position "$to")" ] || complain "$user" "$file"
    done < <(git ls-files 'rtl/*.sv' | xargs grep -lE "^ *$name +(#|u_)" || true)
done < <(git ls-files 'rtl/*/*.sv')

# Python stays in models/ and tests/, and in the two scripts of tools/ that drive measurements of exported networks and write them down.
while read -r file; do
    case $file in models/* | python/* | tests/* | tools/numbers.py | tools/energy_measure.py) ;; *) complain "$file" "Python outside models/, python/ and tests/" ;; esac
done < <(git ls-files '*.py')
if [ $bad -ne 0 ]; then exit 1; fi
echo "arrows: one way"
