#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# board.sh - the arm64 program as a board would run it, in QEMU's user mode: the same ELF, Debian's unmodified arm64 XRT 2.13 (the edge
# library), Linux UIO; only the kernel's side (sim/board/zocl, sim/board/uio) and the chip (Verilated) are stood in for.
# Started by `make test-arm64`, which sets:
#   ARM      folder of the arm64 build          SYSROOT  arm64 packages unpacked         MODELS  folder of compiled networks
#   XCLBIN   the tiny chip's .xclbin            MKXCLBIN what makes one                  SEED    of the random networks
# Prints a line for each check and ends with a sum; the first that fails ends it with 1.
set -eu
: "${ARM:?}" "${SYSROOT:?}" "${XCLBIN:?}" "${MKXCLBIN:?}" "${MODELS:?}" "${SEED:=1}"
cd "$(dirname "$0")/../.."
command -v qemu-aarch64 > /dev/null || { echo "arm64: skipped: no qemu-aarch64; make test-arm64 installs it"; exit 77; }
[ -e "$SYSROOT/.unpacked" ] || { echo "arm64: skipped: no arm64 packages in $SYSROOT; make test-arm64 fetches them"; exit 77; }
limit=${TEST_TIMEOUT:-600}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/xrt" "$work/half"
libs=$(realpath "$SYSROOT")/usr/lib/aarch64-linux-gnu
ln -s "$libs" "$work/xrt/lib"
ln -s "$libs/libxrt_coreutil.so.2" "$work/half/"
begin=$(date +%s)
passed=0 nets=0
xrt="xrt:0,xclbin=$XCLBIN"

arm()  { timeout -k 5 "$limit" qemu-aarch64 -L "$SYSROOT" "$@"; }
# zocl [-E NAME=VALUE]... PROGRAM...: with a kernel that has zocl, a fresh one each time.
zocl() { rm -rf "$work/zocl"; mkdir "$work/zocl"
         arm -E LD_PRELOAD="$PWD/$ARM/board/libbonnet_zocl.so" -E BONNET_ZOCL_ROOT="$work/zocl" -E BONNET_ZOCL_TRACE=1 "$@"; }
uio()  { arm -E LD_PRELOAD="$PWD/$ARM/board/libbonnet_uio.so" "$@"; }
fail() { echo "arm64: FAIL: $1"; sed 's/^/    /' "$work/out" "$work/err" | tail -40; exit 1; }

# good WHAT PATTERN COMMAND...: exit 0, and a line of output that matches.
good() {
    local what=$1 pattern=$2; shift 2
    "$@" > "$work/out" 2> "$work/err" || fail "$what: exit $?"
    grep -qE -e "$pattern" "$work/out" || fail "$what: no line like '$pattern'"
    passed=$((passed + 1))
    echo "  ok  $what"
    # The conformance program counts its networks.
    nets=$((nets + $(awk 'match($0, /golden: [0-9]+ nets/) {n += substr($0, RSTART + 8)} END {print n + 0}' "$work/out")))
}
# clean WHAT: of the last run: every register access was one of the stand-in's, and every buffer went back.
clean() {
    grep -qE '^zocl: closed: .* [1-9][0-9]* register accesses, 0 buffers left behind$' "$work/err" || fail "$1: buffers or registers"
    passed=$((passed + 1))
}
# line WHAT PATTERN COMMAND...: fails as a program should, with an exit code of its own and exactly one line on stderr, which matches.
line() {
    local what=$1 pattern=$2 rc=0; shift 2
    "$@" > "$work/out" 2> "$work/err" || rc=$?
    sed -i '/^zocl/d' "$work/err"
    if [ $rc -eq 0 ] || [ $rc -ge 124 ]; then fail "$what: exit $rc"; fi
    [ "$(wc -l < "$work/err")" -eq 1 ] || fail "$what: not one line"
    grep -qE -e "$pattern" "$work/err" || fail "$what: no line like '$pattern'"
    passed=$((passed + 1))
    echo "  ok  $what: $(cut -c1-150 "$work/err")"
}

echo "The program alone:"
good "selftest: golden, cpu, sim, mock" '^mock: +ok' arm "$ARM/bonnet" selftest
good "selftest: cpu with NEON" 'ok' arm "$ARM/bonnet" selftest --device cpu:isa=neon

echo "xrt:, through Debian's arm64 libxrt_coreutil and libxrt_core:"
good "selftest, shim found beside the interface" 'ok \(45120 bits' zocl "$ARM/bonnet" selftest --device "$xrt"
clean "selftest"
good "selftest, shim found by XILINX_XRT" 'ok \(45120 bits' zocl -E XILINX_XRT="$work/xrt" "$ARM/bonnet" selftest --device "$xrt"
clean "selftest"
good "conformance, tiny chip" 'equal to golden' zocl "$ARM/tests/conform" --backend "$xrt" --size tiny --quick --cases 3 --seed "$SEED"
clean "conformance"
good "conformance, the chip of a ZCU102" 'equal to golden' \
    zocl -E BONNET_BOARD=geometry=zcu102,stall=20 "$ARM/tests/conform" --backend "$xrt" --size asic --cases 2 --no-directed --seed "$SEED"
doctor() { zocl "$ARM/bonnet" doctor --device "$xrt" || [ $? -eq 1 ]; } # 1: this computer is no ZCU102
good "doctor asks the chip who it is" '^ok +chip +.*register version' doctor
good "managed runs (ERT_START_CU), xrt::ip, waits for the interrupt" '^xrt_probe: 3 managed' zocl -E XILINX_XRT="$work/xrt" "$ARM/tests/xrt_probe" "$XCLBIN" --seed "$SEED"
grep -q ' 3 commands, 3 interrupts' "$work/err" || fail "the probe's commands and interrupts"

echo "A trained network on photographs, every bit of every layer (64x64 chip):"
# shellcheck disable=SC2012 # our own file names
image=$(ls tests/vectors/fashion/*.pgm | head -1)
good "verify over xrt:" 'equal|identical|agree' zocl -E BONNET_BOARD=geometry=asic "$ARM/bonnet" verify "$MODELS/basenet_k1.bonnet" "$image" --device "$xrt" --quiet
want=$(arm "$ARM/bonnet" run "$MODELS/basenet_k1.bonnet" "$image" --device golden: --json --quiet | grep -E '"(label|class)"' | head -1)
zocl -E BONNET_BOARD=geometry=asic "$ARM/bonnet" run "$MODELS/basenet_k1.bonnet" "$image" --device "$xrt" --json --quiet > "$work/out" 2> "$work/err" || fail "run over xrt:"
if [ -z "$want" ] || ! grep -qF "$want" "$work/out"; then fail "run over xrt:: not '$want'"; fi
passed=$((passed + 1))
echo "  ok  run over xrt::$want"

echo "What goes wrong says so in one line:"
line "no zocl"                   'zocl'            arm -E XILINX_XRT="$work/xrt" "$ARM/bonnet" selftest --device "$xrt"
line "XILINX_XRT leads nowhere"  'XILINX_XRT'      zocl -E XILINX_XRT="$work/none" "$ARM/bonnet" selftest --device "$xrt"
line "emulation asked for"       'XCL_EMULATION_MODE' zocl -E XCL_EMULATION_MODE=hw_emu "$ARM/bonnet" selftest --device "$xrt"
line "XRT without its driver library" 'half installed' zocl "$ARM/bonnet" selftest --device "$xrt,lib=$work/half"
line "a register bus without a chip" 'ID|ones'     zocl -E BONNET_BOARD=dead=1 "$ARM/bonnet" selftest --device "$xrt"
"$MKXCLBIN" -o "$work/elsewhere.xclbin" --base 0xA0010000
line "an xclbin for another address" 'xclbin'      zocl "$ARM/bonnet" selftest --device "xrt:0,xclbin=$work/elsewhere.xclbin"
line "no second device"          'no device 1'     zocl "$ARM/bonnet" selftest --device "xrt:1,xclbin=$XCLBIN"

echo "uio:, Linux UIO and u-dma-buf:"
good "selftest" 'ok \(45120 bits' uio "$ARM/bonnet" selftest --device uio:/dev/uio0
good "conformance, tiny chip" 'equal to golden' uio "$ARM/tests/conform" --backend uio:/dev/uio0 --size tiny --quick --cases 3 --seed "$SEED"

line "syncs that do nothing"     'uio: '           uio -E BONNET_UIO=nosync "$ARM/bonnet" selftest --device uio:/dev/uio0
line "no permission"             'permission'      uio -E BONNET_UIO=noperm "$ARM/bonnet" selftest --device uio:/dev/uio0
line "unbound in a run"          'uio: .*away'     uio -E BONNET_UIO=gone=1 "$ARM/bonnet" selftest --device uio:/dev/uio0

echo "arm64: $passed checks passed, $nets networks compared with golden, $(($(date +%s) - begin)) s"
