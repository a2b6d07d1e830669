#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# link.sh PLATFORM.xpfm DIR - DIR/bonnet.xo (kernel.tcl) on a Vitis platform of the ZCU102: DIR/bonnet_zcu102.xclbin.
# The platform is the vendor's (xilinx_zcu102_base_...) or your own; it decides about the clock and about the memory port.
# Never run with the vendor's tool; tests/tcl runs it with a v++ that only records what it is asked.
set -eu
[ $# -eq 2 ] || { echo "usage: bitstreams/zcu102/link.sh PLATFORM.xpfm DIR" >&2; exit 2; }
platform=$1 dir=$2
command -v v++ > /dev/null || { echo "link.sh: no v++ in PATH; source Vitis' settings64.sh first" >&2; exit 1; }
[ -f "$platform" ] || { echo "link.sh: $platform: no such platform file; it comes with Vitis or from your platform project" >&2; exit 1; }
[ -f "$dir/bonnet.xo" ] || { echo "link.sh: $dir/bonnet.xo: missing; run kernel.tcl first" >&2; exit 1; }
here=$(dirname "$0")
v++ --link --target hw --platform "$platform" --config "$here/link.cfg" --temp_dir "$dir/link" --output "$dir/bonnet_zcu102.xclbin" "$dir/bonnet.xo"
echo "bonnet: $dir/bonnet_zcu102.xclbin; its line for the manifest: bonnet flash --entry $dir/bonnet_zcu102.xclbin --geometry zcu102 --clock-mhz N --tool \"$(v++ --version 2> /dev/null | head -1)\""
