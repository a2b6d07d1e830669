#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Wrong command lines: one line, exit 2, and a way out.
. "$ROOT/tests/cli/lib.sh"
"$BONNET" > out 2> err && die "no verb must fail"
check 0 'usage: bonnet VERB' "$BONNET" help
check 0 '^bonnet [0-9]+\.[0-9]+\.[0-9]+$' "$BONNET" --version
check 2 "no verb 'flie'" "$BONNET" flie
for verb in run cut verify bench estimate profile order calibrate link plan codec energy trace report compile info serve flash doctor devices selftest; do
    check 0 "usage: bonnet $verb" "$BONNET" "$verb" --help
    check 2 "bad or incomplete option" "$BONNET" "$verb" --no-such-option
done
check 2 'give a .bonnet file' "$BONNET" run
check 2 'image files or --dataset' "$BONNET" run "$bool"
check 2 'image files or --dataset' "$BONNET" run "$bool" x.pgm --dataset fashion-mnist
check 2 'incomplete option' "$BONNET" run "$bool" --device
check 2 'wants a number' "$BONNET" run "$bool" --dataset fashion-mnist --limit -3
check 2 'wants a number' "$BONNET" verify "$bool" --images lots
check 2 'no data set' "$BONNET" run "$bool" --dataset imagenet
check 2 'and -o FILE' "$BONNET" compile net.onnx
check 2 'give one .bonnet file' "$BONNET" estimate
check 2 'dram-latency must be' "$BONNET" estimate "$bool" --dram-latency 0
check 2 'frames must be' "$BONNET" estimate "$bool" --frames 0
check 2 'batch must be' "$BONNET" estimate "$bool" --batch 2000
check 2 'images must be' "$BONNET" bench "$bool" --images 0
check 2 'walks must be' "$BONNET" bench "$bool" --walks 1
check 2 'wants a number' "$BONNET" bench "$bool" --dram-latency fast
check 2 'no simulated memory' "$BONNET" bench "$bool" --device cpu: --dram-latency 100
check 11 'port of 256 bits; .* so 128, 64 or 32' "$BONNET" bench "$bool" --dram-port 256
check 11 'port of 64 bits|port of 128 bits' "$BONNET" bench "$bool" --device sim:geometry=tiny --dram-port 128
passed
