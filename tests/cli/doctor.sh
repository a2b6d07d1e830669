#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet doctor on trees that stand for a bare PC, a laptop with a board, a ZCU102 with everything, and one with each single thing broken. No board.
. "$ROOT/tests/cli/lib.sh"
. "$ROOT/tests/cli/board_lib.sh"
doctor() { "$BONNET" doctor "$@"; }

# states: "name=state ..." of the checks that are not ok, in order.
ailing() { doctor --root "$1" "${@:2}" | sed -n 's/^\(missing\|warning\) \+\([^ ]*\) .*/\2=\1/p' | tr '\n' ' '; }
# broken NAME=STATE... : PATTERN : COMMAND - on a whole board after COMMAND (in its folder), exactly these checks ail, and the advice matches.
broken() {
    local want=$1 pattern=$2 got
    rm -rf b
    cp -a whole b
    (cd b && eval "$3") || die "cannot break: $3"
    doctor --root b --manifest M > out 2> err
    got=$(sed -n 's/^\(missing\|warning\) \+\([^ ]*\) .*/\2=\1/p' out | tr '\n' ' ')
    checks=$((checks + 1))
    [ "$got" = "$want " ] || die "after '$3': $got, wanted $want"
    grep -A1 -E '^(missing|warning)' out | grep -qE -- "$pattern" || die "after '$3' no advice matches '$pattern'"
}

mkbit good.bit "$part" "$idcode"
manifest M good.bit
tree_pc pc
check 1 'no ZCU102: .* from here there is usb' doctor --root pc
{ grep -q '^usb:  2 missing$' out && grep -q '^uio:  not from here$' out; } || die "a bare PC"
{ grep -q -- '-> connect J2' out && grep -q -- '-> sudo apt install openfpgaloader' out; } || die "a bare PC is not told what to do"
cp -a pc laptop
tree_cable laptop 210308AB
check 0 'Digilent USB Device, usb:210308AB at 1-2' doctor --root laptop
{ grep -q '^usb:  complete$' out && [ -z "$(ailing laptop)" ]; } || die "a laptop with everything: $(ailing laptop)"
rm laptop/etc/udev/rules.d/60-bonnet.rules
check 0 '^warning  udev-rules' doctor --root laptop
rm laptop/usr/bin/openFPGALoader
check 1 '^missing  openFPGALoader' doctor --root laptop
sed -i 's/6014/6010/' laptop/sys/bus/usb/devices/1-2/idProduct
check 1 '^missing  cable' doctor --root laptop

tree_board whole
put whole/run/bonnet/loaded "$(sha256sum good.bit | cut -d' ' -f1) good.bit"
snapshot whole > before
check 0 'ZynqMP ZCU102 Rev1.0; Linux version 6.6.10-xilinx' doctor --root whole --manifest M
[ -z "$(ailing whole --manifest M)" ] || die "a whole board ails: $(ailing whole --manifest M)"
{ grep -q '^uio:  complete$' out && grep -q '^xrt:  complete$' out; } || die "a whole board has no way"
for line in 'uio4 is bonnet, registers at 0x00000000a0000000' 'udmabuf-bonnet has 64 MiB at 0x70000000' 'good.bit, geometry zcu102, register version '"$(abi)"', commit 01234567' \
    'pl0 is 249.997 MHz' "renderD128 is zocl's" 'version 2.13.0' '244 of 256 MiB' 'fpga0 is operating' 'not opened: --root'; do
    grep -qF "$line" out || die "a whole board does not say '$line'"
done
snapshot whole > after
cmp -s before after || die "looking changed the board: $(diff before after)"
check 0 '"ways": ' doctor --root whole --manifest M --json
python3 - out << 'EOF' || die "the JSON is not what it should be"
import json, sys
o = json.load(open(sys.argv[1]))
assert o["board"] and o["ways"] == {"uio": True, "xrt": True, "usb": False} and o["warnings"] == 0, o
assert len(o["checks"]) > 14 and all(set(c) == {"check", "state", "ways", "text", "advice"} for c in o["checks"])
assert all(c["state"] in ("ok", "unseen") and c["advice"] is None for c in o["checks"])
EOF

# One thing at a time.
fpga=sys/class/fpga_manager/fpga0 buffer=sys/class/u-dma-buf/udmabuf-bonnet uio=sys/class/uio/uio4
broken 'uio-module=warning' 'of_id=generic-uio' 'echo "" > sys/module/uio_pdrv_genirq/parameters/of_id'
broken 'uio-module=missing uio=missing' 'modprobe uio_pdrv_genirq of_id=generic-uio' "rm -r sys/module/uio_pdrv_genirq sys/class/uio"
broken 'uio=missing' 'overlays/bonnet' "echo other > $uio/name"
grep -q 'none is named bonnet' out || die "other UIO devices are not noticed"
broken 'u-dma-buf=missing' 'modprobe u-dma-buf udmabuf0=67108864' "rm -r $buffer"
broken 'u-dma-buf=missing' 'udmabuf0=67108864' "echo 1048576 > $buffer/size"
broken 'u-dma-buf=warning' 'udmabuf0=67108864' "echo 16777216 > $buffer/size"
broken 'u-dma-buf=missing' 'dmesg' "echo 0 > $buffer/phys_addr"
broken 'coherency=missing' 'remove dma-coherent' "echo 1 > $buffer/dma_coherent"
broken 'coherency=warning' 'HPC' "touch $uio/device/of_node/dma-coherent"
broken 'cma=missing' 'cma=256M' "echo 'CmaTotal: 8192 kB' > proc/meminfo"
broken 'fpga-manager=missing' 'CONFIG_FPGA_MGR_ZYNQMP_FPGA' "rm -r $fpga"
broken 'fpga-manager=missing' 'sudo bonnet flash' "echo unknown > $fpga/state"
broken 'bitstream=warning' 'doctor --device uio:' 'rm run/bonnet/loaded'
broken 'bitstream=warning' 'doctor --device uio:' 'echo garbage > run/bonnet/loaded'
broken 'bitstream=warning' 'flash --entry' "sed -i 's/^...../00000/' run/bonnet/loaded"
broken 'clock=missing' 'timing does not hold' 'echo 300000000 > sys/kernel/debug/clk/pl0_ref/clk_rate'
broken 'clock=warning' 'of this bitstream' 'echo 100000000 > sys/kernel/debug/clk/pl0_ref/clk_rate'
broken 'zocl=missing' 'xlnx,zocl' 'rm sys/class/drm/renderD128/device/driver'
broken 'xrt=missing' 'install the XRT' 'rm usr/lib/libxrt_coreutil.so.2'
broken 'xrt-driver=missing' 'above XRT' 'rm usr/lib/libxrt_core.so.2'
broken 'udev-rules=warning' '60-bonnet.rules' 'rm etc/udev/rules.d/60-bonnet.rules'
broken 'boot-unit=warning' 'make install' 'rm etc/systemd/system/multi-user.target.wants/bonnet-board.service'
broken 'boot-unit=warning' 'systemctl enable --now' 'rm etc/systemd/system/multi-user.target.wants/*; touch etc/systemd/system/bonnet-board.service'
sed 's/"abi": "[0-9.]*"/"abi": "1.7"/' M > old && mv old M
broken 'bitstream=missing' 'of this version' true
manifest M good.bit
# One way is enough: without XRT the board is still of use; without both it is not.
rm -rf b && cp -a whole b && rm b/usr/lib/libxrt*
check 0 '^xrt:  1 missing' doctor --root b
rm -r b/sys/class/u-dma-buf
check 1 '^uio:  1 missing' doctor --root b
# A node that is there and not ours.
if [ "$(id -u)" -eq 0 ] && command -v setpriv > /dev/null; then
    chmod 755 . && rm -rf b && cp -a whole b && chmod 600 b/dev/uio4 b/dev/dri/renderD128 && chmod 666 b/dev/udmabuf-bonnet
    cp "$BONNET" ./bonnet && cp "$ROOT/bitstreams/MANIFEST" M2
    check 1 '^missing  uio-access .* Permission denied' setpriv --reuid 65534 --regid 65534 --clear-groups ./bonnet doctor --root b --manifest M2
    grep -qE '^missing  sync_for_device .*Permission denied' out || die "sync files of root are not noticed"
    { grep -q 'usermod -aG plugdev' out && grep -q 'usermod -aG render' out; } || die "no advice for permissions"
fi
# The chip is asked when the user names it.
check 1 '^ok       chip             mock:geometry=zcu102 answers: register version [0-9.]+, 256 lanes' doctor --device mock:geometry=zcu102
check 1 '^missing  chip .*register version 3\.' doctor --device mock:fault=abi
check 1 '^missing  chip .*ID is' doctor --device mock:fault=id
check 14 'nowhere: No such file' doctor --root nowhere
check 2 'takes no arguments' doctor now
check 16 'not JSON' doctor --manifest good.bit
passed
