#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# report.sh FOLDER MHZ - what the bitstream of an iCE40 takes and how fast its clock may be, out of the logs in FOLDER. Fails if it misses MHZ.
set -eu
folder=$1 mhz=$2
used() { awk -v cell="$1:" '$2 == cell {sub("/", "", $3); print $3 " of " $4; exit}' "$folder/nextpnr.log"; }
cells=$(jq -r '.modules["\\bonnet_ice40"].num_cells_by_type | "\(.SB_LUT4) LUT4, \(to_entries | map(select(.key | startswith("SB_DFF")).value) | add) FF, \(.SB_CARRY) carry"' "$folder/stat.json")
echo "bonnet_ice40 on iCE40UP5K-SG48 (yosys $(yosys -V | awk '{print $2}'), nextpnr-ice40 $(nextpnr-ice40 --version 2>&1 | sed 's/.*(Version \([^)]*\)).*/\1/'))"
echo "  yosys     $cells"
echo "  nextpnr   logic cells $(used ICESTORM_LC), EBR $(used ICESTORM_RAM), SPRAM $(used ICESTORM_SPRAM), DSP $(used ICESTORM_DSP)"
route=$(sed -n "s/.*Max frequency for clock .*: \([0-9.]*\) MHz.*/\1/p" "$folder/nextpnr.log" | tail -1)
bits=$(sed -n 's/^Total path delay: .*(\([0-9.]*\) MHz).*/\1/p' "$folder/icetime.txt" | tail -1)
echo "  clock     $mhz MHz wanted; nextpnr $route MHz, icetime $bits MHz"
echo "  bits      $(stat -c %s "$folder/bonnet.bin") bytes, sha256 $(sha256sum < "$folder/bonnet.bin" | cut -d' ' -f1)"
awk -v mhz="$mhz" -v a="$route" -v b="$bits" 'BEGIN {exit !(a >= mhz && b >= mhz)}' || { echo "report.sh: the clock misses $mhz MHz" >&2; exit 1; }
