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
# Co-inference, with a server and without.
together=stage/usr/share/doc/bonnet/examples/offload.c
# shellcheck disable=SC2046 # words on purpose
{
    "$CC" -std=c99 -Wall -Wextra -Wpedantic -Werror $together $(pkg-config --cflags --libs bonnet) -o offload_c 2> err || die "C99"
    "$CXX" -std=c++11 -Wall -Wextra -Werror -x c++ $together $(pkg-config --cflags --libs bonnet) -o offload_cpp 2> err || die "C++"
}
"$BONNET" serve "$bool" --listen 127.0.0.1:0 > serving 2> log < /dev/null &
server=$!
trap 'kill -9 $server 2> /dev/null; cd /; rm -rf "$work"' EXIT
for _ in $(seq 300); do grep -q '^listening on ' serving && break; sleep 0.1; done
for program in offload_c offload_cpp; do
    for url in "$(sed 's/^listening on //' serving)" http://127.0.0.1:1; do
        LD_LIBRARY_PATH=$work/stage/usr/lib ./$program "$bool" "$url" "$shoe" "$shoe" > out 2> err || die "$program $url"
        case $url in *:1) by='end \(not ready\)' ;; *) by='(upstream|end \(timeout\))' ;; esac # on a machine that is too busy for 100 ms
        [ "$(grep -cE "Ankle boot, by $by in " out)" -eq 2 ] || die "$program $url: wrong label, or by somebody else"
        checks=$((checks + 1))
    done
done
kill -9 $server
wait $server 2> /dev/null
# The Python package, by the library installed beside it.
env -u BONNET_LIBRARY LD_LIBRARY_PATH="$work/stage/usr/lib" PYTHONPATH="$work/stage/usr/lib/python3/dist-packages" /usr/bin/python3 -B > out 2> err << END || die "Python"
import bonnet, numpy
with bonnet.open("cpu:") as device:
    net = device.load("$bool")
    print(net.labels[net.run(numpy.fromfile("$shoe", "uint8")[-784:].reshape(28, 28)).labels[0]], bonnet.library_path)
END
grep -qx 'Ankle boot libbonnet.so.0' out || die "Python says $(cat out)"
checks=$((checks + 1))
# The second header, alone and from both languages; every function of both headers is in the library.
cat > edge.c << 'END'
#include <bonnet_bucket.h>
#include <bonnet_cache.h>
#include <bonnet_canvas.h>
#include <bonnet_client.h>
#include <bonnet_codec.h>
#include <bonnet_edge.h>
#include <bonnet_exits.h>
#include <bonnet_place.h>
#include <bonnet_profile.h>
#include <bonnet_schedule.h>
#include <bonnet_streams.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
    const bonnet_expert small = {4000, 0, 0.5}, large = {40000, 0, 1};
    bonnet_order_options options = BONNET_ORDER_OPTIONS_INIT;
    bonnet_link_options link = BONNET_LINK_OPTIONS_INIT;
    bonnet_link_meter meter = BONNET_LINK_METER_INIT;
    bonnet_order_result order;
    static bonnet_calibration c;
    static const double sure[2] = {7, 2}, ends[2] = {1, 3};
    static const unsigned char right[2] = {1, 1};
    const bonnet_exit_samples exits[2] = {{sure, right}, {NULL, right}};
    bonnet_exit_costs costs;
    bonnet_layer_model model;
    bonnet_shape shape;
    bonnet_cost cost;
    bonnet_calibrate_options calibrate = BONNET_CALIBRATE_OPTIONS_INIT;
    static const bonnet_place_cost work = {3, 3, 0};
    const bonnet_place_block block = {0, 0};
    bonnet_place_point point = {0, 0, {1}, 1};
    const bonnet_place_tier tier = {&work, NULL, 1, BONNET_PLACE_NO_LIMIT, 0, 0};
    bonnet_place_problem problem = {&block, 1, NULL, 0, &point, 1, &tier, 1, NULL, NULL, 0, 0, 0};
    bonnet_place_options place = BONNET_PLACE_OPTIONS_INIT;
    static bonnet_place_result placed;
    if (bonnet_place(&placed, &problem, &place) != BONNET_OK || placed.plan[0].ms != 4) return 1;
    static const float numbers[4] = {0, 1, 2, 3};
    const bonnet_codec_tensor tensor = {BONNET_CODEC_F32, 1, {4, 0, 0, 0, 0, 0, 0, 0}, numbers};
    bonnet_codec_options codec = BONNET_CODEC_OPTIONS_INIT;
    unsigned char *stream;
    size_t bytes;
    float back[4];
    codec.bits = 3, codec.codec = BONNET_CODEC_ZSTD;
    if (bonnet_codec_encode(&stream, &bytes, &tensor, &codec) != BONNET_OK) return 1;
    if (bonnet_codec_decode(back, sizeof back, stream, bytes, NULL, 0) != BONNET_OK || !(back[3] > 2.8f && back[3] < 3)) return 1;
    free(stream);
    model.kind = BONNET_MODEL_FREE, shape.op = BONNET_OP_NONE;
    if (bonnet_layer_cost(&cost, &model, &shape) != BONNET_OK || cost.ms > 0) return 1;
    if (bonnet_exit_costs_set(&costs, ends, 2) != BONNET_OK || bonnet_calibrate(&c, exits, &costs, 2, 2, &calibrate) != BONNET_OK) return 1;
    if (c.point[c.chosen].threshold[0] != 2 || c.point[0].threshold[0] == BONNET_EXIT_UNUSED) return 1;
    if (bonnet_order(&order, &small, 1, &large, &options) != BONNET_OK || link.method || meter.large) return 1;
    const bonnet_task camera = {4, 4, 1, 0, {2}, NULL, 0, 1, NULL};
    bonnet_schedule_options schedule = BONNET_SCHEDULE_OPTIONS_INIT;
    bonnet_admission admission;
    if (bonnet_admit(&admission, &camera, 1, BONNET_POLICY_FIRST, NULL, 0) != BONNET_OK || !admission.admitted || schedule.jobs != 64) return 1;
    static const uint32_t tau[2] = {3, 3};
    static const uint64_t map[1] = {5}, near[1] = {4};
    const bonnet_cache_entry entry = {map, 1, 1, NULL};
    bonnet_cache_options cached = BONNET_CACHE_OPTIONS_INIT;
    bonnet_cache *cache;
    bonnet_cache_answer hit;
    bonnet_bucket bucket;
    cached.key.words = 1, cached.classes = 2, cached.tau = tau;
    if (bonnet_cache_open(&cache, &cached) != BONNET_OK || bonnet_cache_add(cache, &cached.key, &entry, 0) != BONNET_OK) return 1;
    if (bonnet_cache_look(&hit, cache, &cached.key, near, 1) != BONNET_OK || !hit.hit || hit.distance != 1) return 1;
    bonnet_cache_close(cache);
    if (bonnet_bucket_start(&bucket, 10, 100, 0) != BONNET_OK || !(bucket.level_bytes > 99)) return 1;
    bonnet_streams_close(NULL);
    bonnet_client_close(NULL);
    const bonnet_region region = {0, 0, 60, 30, 1, 1};
    bonnet_canvas_options side = BONNET_CANVAS_OPTIONS_INIT;
    static bonnet_canvas canvas;
    if (bonnet_canvas_pack(&canvas, &region, 1, &side) != BONNET_OK || canvas.tile[0].slot != 64) return 1;
    return printf("%.0f us\n", order.expected_us) < 0;
}
END
# shellcheck disable=SC2046 # words on purpose
{
    "$CC" -std=c99 -Wall -Wextra -Wpedantic -Werror edge.c $(pkg-config --cflags --libs bonnet) -o edge_c 2> err || die "C99"
    "$CXX" -std=c++11 -Wall -Wextra -Werror -x c++ edge.c $(pkg-config --cflags --libs bonnet) -o edge_cpp 2> err || die "C++"
}
for program in edge_c edge_cpp; do
    LD_LIBRARY_PATH=$work/stage/usr/lib ./$program > out 2> err || die "$program"
    grep -qx '24000 us' out || die "$program: wrong order"
    checks=$((checks + 1))
done
sed -n 's/^BONNET_API[_VOID]* [^(]*[ *]\(bonnet_[a-z_]*\)(.*/\1/p' stage/usr/include/bonnet*.h | sort > declared
nm -D --defined-only stage/usr/lib/libbonnet.so | awk '$3 ~ /^bonnet_/ {sub("@.*", "", $3); print $3}' | sort > defined
diff declared defined > out || die "declared and defined functions differ"
[ "$(wc -l < declared)" -gt 40 ] || die "the headers were not read"
checks=$((checks + 1))
# Only the functions of these headers are visible.
extra=$(nm -D --defined-only stage/usr/lib/libbonnet.so | awk '$2 ~ /[TDBR]/ && $3 !~ /^bonnet_/ && $3 !~ /^BONNET_/ {print $3}')
[ -z "$extra" ] || die "libbonnet.so shows $extra"
# What a board's Linux needs: there, sound, and found by the installed program.
for file in lib/udev/rules.d/60-bonnet.rules lib/systemd/system/bonnet-board.service lib/bonnet/bonnet-board share/bonnet/bitstreams/MANIFEST share/doc/bonnet/bonnet-board.default \
    share/man/man1/bonnet.1 share/man/man1/bonnet-flash.1 share/man/man1/bonnet-doctor.1; do
    [ -s stage/usr/$file ] || die "not installed: $file"
done
[ -x stage/usr/lib/bonnet/bonnet-board ] || die "bonnet-board cannot be run"
grep -q @ stage/usr/lib/systemd/system/bonnet-board.service && die "the unit has a place that was not filled in"
. "$ROOT/tests/cli/board_lib.sh"
mkbit some.bit "$part" "$idcode"
check 11 'stage/usr/share/bonnet/bitstreams/MANIFEST \(no bitstream has been built' stage/usr/bin/bonnet flash some.bit
if command -v systemd-analyze > /dev/null; then
    sed "s|/usr/lib/bonnet|$work/stage/usr/lib/bonnet|" stage/usr/lib/systemd/system/bonnet-board.service > bonnet-board.service
    systemd-analyze verify --man=no ./bonnet-board.service > out 2> err || die "systemd-analyze does not take the unit"
    [ ! -s err ] || die "systemd-analyze complains about the unit"
    checks=$((checks + 1))
fi
# Every line of the rules: KEY OPERATOR "VALUE", ..., with keys and operators that udev has; udev's own judgement where it can give one (systemd 254).
rules=stage/usr/lib/udev/rules.d/60-bonnet.rules
term='(SUBSYSTEM|KERNEL|ATTR\{[a-zA-Z]+\}|ENV\{[A-Z_]+\})(==|!=)"[^"]*"|(GROUP|MODE)="[a-z0-9]+"|(TAG|SYMLINK)\+="[a-z]+"|RUN\+="/bin/chgrp plugdev( /sys%p/[a-z_]+)+"'
grep -vE '^(#|$)' $rules | grep -vE "^($term)(, ($term))*$" > out && die "no udev rule: $(cat out)"
[ "$(grep -cE '^SUBSYSTEM' $rules)" -eq 3 ] || die "the rules are not for uio, u-dma-buf and the cable"
grep -q 'u-dma-buf.*/sys%p/sync_for_device /sys%p/sync_for_cpu' $rules || die "the rule for u-dma-buf leaves its sync files to root"
udevadm verify --help > /dev/null 2>&1 && { udevadm verify $rules > out 2> err || die "udevadm does not take the rules"; }
checks=$((checks + 1))
passed
