#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# knobs.sh UIO_TEST LIBRARY - everything that can be wrong with a board's files: the status, the line, no leak, and right answers where there is a way.
set -u
program=$1 library=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work
checks=0

# try KNOBS STATUS TEXT [OPTIONS], STATUS any: an answer that is right, or one line
try() {
    local what=(expect "$2" "$3")
    [ "$2" = any ] && what=(survive)
    checks=$((checks + 1))
    BONNET_UIO=$1 LD_PRELOAD=$library timeout 180 "$program" "${what[@]}" "${4:-}" > "$work/out" 2>&1 && return
    echo "FAIL: BONNET_BOARD=${BONNET_BOARD:-} BONNET_UIO=$1 $program ${what[*]} ${4:-}"
    tail -20 "$work/out"
    exit 1
}
EINVAL=-1 ENOMEM=-2 ENODEV=-3 EIO=-4 EABI=-5 EFORMAT=-6 ETIMEOUT=-7

# How it should be, and other ways that are right.
try '' 0 ''
try '' 0 '' /dev/uio0
try '' 0 '' /dev/uio0,dma=udmabuf-bonnet,irq=on,clock-mhz=150
try '' 0 '' irq=off
try '' 0 '' dma=/dev/udmabuf-bonnet
try two 0 ''
try foreign 0 ''
try two,foreign 0 '' /dev/uio0
try dma=udmabuf0 0 ''
try dma=elsewhere 0 '' dma=elsewhere
try legacy 0 ''
try coherent,nosync,syncperm 0 ''
try clock=150000000 0 ''
try lost=1 0 ''
try noirq 0 '' irq=off
try size=1048576 0 ''
# The device.
try none $ENODEV 'modprobe uio_pdrv_genirq'
try none $ENODEV '/dev/uio0: no such device' /dev/uio0
try two,foreign $ENODEV 'none is called bonnet; name the one to use: uio:/dev/uio0'
try '' $ENODEV '/dev/uio7: no such device' /dev/uio7
try '' $EINVAL 'is no UIO device' /dev/null
try noperm $ENODEV '/dev/uio0: permission denied; install the udev rule'
try window $ENODEV 'a window of 4096 bytes, a Bonnet has 65536'
try noirq $ENODEV 'no interrupt'
try gone=1 $ENODEV 'went away'
# The buffer.
try nodma $ENODEV 'type: modprobe u-dma-buf udmabuf0='
try '' $ENODEV "no u-dma-buf 'nix'" dma=nix
try dma=elsewhere $ENODEV 'type: modprobe u-dma-buf'
try dmaperm $ENODEV '/dev/udmabuf-bonnet: permission denied; install the udev rule'
try syncperm $ENODEV 'sync_for_device: permission denied'
try syncfail $EIO 'cache sync'
try garbage $EFORMAT "phys_addr says '(null)'"
try badaddr $EFORMAT 'no memory that a chip can use'
try size=0 $EFORMAT 'no memory that a chip can use'
try size=4096 $ENOMEM 'too small'
# Options.
for bad in irq=maybe irq= dma= dma=a/b clock-mhz=0 clock-mhz=4001 clock-mhz=1x nix=1 dma=udmabuf0,/dev/uio0; do
    try '' $EINVAL 'bad option' "$bad"
done
try '' $EINVAL 'a path and options of more than' "/$(printf 'x%.0s' {1..300})"
# The chip: nobody there from the first access on, or from the middle of a run on; silent memory.
BONNET_BOARD=dead=1 try '' $ENODEV 'reads all ones'
for at in 5 20 30; do BONNET_BOARD=dead=$at try '' $ENODEV 'reads all ones'; done
for at in 36 40 44 48 52 56 60; do BONNET_BOARD=dead=$at try '' any ''; done
for at in 1 2 3 50 500; do BONNET_BOARD=error=$at try '' any ''; done
BONNET_BOARD=hang=40 try '' $ETIMEOUT 'no progress'
# Caches that nobody looks after must not go unseen.
try nosync $EABI 'refused descriptor 0'
try nosynccpu $EIO 'the host read other results than the chip wrote'
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do try skip=$n any ''; done
rm -f "$work/out"
[ -z "$(ls "$work")" ] || { echo "FAIL: the stand-in leaves $(ls "$work") behind"; exit 1; }
echo "PASS $checks cases"
