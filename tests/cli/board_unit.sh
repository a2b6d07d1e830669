#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet-board, the script behind the systemd unit, on a tree that stands for a board; modprobe writes down what it was told. No board.
. "$ROOT/tests/cli/lib.sh"
. "$ROOT/tests/cli/board_lib.sh"
mkdir tool
printf '#!/bin/sh\necho "$@" >> %s/modprobe.said\n[ ! -e %s/no-module ]\n' "$PWD" "$PWD" > tool/modprobe
chmod +x tool/modprobe
export PATH=$PWD/tool:$PATH BONNET_ROOT=$PWD/board BITSTREAM=$PWD/good.bit
board() { sh "$ROOT/bitstreams/linux/bonnet-board.sh" "$@"; }
# says CODE PATTERN COMMAND... - exit code, and one of its lines.
says() {
    local want=$1 pattern=$2
    shift 2
    "$@" > out 2> err < /dev/null
    [ $? -eq "$want" ] || die "wanted exit $want: $*"
    [ -z "$pattern" ] || cat out err | grep -qE -- "$pattern" || die "nothing matches '$pattern': $*"
    checks=$((checks + 1))
}
mkbit good.bit "$part" "$idcode"
manifest MANIFEST good.bit
tree_board board
says 0 'programmed' board start
[ ! -e modprobe.said ] || die "modules that are there were loaded again"
[ -s board/lib/firmware/bonnet/bonnet_zcu102.bit.bin ] || die "no bitstream was loaded"
rm -r board/sys/module board/sys/class/u-dma-buf
UDMABUF_BYTES=67108864 says 0 'programmed' board start
[ "$(cat modprobe.said)" = $'uio_pdrv_genirq of_id=generic-uio\nu-dma-buf udmabuf0=67108864' ] || die "modprobe was told: $(cat modprobe.said)"
: > no-module
says 1 '^bonnet-board: no module uio_pdrv_genirq' board start
rm no-module
overlays=board/sys/kernel/config/device-tree/overlays
OVERLAY=$PWD/bonnet.dtbo says 1 'bonnet.dtbo: cannot be read' board start
echo overlay > bonnet.dtbo
OVERLAY=$PWD/bonnet.dtbo says 1 'takes no overlays' board start
mkdir -p $overlays
OVERLAY=$PWD/bonnet.dtbo says 0 'programmed' board start
cmp -s bonnet.dtbo $overlays/bonnet/dtbo || die "the overlay was not loaded"
OVERLAY=$PWD/bonnet.dtbo says 0 'programmed' board start
rm $overlays/bonnet/dtbo # in the kernel's file system the file goes with its folder
says 0 '' board stop
[ ! -e $overlays/bonnet ] || die "the overlay is still there"
says 0 '' board stop
BITSTREAM='' says 1 'BITSTREAM is not set' board start
mkbit other.bit xc7z020 03727093
BITSTREAM=$PWD/other.bit says 20 'made for xc7z020' board start
mkbit own.bit "$part" "$idcode" 12345678
BITSTREAM=$PWD/own.bit says 11 'not in' board start
BITSTREAM=$PWD/own.bit FLASH_OPTIONS=--unlisted says 0 'nobody vouches' board start
says 1 'start or stop' board
passed
