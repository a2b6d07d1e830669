#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bonnet-board start|stop - the bitstream, the overlay and the memory of a ZCU102, as /etc/default/bonnet-board says. Run by bonnet-board.service, as root.
# Starting twice is harmless. One line on stderr for what fails, and an exit code: docs/errors.md, or 1.
# BONNET_ROOT: a folder that stands for / (tests); BONNET: the program.
set -eu
root=${BONNET_ROOT:-}
bonnet=${BONNET:-bonnet}
overlays=$root/sys/kernel/config/device-tree/overlays
fail() { echo "bonnet-board: $*" >&2; exit 1; }

start() {
    [ -n "${BITSTREAM:-}" ] || fail "BITSTREAM is not set; name the file in /etc/default/bonnet-board"
    # shellcheck disable=SC2086 # words on purpose
    "$bonnet" flash "$BITSTREAM" --device board ${root:+--root "$root"} ${FLASH_OPTIONS:-}
    if [ -n "${OVERLAY:-}" ] && [ ! -d "$overlays/bonnet" ]; then
        [ -r "$OVERLAY" ] || fail "$OVERLAY: cannot be read; make it with: make zcu102-overlay"
        [ -d "$overlays" ] || fail "this kernel takes no overlays (CONFIG_OF_CONFIGFS); put the nodes into the board's device tree and leave OVERLAY empty"
        mkdir "$overlays/bonnet"
        cat "$OVERLAY" > "$overlays/bonnet/dtbo" || { rmdir "$overlays/bonnet"; fail "$OVERLAY: the kernel refused it; see dmesg"; }
    fi
    [ -d "$root/sys/module/uio_pdrv_genirq" ] || modprobe uio_pdrv_genirq of_id=generic-uio || fail "no module uio_pdrv_genirq; build the kernel with CONFIG_UIO_PDRV_GENIRQ"
    if [ ! -d "$root/sys/class/u-dma-buf" ]; then
        modprobe u-dma-buf ${UDMABUF_BYTES:+udmabuf0=$UDMABUF_BYTES} || fail "no module u-dma-buf; build it: github.com/ikwzm/udmabuf"
    fi
}

# What was loaded stays in the chip; only the nodes go, so that nothing uses registers that the next bitstream may not have.
stop() {
    if [ -d "$overlays/bonnet" ]; then rmdir "$overlays/bonnet"; fi
}

case ${1:-} in
start) start ;;
stop) stop ;;
*) fail "start or stop" ;;
esac
