#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# link.sh - a link is as it was told to be: delay, jitter, order, loss, rate, queue, trace, black hole, no carrier. The numbers are printed; what is asked of them leaves
# room for a busy machine. make test-net-link
. "${ROOT:?set by make}/tests/net/lib.sh" || exit 1
meter() { in_space "$1" /usr/bin/python3 -B "$ROOT/tests/net/meter.py" "${@:2}"; }
spaces here there
checks=0
holds() { # holds FILE EXPRESSION - of its last line of JSON
    checks=$((checks + 1))
    tail -1 "$1" | jq -e "$2" > jq.out 2>&1 || die "$1: not $2: $(cat "$1")"
}
line() { # line N WORDS - link lN; an echo on the far side
    link "l$1" here "10.9.$1.1" there "10.9.$1.2" "$2"
    meter there echo "10.9.$1.2" 7000 > "echo$1" 2>&1 &
    until_said "echo$1" ready $!
}
printf '0 4\n1 1\n2 2\n' > steps # s, Mbit/s
line 1 delay=20
line 2 "delay=25 jitter=5"
line 3 loss=10
line 4 "rate=1M queue=20000"
line 5 "rate=10M queue=50000"
line 6 "rate=8M queue=20000"
line 7 "trace=steps speed=2 queue=20000"
line 8 delay=2
wire w here 10.9.9.1 there 10.9.9.2 4M
echo "links by $LINK"

# All at once: they wait most of the time.
meter here ask 10.9.1.2 7000 60 30 100 > delay &
meter here ask 10.9.2.2 7000 300 2 100 > jitter &
meter here ask 10.9.3.2 7000 2000 1 100 > loss &
jobs=(4 5 7 9) rates=(1500000 15000000 5000000 6000000)
for i in 0 1 2 3; do
    n=${jobs[i]}
    meter there sink "10.9.$n.2" 7001 > "sink$n" 2>&1 &
    until_said "sink$n" ready $!
    meter here flood "10.9.$n.2" 7001 "${rates[i]}" 2.2 &
done
# A burst of 200 packets of 1,000 bytes into a queue of 20,000 bytes: the line has them, and perhaps one more.
meter there sink 10.9.6.2 7001 > burst 2>&1 &
until_said burst ready $!
meter here flood 10.9.6.2 7001 1000000000 0.0016
# Nothing gets through a black hole, nor without a carrier; both heal.
for what in "link_set l8 both loss=100" "link_set l8 both loss=0" "link_down l8" "link_up l8"; do
    $what
    meter here ask 10.9.8.2 7000 5 5 100 > "after_${what// /_}"
done
wait_for() { for f in "$@"; do until_said "$f" '^{' $$; done; }
wait_for delay jitter loss burst sink4 sink5 sink7 sink9

for f in delay jitter loss sink4 sink5 sink7 sink9 burst after*; do echo "$f: $(tail -1 "$f")"; done
holds delay '.got == 60 and .min >= 40 and .min < 42 and .median < 60'
holds jitter '.got == 300 and .ordered and .min >= 40 and .min < 50 and .max > 52'
holds loss '.got > 1400 and .got < 1840'   # 0.9 x 0.9 of 2000 is 1620, its standard deviation 18
holds sink4 '.bits_per_s > 950000 and .bits_per_s < 1050000'
holds sink5 '.bits_per_s > 9500000 and .bits_per_s < 10500000'
holds sink9 '.bits_per_s > 3700000 and .bits_per_s < 4200000'
holds sink7 '(.quarters | max) > 3400000 and (.quarters | min) < 1300000'
holds burst '.packets >= 20 and .packets <= 32'
holds after_link_set_l8_both_loss=100 '.got == 0'
holds after_link_set_l8_both_loss=0 '.got == 5'
holds after_link_down_l8 '.got == 0'
holds after_link_up_l8 '.got == 5'
[ "$LINK" = netem ] || { link_stats l3 > stats && cat stats && holds stats '.in > 1000 and .out == .in - .lost and .lost > 100' ; }
echo "PASS $checks checks"
