# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# programs.sh - what tests/mutate.sh asks: for each judge one program with all mutants of all modules that it judges, in build/mutate/programs,
# kept until something of it changes. A number on the command line, +MODULE=n (or, of the whole chip, in the file MODULE), breaks one.
# Sourced in the root of the tree; O: the build folder.
programs=$O/mutate/programs

header() { sed -n "/^#/!q; s/^# $1: *//p" "tests/mutants/$2.sed"; }             # KEY MODULE
source_of() { git ls-files --cached --others --exclude-standard "rtl/$1.sv" "rtl/*/$1.sv"; }
benches_of() {                                                                  # MODULE
    local benches
    benches=$(header bench "$1")
    [ "$benches" = - ] || echo "${benches:-$1}"
}
judges_of() {                                                                   # MODULE: folder/bench, chip
    local folder bench
    for folder in tb-tiny tb tb-zcu102; do
        for bench in $(benches_of "$1"); do
            [ $folder != tb ] && [ ! -e "tests/rtl/${bench}_tb.${folder#tb-}" ] || echo "$folder/$bench"
        done
    done
    header by "$1"
}
judged_by() {                                                                   # JUDGE: modules
    local list bench=${1#*/}
    for list in $(grep -lE "^# (bench|by):(.* )? ?$bench( |\$)" tests/mutants/*.sed) $(ls "tests/mutants/$bench.sed" 2> /dev/null); do
        list=$(basename "$list" .sed)
        [ -z "$(header nobody "$list")" ] || continue
        ! judges_of "$list" | grep -qx "$1" || echo "$list"
    done | sort -u
}
# The edits of a list that change one line: its number, the edit, what stands there then.
export edit
edits_of() {                                                                    # MODULE
    local src
    src=$(source_of "$1")
    while IFS= read -r edit; do
        case $edit in '' | '#'*) continue ;; esac
        sed "$edit" "$src" | awk 'NR == FNR {old[FNR] = $0; n = FNR; next} $0 != old[FNR] {changed++; at = FNR; new = $0}
            END {if (FNR == n && changed == 1) print at "\t" ENVIRON["edit"] "\t" new}' "$src" -
    done < "tests/mutants/$1.sed"
}
# The module with one mutant (NUMBER), with all to choose from (all; AT: the number comes from that file), or their list. EDITS: of edits_of.
broken() {                                                                      # MODULE MODE EDITS [AT]
    awk -v mode="$2" -v edits="$3" -v at="${4:-}" -v plus="$1" -v byhand="$(grep -c '^# by hand' "tests/mutants/$1.sed")" -f tests/mutants.awk "$(source_of "$1")"
}
command_of() {                                                                  # JUDGE: how it is built in a copy. $CXXOPT: how hard the compiler tries
    local folder=${1%%/*} bench=${1#*/}
    case $1 in
    tb*) echo "mkdir -p $O/$1; $(make -s "bench-build-$([ "$folder" = tb ] || echo "${folder#tb-}-")$bench") -Wno-lint -Wno-style -Wno-fatal" \
        "-CFLAGS \$CXXOPT -MAKEFLAGS \"OPT_FAST=\$CXXOPT OPT_SLOW=-O0 OPT_GLOBAL=-O1\"" ;;
    *) make -s "mutants-build-$1" ;;
    esac
}
builds() { (cd "$2" && CXXOPT=$3 timeout 1800 bash -c "set -e; $(cat command)") > "$2/log" 2>&1 < /dev/null; }   # JUDGE FOLDER HOW_HARD
# CPU seconds count: other work on the machine changes no verdict. A broken program may hang.
passes() {                                                                      # JUDGE FOLDER SEED MODULE NUMBER
    local dir=$2
    (
        ulimit -t "$(cat "$dir/limit" 2> /dev/null || echo 300)"
        case $1 in
        tb*) exec "$dir/$O/$1/tb" --seed "$3" --cases "${CASES:-100}" "+$4=$5" ;;
        chip)
            echo "$5" > "$dir/$4"
            rc=0
            "$dir/model" --geometry tiny --seed "$3" --cases 2 --frames 3 && "$dir/jobs" --geometry 1 --seed "$((20 * $3))" --cases 20 &&
                "$dir/stops" --geometry 1 && "$dir/conform" --backend sim:geometry=tiny --size tiny --seed "$3" --cases 6 --quick || rc=1
            echo 0 > "$dir/$4"
            exit $rc ;;
        esac
    ) > "$dir/log" 2>&1 < /dev/null
}
cpu() { awk '{print $13 + $14 + $15 + $16}' "/proc/$$/stat"; }                   # hundredths of a second of this script and what it waited for
copy() { mkdir -p "$1/$O" && cp -r rtl sim "$1/" && cp -r "$O/gen" "$1/$O/"; }  # FOLDER
# Builds the program of a judge unless it is there, and sees it pass with nothing broken. Its folder is $programs/JUDGE.
program() {                                                                     # JUDGE
    local dir=$programs/$1 bench=${1#*/} module before now
    local members=()
    mapfile -t members < <(judged_by "$1")
    mkdir -p "$dir"
    command_of "$1" > "$dir/command"
    now=$({ cat "$dir/command" "$O"/gen/*.sv tests/mutants.awk tests/mutants/programs.sh && git ls-files --cached --others --exclude-standard rtl sim | xargs cat &&
        for module in "${members[@]}"; do cat "tests/mutants/$module.sed"; done && cat tests/rtl/*.h && { [ "$1" = "$bench" ] || cat "tests/rtl/${bench}_tb.cpp"; }; } |
        git hash-object --stdin)
    [ "$(cat "$dir/stamp" 2> /dev/null)" != "$now" ] || return 0
    rm -rf "$dir/rtl" "$dir/sim" "$dir/stamp" "$dir/limit"
    copy "$dir"
    for module in "${members[@]}"; do
        edits_of "$module" > "$dir/edits"
        echo 0 > "$dir/$module"
        broken "$module" all "$dir/edits" "$([ "${1%%/*}" != chip ] || echo "$PWD/$dir/$module")" > "$dir/$(source_of "$module")"
    done
    builds "$1" "$dir" -O1 || { tail -20 "$dir/log"; echo "$1: does not build"; exit 1; }
    before=$(cpu)
    passes "$1" "$dir" 1 nobody 0 || { tail -20 "$dir/log"; echo "$1: fails before anything is broken"; exit 1; }
    echo $((($(cpu) - before) * 4 / 100 + 4)) > "$dir/limit"
    echo "$now" > "$dir/stamp"
}
