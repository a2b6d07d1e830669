#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `xrt:` from the command line, over Debian's XRT and the stand-in's board: it works; and whatever is missing or half there ends in one line and an exit
# code, never in abort(). XILINX_XRT is set by make.
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
: "${URI:?set by make}" "${XILINX_XRT:?}"
file=${URI#*xclbin=}
system=$(dirname "$(ldconfig -p | sed -n 's/.*libxrt_coreutil\.so\.2 .*=> //p' | head -1)")
[ -f "$system/libxrt_coreutil.so.2" ] || die "libxrt1 is not installed"
shoe=$(echo "$pictures"/00000_*.pgm)
self() { check "$1" "$2" timeout 60 "${@:4}" "$BONNET" selftest --device "$3"; }

# It works.
self 0 ' ok ' "$URI" env
check 0 'Ankle boot' env BONNET_BOARD=geometry=asic "$BONNET" run "$bool" "$shoe" --device "$URI"
self 0 ' ok ' "$URI,kernel=bonnet:{bonnet_1}" env
self 0 ' ok ' "$URI,messages=on" env
# "present" is about a board: here is none.
check 0 '^xrt .*none at this machine' "$BONNET" devices

# No XRT: a program that asks the loader for a library that nobody has.
sed 's/libxrt_coreutil\.so\.2/libxrt_coreutil.so.X/g' "$BONNET" > without && chmod +x without
check 13 'XRT is not installed .*install it' env -u XILINX_XRT ./without selftest --device "$URI"
check 0 ' ok ' env -u XILINX_XRT ./without selftest --device mock:
rm without

# Half an XRT, in each way. `lib=` takes the interface from a folder of ours.
mkdir empty half && ln -s "$system/libxrt_coreutil.so.2" half/
self 13 'no libxrt_coreutil.so.2 in' "$URI,lib=$work/empty" env
self 13 'half installed: no libxrt_core.so.2' "$URI,lib=$work/half" env -u XILINX_XRT
self 13 "XILINX_XRT is '$work/empty'" "$URI" env XILINX_XRT="$work/empty"
self 13 'XILINX_XRT is ./dev/null' "$URI" env XILINX_XRT=/dev/null
mkdir -p bad/lib && echo text > bad/lib/libxrt_core.so.2
self 13 'half installed: .*libxrt_core.so.2' "$URI" env XILINX_XRT="$work/bad"
printf 'int nothing;\n' | $CC -shared -fPIC -x c -o bad/lib/libxrt_core.so.2 -
self 13 'is not XRT.s driver library' "$URI" env XILINX_XRT="$work/bad"
printf 'extern int gone_x(void); int xclOpen(void) { return gone_x(); }\n' | $CC -shared -fPIC -x c -o bad/lib/libxrt_core.so.2 -
self 13 'half installed: .*gone_x' "$URI" env XILINX_XRT="$work/bad"
mkdir other && cp bad/lib/libxrt_core.so.2 other/libxrt_coreutil.so.2
self 13 'does not load' "$URI,lib=$work/other" env
printf 'int nothing;\n' | $CC -shared -fPIC -x c -o other/libxrt_coreutil.so.2 -
self 13 'has no xrtIniStringSet' "$URI,lib=$work/other" env
echo text > other/libxrt_coreutil.so.2
self 13 'does not load' "$URI,lib=$work/other" env
for mode in hw_emu sw_emu noop anything; do self 13 "XCL_EMULATION_MODE is '$mode'" "$URI" env XCL_EMULATION_MODE=$mode; done
# XRT whole, and its real driver library finds no board. With and without XRT's own message about it.
self 13 'no device 0' "$URI" env -u XILINX_XRT
XILINX_XRT='' "$BONNET" selftest --device "$URI,messages=on" > out 2> err
[ $? -eq 13 ] || die "messages=on: no exit 13"
grep -q '^\[XRT\] ERROR' err || die "messages=on says nothing of XRT's"
# The driver library beside the interface, and nothing set: as in Debian's arm64 packages.
mkdir beside && ln -s "$system/libxrt_coreutil.so.2" "$XILINX_XRT/lib/libxrt_core.so.2" beside/
self 0 ' ok ' "$URI,lib=$work/beside" env -u XILINX_XRT
rm -r empty half bad other beside

# The device, the file, the kernel.
self 13 'no device 1' "xrt:1,xclbin=$file" env
self 14 "cannot read the xclbin '/lib/firmware" xrt: env
self 14 "cannot read the xclbin '$work/none'" "xrt:0,xclbin=$work/none" env
self 16 'not a sound xclbin' "xrt:0,xclbin=$BONNET" env
self 16 'not a sound xclbin' "xrt:0,xclbin=$work" env
head -c 1000 "$file" > cut.xclbin
self 16 'shorter than it says' "xrt:0,xclbin=cut.xclbin" env
sed 's/range="0x10000"/range="0x01000"/' "$file" > small.xclbin
self 16 'gives the kernel 0x1000 bytes' "xrt:0,xclbin=small.xclbin" env
sed 's/xclbin2/xclbin3/' "$file" > third.xclbin
self 16 'does not begin like one' "xrt:0,xclbin=third.xclbin" env
self 11 "no kernel 'nope' .*bonnet:bonnet_1" "$URI,kernel=nope" env
sed 's/bonnet:bonnet_1/b\x1bnnet\tbonnet_1/' "$file" > terminal.xclbin # what a damaged file says is not for the terminal
self 11 'which has: b[?]nnet[?]bonnet_1;' "xrt:0,xclbin=terminal.xclbin" env
self 13 "kernel 'bonnet:{nope}'" "$URI,kernel=bonnet:{nope}" env
rm ./*.xclbin
for bad in x -1 256 0x 0,what=1 0,kernel= 0,messages=loud 0,xclbin; do self 11 'xrt: ' "xrt:$bad" env; done

# Things that go wrong on the way: one line, the right code. Every call in turn: tests/xrt/faults.c.
self 13 'no device 0' "$URI" env BONNET_XRT_FAULT=open
self 14 'does not take' "$URI" env BONNET_XRT_FAULT=load
self 13 'another program may have it open' "$URI" env BONNET_XRT_FAULT=context
self 12 'device memory' "$URI" env BONNET_XRT_FAULT=alloc@2
self 14 'transfer' "$URI" env BONNET_XRT_FAULT=sync@1
self 14 'register read' "$URI" env BONNET_XRT_FAULT=read@5
self 13 'ID is 0xffffffff' "$URI" env BONNET_BOARD=dead=1
self 13 'the chip is gone' "$URI" env BONNET_BOARD=dead=26
self 18 'bus error' "$URI" env BONNET_BOARD=error=30
check 17 '.' timeout 60 env BONNET_BOARD=geometry=asic,hang=500 "$BONNET" run "$bool" "$shoe" --device "$URI" --timeout-ms 2000

# A forgotten transfer is never right: job, rows, image, results, maps.
for n in 2 3 4 5 6; do
    BONNET_XRT_FAULT=nosync@$n "$BONNET" selftest --device "$URI" > out 2> err
    case $? in 1 | 14 | 15) checks=$((checks + 1)) ;; *) die "nosync@$n was not noticed" ;; esac
done
passed
