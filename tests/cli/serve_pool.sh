#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet serve on several devices: each works, one that fails or hangs is opened again while the others go on, who waits is answered in time, also at the end.
. "$ROOT/tests/cli/serve_lib.sh"
tail -c 784 "$pictures"/00000_*.pgm > shoe.raw
tail -c 784 "$pictures"/00002_trouser.pgm > trouser.raw
tail -c 784 "$pictures"/00004_shirt.pgm > shirt.raw
many() { says "^$(($1 * $2)) of $(($1 * $2)) right\$" client parallel boolnet_k4 shoe.raw,trouser.raw,shirt.raw "$1" "$2"; }
metric() { curl -s -m 60 "$url/metrics" | sed -n "s/^bonnet_$1{device=\"$2\"[^}]*} //p"; } # metric NAME DEVICE
until_metric() { # until_metric NAME DEVICE PATTERN
    for _ in $(seq 300); do [[ $(metric "$1" "$2") =~ $3 ]] && break; sleep 0.1; done
    [[ $(metric "$1" "$2") =~ $3 ]] || die "$1 of device $2 is $(metric "$1" "$2"), not $3"
    checks=$((checks + 1))
}

devices=(); for _ in {1..17}; do devices+=(--device cpu:); done
refused 2 "at most 16 devices" "$bool" "${devices[@]}"
refused 13 "no device" "$bool" --device cpu: --device nothing:

# Equal ones share the work; the slow one beside them does not hold anybody up.
start "$bool" --device cpu: --device cpu: --device golden: --batch 4 --queue 256
many 20 5
for n in 0 1; do [ "$(metric runs_total $n)" -ge 5 ] || die "device $n did $(metric runs_total $n) of 100 runs"; done
[ "$(metric runs_total 2)" -le 50 ] || die "the slow device did $(metric runs_total 2) of 100 runs"
get 200 '^bonnet_device_busy_seconds_total\{device="1",uri="cpu:"\} 0\.[0-9]*[1-9]' /metrics
grep -qE '^bonnet_device_up\{device="2",uri="golden:"\} 1$' out || die "the third device is not up"
stop 5 0
grep -qF '"devices":["cpu:","cpu:","golden:"]' log || die "the log does not say which devices"

# One of two fails now and then: nobody notices.
start "$bool" --device mock:fault=axi-read@30000 --device mock: --batch 3
many 12 2
until_metric device_reopened_total 0 "^[1-9]"
get 200 true /v2/health/ready
stop 5 0

# A device whose runs take 3 s while there is a file "slow", and hear nothing while there is "deaf". The mock's milliseconds pass in nanosleep().
cat > sleep.c <<'END'
#include <time.h>
#include <unistd.h>
int nanosleep(const struct timespec *t, struct timespec *left)
{
    while (access("deaf", F_OK) == 0) usleep(20000);
    return access("slow", F_OK) == 0 ? clock_nanosleep(CLOCK_REALTIME, 0, t, left) : 0;
}
END
"${CC:-cc}" -shared -fPIC -O1 -o sleep.so sleep.c > out 2> err || die "no stand-in for nanosleep()"
moody() { # moody ARGUMENT... - a server whose device mock:slow=3000 has moods
    export LD_PRELOAD=$PWD/sleep.so
    start "$@"
    unset LD_PRELOAD
}

# One of two hangs: who is on it is moved, in time; it is stopped, opened again, and takes part.
moody "$bool" --device mock:slow=3000 --device mock: --batch 3
many 12 2
[ "$(metric runs_total 0)" -gt 0 ] || die "the first device did not take part"
[ "$(metric device_reopened_total 0)" = 0 ] || die "the first device was opened again"
touch slow
many 8 1
rm slow
until_metric device_reopened_total 0 '^[1-9]'
until_metric device_up 0 '^1$'
stop 5 0

# The only one hangs: the deadline is kept all the same.
moody "$bool" --device mock:slow=3000
says '^200:1 ' client deadline boolnet_k4 shoe.raw 1 0
touch slow
says '^504:1 slowest [01]\.' client deadline boolnet_k4 shoe.raw 1 1000000
rm slow
until_metric device_reopened_total 0 '^1$'
says '^200:1 ' client deadline boolnet_k4 shoe.raw 1 0
stop 5 0

# It hangs and hears nothing: it is given up, which is said, and left behind at the end.
moody "$bool" --device mock:slow=3000 --timeout-ms 500
touch deaf
says '^500:1 slowest [0-9]\.' client deadline boolnet_k4 shoe.raw 1 0
get 503 'none of its devices works' /v2/health/ready
rm deaf
until_metric device_up 0 '^1$'
says '^200:1 ' client deadline boolnet_k4 shoe.raw 1 0
touch deaf
says '^504:1 slowest 0\.' client deadline boolnet_k4 shoe.raw 1 300000
stop 9 17
grep -q 'a device does not come back' log || die "no word of a device that hangs"
rm deaf

# No device is left: it is too slow for --timeout-ms, also when it was opened again. All is said at once; and when it is quick again, it is back.
moody "$bool" --device mock:slow=3000 --timeout-ms 500
touch slow
for _ in 1 2 3; do says '^(500|503):1' client deadline boolnet_k4 shoe.raw 1 0; done
until_metric device_up 0 '^0$'
get 503 'none of its devices works' /v2/health/ready
says '^503:1 ' client deadline boolnet_k4 shoe.raw 1 0
get 200 '^bonnet_up 0$' /metrics
rm slow
until_metric device_up 0 '^1$'
get 200 true /v2/health/ready
says '^200:1 ' client deadline boolnet_k4 shoe.raw 1 0

stop 5 0
passed
