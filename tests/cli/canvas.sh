#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# examples/canvas.c with the library as it is: regions of two cameras on one canvas, looked at once, every object found where it was on its frame.
. "$ROOT/tests/cli/lib.sh"
built=$(dirname "$BONNET")
"$CC" -std=c99 -Wall -Wextra -Wpedantic -Werror "$ROOT/examples/canvas.c" -I"$ROOT/host/include" -L"$built" -Wl,-rpath,"$built" -lbonnet -lm -o canvas 2> err || die "C99"
check 0 '^14 of 14 regions on a canvas of 512x512, 58\.2 % of it; 14 objects found, at most 0\.5[0-9] pixels of the canvas off$' ./canvas canvas.ppm
[ "$(head -c 16 canvas.ppm | tr '\n' ' ')" = "P6 1168 736 255 " ] || die "no picture"
[ "$(wc -c < canvas.ppm)" -eq $((16 + 3 * 1168 * 736)) ] || die "half a picture"
checks=$((checks + 1))
passed
