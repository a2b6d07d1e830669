#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# platform.sh SCRATCH - what of bitstreams/zcu102 is not Tcl: device trees compile and overlay, link.sh asks v++ for the right thing and says what is missing.
set -eu
scratch=${1:?usage: tests/tcl/platform.sh SCRATCH}
mkdir -p "$scratch"
failed=0
fail() { echo "FAIL  $*"; failed=1; }
here=bitstreams/zcu102

# ---- device trees -------------------------------------------------------------------------------------
command -v dtc > /dev/null || { echo "platform: skipped: no dtc; apt-get install device-tree-compiler"; exit 77; }
dtc -q -@ -I dts -O dtb -o "$scratch/overlay.dtbo" "$here/overlay.dts" || fail "overlay.dts does not compile"
# A tree like a ZCU102's, as far as the overlay needs it, with our reserved memory in it.
{ echo '/dts-v1/;'; sed 's|^// .*||' "$here/bonnet.dtsi"
  echo '/ { #address-cells = <2>; #size-cells = <2>; amba: axi { #address-cells = <2>; #size-cells = <2>; ranges;'
  echo '  gic: interrupt-controller@f9010000 { #interrupt-cells = <3>; interrupt-controller; reg = <0x0 0xf9010000 0x0 0x10000>; }; };'
  echo '  fpga_full: fpga-full { #address-cells = <2>; #size-cells = <2>; }; };'; } > "$scratch/base.dts"
dtc -q -@ -I dts -O dtb -o "$scratch/base.dtb" "$scratch/base.dts" || fail "bonnet.dtsi does not compile"
fdtoverlay -i "$scratch/base.dtb" -o "$scratch/both.dtb" "$scratch/overlay.dtbo" || fail "the overlay does not apply"
dtc -q -I dtb -O dts "$scratch/both.dtb" > "$scratch/both.dts"
for word in 'linux,uio-name = "bonnet"' 'compatible = "generic-uio"' 'interrupts = <0x00 0x59 0x04>' 'device-name = "udmabuf-bonnet"' 'compatible = "ikwzm,u-dma-buf"' 'firmware-name = "bonnet/bonnet_zcu102.bit.bin"'; do
    grep -qF "$word" "$scratch/both.dts" || fail "the tree with its overlay does not say: $word"
done
phandle=$(grep -A6 'bonnet@70000000' "$scratch/both.dts" | sed -n 's/.*phandle = <\(.*\)>;/\1/p')
grep -qF "memory-region = <$phandle>" "$scratch/both.dts" || fail "u-dma-buf does not take the reserved memory"

# ---- link.sh ---------------------------------------------------------------------------------------------
rm -rf "${scratch:?}/bin" "${scratch:?}/link" "$scratch/p.xpfm"
mkdir -p "$scratch/bin" "$scratch/link"
expect() { # EXIT TEXT COMMAND...
    local want=$1 text=$2 out rc=0
    shift 2
    out=$("$@" 2>&1) || rc=$?
    if [ "$rc" != "$want" ] || ! grep -qF "$text" <<< "$out"; then fail "$*: exit $rc, said: $out"; fi
}
expect 2 "usage:" "$here/link.sh"
expect 1 "no v++ in PATH" env PATH=/usr/bin:/bin "$here/link.sh" p.xpfm "$scratch/link"
# shellcheck disable=SC2016 # expanded by the program that is written
printf '#!/bin/sh\n[ "$1" = --version ] && { echo v++ v1; exit; }\nprintf "%%s\\n" "$@" > "%s/asked"\n' "$scratch" > "$scratch/bin/v++" && chmod +x "$scratch/bin/v++"
PATH=$(realpath "$scratch/bin"):$PATH
expect 1 "no such platform file" "$here/link.sh" "$scratch/p.xpfm" "$scratch/link"
touch "$scratch/p.xpfm"
expect 1 "bonnet.xo: missing" "$here/link.sh" "$scratch/p.xpfm" "$scratch/link"
touch "$scratch/link/bonnet.xo"
expect 0 "bonnet_zcu102.xclbin" "$here/link.sh" "$scratch/p.xpfm" "$scratch/link"
for word in "$here/link.cfg" --link; do grep -qx -- "$word" "$scratch/asked" || fail "v++ was not asked for $word: $(tr '\n' ' ' < "$scratch/asked")"; done
grep -q "m_axi_gmem:" "$here/link.cfg" || fail "link.cfg does not connect m_axi_gmem"
[ $failed = 0 ] && echo "platform: device trees and link.sh as they should be"
exit $failed
