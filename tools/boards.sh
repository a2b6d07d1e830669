#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# boards.sh BONNET MODELS BUILD - one photograph over every way to a ZCU102, each through the real driver and, where there is one, the real library, with a stand-in
# for the board behind it (docs/boards.md). `make boards` builds what it needs.
set -eu
bonnet=${1:?usage: tools/boards.sh BONNET MODELS BUILD} models=${2:?} build=$(realpath "${3:?}")
shoe=tests/vectors/fashion/00000_ankle-boot.pgm
xclbin=$3/board/bonnet_tiny.xclbin
label=
# TITLE, environment words, --, arguments of bonnet
show() {
    local title=$1 words=()
    shift
    while [ "$1" != -- ]; do words+=("$1"); shift; done
    shift
    printf '\n%s\n$ bonnet %s\n' "$title" "$*"
    env "${words[@]}" "$bonnet" "$@" | tee "$build/boards.txt"
    label=$label$(grep -o 'Ankle boot' "$build/boards.txt" | head -1)/
}
export BONNET_BOARD=geometry=asic
show "On the board, Linux UIO and u-dma-buf (stand-in: /dev/uio0, /dev/udmabuf0 and their sysfs files)" \
    "LD_PRELOAD=$build/board/libbonnet_uio.so" -- run "$models/boolnet_k4.bonnet" "$shoe" --device uio:
if [ -e "$build/board/xrt/lib/libxrt_core.so.2" ]; then
    show "On the board, XRT $(dpkg-query -W -f='${Version}' libxrt1 2> /dev/null | sed 's/.*\.\(2\.[0-9]*\)\..*/\1/') (Debian's libxrt_coreutil; stand-in: the driver library under it)" \
        "XILINX_XRT=$build/board/xrt" -- run "$models/boolnet_k4.bonnet" "$shoe" --device "xrt:0,xclbin=$xclbin"
fi
show "From a laptop over the USB-JTAG cable (stand-in: libusb with an FT232H, the chain of TAPs Verilated)" \
    "LD_PRELOAD=$build/board/fakeusb.so" "BONNET_BOARD=geometry=asic,cycles=1" -- run "$models/boolnet_k4.bonnet" "$shoe" --device usb:
case $label in
*//*) echo "boards: not every way gave the label" >&2; exit 1 ;;
esac
printf '\nThe chip is the Verilated RTL each time. No board has run this: docs/boards.md says what a board would need.\n'
