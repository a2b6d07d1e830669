#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tools.sh - programs from outside on the Verilated chain: the command line with a libusb of ours preloaded; then, through the unmodified libusb under umockdev,
# the command line, openFPGALoader and OpenOCD. What is not installed is skipped, and named.
. "$ROOT/tests/cli/lib.sh"
: "${FAKEUSB:?set by make}" "${MOCKUSB:?}" "${MAKE_BIT:?}"
export BONNET_BOARD=geometry=tiny,cycles=1 # cycles=1: fewer to simulate
missing=

# ---- the command line, a libusb preloaded
fake() { local world=$1; shift; env LD_PRELOAD="$FAKEUSB" BONNET_USB="$world" "$@"; }
check 0 '^usb .*cable$' fake '' "$BONNET" devices
check 0 '^usb .*none at this machine' fake none "$BONNET" devices
check 0 'usb:.* ok' fake '' "$BONNET" selftest --device usb:
check 0 'usb:.* ok' fake serial=A1,serial=B2 "$BONNET" selftest --device usb:B2,clock-khz=30000
check 0 'boolnet_k4, device usb:, 1 frame' fake '' env BONNET_BOARD=geometry=asic,cycles=1 "$BONNET" bench "$bool" "$pictures"/00000_*.pgm --device usb:
check 11 'choose one by its serial number' fake serial=A1,serial=B2 "$BONNET" selftest --device usb:
check 13 'is the board switched on' fake dark "$BONNET" selftest --device usb:
check 13 'unplugged or switched off' fake unplug@60 "$BONNET" selftest --device usb:

# ---- the same and others, through the unmodified libusb, whose clock is the wall's: on a busy machine the Verilated chain needs more than a second
mock() { umockdev-wrapper "$MOCKUSB" "$@"; }
if command -v umockdev-wrapper > /dev/null && [ -x "$MOCKUSB" ]; then
    check 0 '^usb .*cable$' mock "$BONNET" devices
    check 0 'usb:.* ok' mock "$BONNET" selftest --device usb:210308AABBCC,timeout-ms=30000
    check 13 "no cable with serial number 'X'; there is 210308AABBCC" mock "$BONNET" selftest --device usb:X
    check 13 'unplugged or switched off' env BONNET_MOCKUSB=unplug@60 umockdev-wrapper "$MOCKUSB" "$BONNET" selftest --device usb:
    check 13 'not a ZCU102: IDCODEs .no IDCODE. 0x13631093' env BONNET_BOARD=idcode=13631093 umockdev-wrapper "$MOCKUSB" "$BONNET" selftest --device usb:
    check 13 'no Bonnet port' env BONNET_BOARD=port=0 umockdev-wrapper "$MOCKUSB" "$BONNET" selftest --device usb:
    check 0 '^usb:210308AABBCC$' mock "$BONNET" devices
    check 0 'chip .*usb: answers: register version' mock "$BONNET" doctor --device usb:
    # The chip of the bitstream, a trained network, a photograph.
    check 0 'Ankle boot' env BONNET_BOARD=geometry=zcu102,cycles=1 umockdev-wrapper "$MOCKUSB" "$BONNET" run "$bool" "$pictures"/00000_*.pgm \
        --device usb:,timeout-ms=30000
    if command -v openFPGALoader > /dev/null; then
        check 0 'xczu9eg' mock openFPGALoader -b zcu102 --detect
        # Loads the bitstream (of header and packets, no design in it) into an empty PL; $1: its IDCODE and USR_ACCESS. Then asks for the port.
        load() {
            "$MAKE_BIT" test.bit "$@" || return
            # shellcheck disable=SC2016 # expanded by the inner shell
            BONNET_BOARD=$BONNET_BOARD,load=1 BONNET=$BONNET umockdev-wrapper "$MOCKUSB" \
                sh -c '"$BONNET" selftest --device usb: 2> before; openFPGALoader -b zcu102 test.bit > loader 2>&1 && exec "$BONNET" selftest --device usb:,timeout-ms=30000'
        }
        check 0 'usb:.* ok' load 04738093 424e4e31
        grep -q 'no Bonnet port' before || die "a port in an empty PL"
        grep -q '100.00%' loader || die "openFPGALoader says something else: $(cat loader)"
        check 13 'no Bonnet port' load 04738093 00000000 # somebody else's bitstream
        check 13 'no Bonnet port' load 13722093 424e4e31 # for another part
        # bonnet flash: the same into the empty PL, then the chip is asked; what the manifest says of it is compared.
        { "$MAKE_BIT" test.bit 04738093 424e4e31 && "$MAKE_BIT" foreign.bit 04738093 00000000; } || die "no bitstream to test with"
        . "$ROOT/tests/cli/board_lib.sh"
        manifest MANIFEST test.bit foreign.bit
        empty() { env BONNET_BOARD="$BONNET_BOARD,load=1" umockdev-wrapper "$MOCKUSB" "$BONNET" flash "$@" --device usb:; }
        check 0 'programmed; the chip answers: register version' empty test.bit
        sed 's/"abi": "\([0-9]*\)[^"]*"/"abi": "\1.99"/' MANIFEST > newer
        check 15 'the chip answers.*, and the manifest says register version .*99' empty test.bit --manifest newer
        check 13 'programmed, but the chip does not answer as a Bonnet: .*no Bonnet port' empty foreign.bit
        check 14 'openFPGALoader failed' env BONNET_BOARD=idcode=13631093 umockdev-wrapper "$MOCKUSB" "$BONNET" flash test.bit --device usb:
    else
        missing="$missing openfpgaloader"
    fi
    if command -v openocd > /dev/null; then
        mock openocd -f "$ROOT/tests/usb/openocd.cfg" > out 2>&1 || die "openocd"
        cp out err
        for line in 'uscale.ps tap/device found: 0x24738093' 'uscale.tap tap/device found: 0x5ba00477' '^scan 0003614f'; do # 1, then version 1 and 0xB0A7
            grep -q "$line" out || die "openocd: no line '$line'"
            checks=$((checks + 1))
        done
    else
        missing="$missing openocd"
    fi
else
    missing="umockdev libumockdev-dev"
fi
if [ -n "$missing" ]; then
    echo "usb-tools: skipped after $checks checks: not installed: $missing; tools/deps.sh test"
    exit 77
fi
passed
