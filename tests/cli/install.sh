#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make install, pkg-config, and the example as C99 and as C++, static and shared.
. "$ROOT/tests/cli/lib.sh"
shoe=$(echo "$pictures"/00000_*.pgm)
make -s -C "$ROOT" install DESTDIR="$work/stage" PREFIX=/usr > out 2> err || die "make install"
export PKG_CONFIG_PATH=$work/stage/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$work/stage
example=stage/usr/share/doc/bonnet/examples/classify.c
# shellcheck disable=SC2046 # words on purpose
{
    "$CC" -std=c99 -Wall -Wextra -Wpedantic -Werror $example $(pkg-config --cflags --libs bonnet) -o classify_c 2> err || die "C99"
    "$CXX" -std=c++11 -Wall -Wextra -Werror -x c++ $example $(pkg-config --cflags --libs bonnet) -o classify_cpp 2> err || die "C++"
}
for program in classify_c classify_cpp; do
    for device in cpu: sim:; do
        LD_LIBRARY_PATH=$work/stage/usr/lib ./$program "$bool" "$shoe" $device > out 2> err || die "$program $device"
        grep -q 'Ankle boot' out || die "$program $device: wrong label"
        checks=$((checks + 1))
    done
done
# Only the functions of bonnet.h are visible.
extra=$(nm -D --defined-only stage/usr/lib/libbonnet.so | awk '$2 ~ /[TDBR]/ && $3 !~ /^bonnet_/ && $3 !~ /^BONNET_/ {print $3}')
[ -z "$extra" ] || die "libbonnet.so shows $extra"
passed
