# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# board_lib.sh - bitstreams that are none, and trees that stand for the / of a ZCU102 or of a laptop. Sourced after lib.sh. No board is behind any of it.
# shellcheck disable=SC2034 # used by the tests
part=xczu9eg-ffvb1156-2-e idcode=04738093
umask 022

be16() { printf '%04x' "$1"; }
text_field() { # KEY TEXT - a field of a .bit header, in hex
    printf '%02x' "'$1"
    be16 $((${#2} + 1))
    printf '%s' "$2" | od -An -v -tx1 | tr -d ' \n'
    printf '00'
}
unhex() { sed 's/\(..\)/\\x\1/g' | xargs -0 printf '%b'; }
config() { # IDCODE or "" - dummies, sync, the device, some words; in hex
    printf 'ffffffff%.0s' 1 2 3 4
    printf '000000bb11220044ffffffffffffffffaa99556620000000'
    [ -z "$1" ] || printf '30018001%s' "$1"
    printf '3000400050000040'
    printf '%08x' $(seq 1 "${words:-64}")
}
mkbit() { # FILE PART IDCODE [COMMIT] [LENGTH in the header]
    local data
    data=$(config "$3")
    {
        printf '00090ff00ff00ff00ff0000001'
        text_field a "bonnet_zcu102_wrapper;UserID=0X${4:-FFFFFFFF};Version=2023.2"
        text_field b "$2"
        text_field c 2026/01/31
        text_field d 12:00:00
        printf '65%08x' "${5:-$((${#data} / 2))}"
        printf '%s' "$data"
    } | unhex > "$1"
}
mkbin() { config "$2" | unhex > "$1"; } # FILE IDCODE, words as Vivado writes them
swap() { # words of stdin with their bytes reversed, as fpga_manager takes them
    od -An -v -tx1 | tr -d ' \n' | sed 's/\(..\)\(..\)\(..\)\(..\)/\4\3\2\1/g' | unhex
}
le64() { printf '%016x' "$1" | sed 's/\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/\8\7\6\5\4\3\2\1/'; }
zeros() { printf '00%.0s' $(seq 1 "$1"); }
mkxclbin() { # FILE VBNV BITS [LENGTH in the header] - one section, the bitstream; BITS "": no section
    local bits='' size=0 n=0
    if [ -n "$3" ]; then bits=$(od -An -v -tx1 "$3" | tr -d ' \n'); size=$((${#bits} / 2)); n=1; fi
    {
        printf '78636c62696e3200ffffffff'
        zeros 292
        le64 "${4:-$((456 + 40 * n + size))}"
        zeros 40
        printf '%s' "$2" | od -An -v -tx1 | tr -d ' \n'
        zeros $((64 - ${#2} + 32))
        printf '%02x000000' $n
        zeros 4
        [ $n -eq 0 ] || { zeros 24; le64 496; le64 $size; }
        printf '%s' "$bits"
    } | unhex > "$1"
}

# The register version of this build, as the mock has it: "2.2".
abi() { "$BONNET" doctor --device mock: | sed -n 's/.* answers: register version \([0-9.]*\),.*/\1/p'; }
manifest() { # FILE BITSTREAM... - lists them
    local out=$1 comma=''
    shift
    {
        echo '{ "format": 1, "note": "a test", "bitstreams": ['
        for b; do
            echo "$comma$("$BONNET" flash --entry "$b" --geometry zcu102 --clock-mhz 250 --commit 0123456789abcdef --tool 'Vivado 2023.2')"
            comma=,
        done
        echo '] }'
    } > "$out"
}

put() { # FILE TEXT
    mkdir -p "$(dirname "$1")"
    printf '%s\n' "$2" > "$1"
}
tree_pc() { # DIR
    mkdir -p "$1"/{proc,sys,dev,etc,usr/bin,lib/firmware,run/lock,tmp}
    put "$1/proc/version" 'Linux version 6.1.0 (x@y) #1'
}
tree_cable() { # DIR SERIAL - of a laptop to which a board is connected
    local at=$1/sys/bus/usb/devices/1-2
    put "$at/idVendor" 0403
    put "$at/idProduct" 6014
    put "$at/busnum" 1
    put "$at/devnum" 5
    put "$at/serial" "$2"
    put "$at/product" 'Digilent USB Device'
    put "$1/dev/bus/usb/001/005" ''
    put "$1/usr/bin/openFPGALoader" ''
    put "$1/etc/udev/rules.d/60-bonnet.rules" ''
}
tree_board() { # DIR - a ZCU102 with everything, for UIO and for XRT
    local r=$1
    tree_pc "$r"
    put "$r/proc/version" 'Linux version 6.6.10-xilinx (x@y) #1'
    put "$r/proc/device-tree/model" 'ZynqMP ZCU102 Rev1.0'
    printf 'xlnx,zynqmp-zcu102-rev1.0\0xlnx,zynqmp-zcu102\0xlnx,zynqmp\0' > "$r/proc/device-tree/compatible"
    put "$r/proc/meminfo" $'MemTotal:        4030000 kB\nCmaTotal:         262144 kB\nCmaFree:          250000 kB'
    put "$r/sys/module/uio_pdrv_genirq/parameters/of_id" generic-uio
    put "$r/sys/class/uio/uio0/name" axi-pmon
    put "$r/sys/class/uio/uio4/name" bonnet
    put "$r/sys/class/uio/uio4/maps/map0/addr" 0x00000000a0000000
    mkdir -p "$r/sys/class/uio/uio4/device/of_node"
    put "$r/dev/uio4" ''
    put "$r/sys/class/u-dma-buf/udmabuf-bonnet/size" 67108864
    put "$r/sys/class/u-dma-buf/udmabuf-bonnet/phys_addr" 0x0000000070000000
    put "$r/sys/class/u-dma-buf/udmabuf-bonnet/dma_coherent" 0
    put "$r/sys/class/u-dma-buf/udmabuf-bonnet/sync_for_device" 0
    put "$r/sys/class/u-dma-buf/udmabuf-bonnet/sync_for_cpu" 0
    put "$r/dev/udmabuf-bonnet" ''
    put "$r/sys/class/fpga_manager/fpga0/name" 'Xilinx ZynqMP FPGA Manager'
    put "$r/sys/class/fpga_manager/fpga0/state" operating
    put "$r/sys/class/fpga_manager/fpga0/flags" 1
    : > "$r/sys/class/fpga_manager/fpga0/firmware"
    put "$r/sys/kernel/debug/clk/pl0_ref/clk_rate" 249997498
    mkdir -p "$r/sys/class/drm/renderD128/device" "$r/sys/bus/platform/drivers/zocl-drm"
    ln -s ../../../../bus/platform/drivers/zocl-drm "$r/sys/class/drm/renderD128/device/driver"
    put "$r/dev/dri/renderD128" ''
    put "$r/usr/lib/libxrt_coreutil.so.2.13.0" ''
    ln -s libxrt_coreutil.so.2.13.0 "$r/usr/lib/libxrt_coreutil.so.2"
    put "$r/usr/lib/libxrt_core.so.2" ''
    put "$r/etc/udev/rules.d/60-bonnet.rules" ''
    put "$r/etc/systemd/system/multi-user.target.wants/bonnet-board.service" ''
}
snapshot() { (cd "$1" && find . -printf '%p %y %s %m %T@ %l\n' | sort; find . -type f -exec sha256sum {} + | sort); }
