#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Wrong command lines: one line, exit 2, and a way out.
. "$ROOT/tests/cli/lib.sh"
"$BONNET" > out 2> err && die "no verb must fail"
check 0 'usage: bonnet VERB' "$BONNET" help
check 0 '^bonnet [0-9]+\.[0-9]+\.[0-9]+$' "$BONNET" --version
check 2 "no verb 'flie'" "$BONNET" flie
for verb in run cut verify bench estimate profile order calibrate link plan codec energy trace report compile info serve offload cache spool streams flash doctor devices selftest; do
    check 0 "usage: bonnet $verb" "$BONNET" "$verb" --help
    check 2 "$verb: bad or incomplete option '--no-such-option'; try .bonnet $verb --help." "$BONNET" "$verb" --no-such-option
    check 2 "$verb: bad or incomplete option '-Z'" "$BONNET" "$verb" -Z
    # Its table and its help name the same options; -o and one name of --images, --frames and --limit stand for both.
    check 0 '^--help$' "$BONNET" "$verb" --options
    mv out names
    "$BONNET" "$verb" --help > help
    while read -r option; do
        case $option in
        --help | --quiet) ;;
        --output=) grep -q -e '-o ' help || die "$verb: -o is not in the help" ;;
        --images= | --frames= | --limit=) grep -qE -e '--(images|frames|limit) ' help || die "$verb: $option is not in the help" ;;
        *) grep -qE -e "${option%=}([^-a-z]|$)" help || die "$verb: $option is not in the help" ;;
        esac
    done < names
    for option in $(grep -oE '^  --[a-z-]+' help) $(sed -n '/^usage/,/^$/p' help | grep -oE -e '--[a-z-]+'); do
        grep -qE -e "^$option=?$" names || die "$verb: $option is in the help and not in its table"
    done
done
# Names may be cut short where one option is left, of this verb's.
check 0 'boolnet_k4' "$BONNET" cut "$bool" --geom small --js
check 2 "run: '--ex' is short for several options: --exits, --exit$" "$BONNET" run "$bool" --ex t.json
check 2 "info: bad or incomplete option '--device'" "$BONNET" info --device cpu: "$bool"
check 2 "info: bad or incomplete option '--json=3'" "$BONNET" info --json=3 "$bool"
check 2 "cut: bad or incomplete option '-o'" "$BONNET" cut "$bool" -o
# shellcheck disable=SC2046 # words on purpose
check 2 "serve: --device at most 64 times$" "$BONNET" serve "$bool" $(printf -- '--device cpu: %.0s' $(seq 65))
check 2 'give a .bonnet file' "$BONNET" run
check 2 'image files or --dataset' "$BONNET" run "$bool"
check 2 'image files or --dataset' "$BONNET" run "$bool" x.pgm --dataset fashion-mnist
check 2 'incomplete option' "$BONNET" run "$bool" --device
check 2 'run: --limit wants a whole number from 0 to 1000000000, not .-3' "$BONNET" run "$bool" --dataset fashion-mnist --limit -3
check 2 'wants a whole number' "$BONNET" verify "$bool" --images lots
check 2 'no data set' "$BONNET" run "$bool" --dataset imagenet
check 2 'and -o FILE' "$BONNET" compile net.onnx
check 2 'give one .bonnet file' "$BONNET" estimate
check 2 'dram-latency wants a whole number from 1 to 100000, not .0' "$BONNET" estimate "$bool" --dram-latency 0
check 2 'frames wants a whole number from 1 to 100000' "$BONNET" estimate "$bool" --frames 0
check 2 'batch wants a whole number from 0 to 1000,' "$BONNET" estimate "$bool" --batch 2000
check 2 'images wants a whole number' "$BONNET" bench "$bool" --images 0
check 2 'walks must be' "$BONNET" bench "$bool" --walks 1
check 2 'wants a whole number' "$BONNET" bench "$bool" --dram-latency fast
check 2 'no simulated memory' "$BONNET" bench "$bool" --device cpu: --dram-latency 100
check 11 'port of 256 bits; .* so 128, 64 or 32' "$BONNET" bench "$bool" --dram-port 256
check 11 'port of 64 bits|port of 128 bits' "$BONNET" bench "$bool" --device sim:geometry=tiny --dram-port 128
passed
