# SPDX-License-Identifier: Apache-2.0
# synth.tcl - one unit to cells of osu018: yosys -c synth.tcl, from the repository's root, with in the environment
#   ASIC_TOP     module                     ASIC_SRCS  sources in order, packages first
#   ASIC_LIB     the library (lib.awk)      ASIC_CELLS its cells as Verilog modules (pins.awk)
#   ASIC_OUT     PREFIX of what is written: PREFIX.raw.v netlist without buffers (buffer.awk), PREFIX.json counts by cell, PREFIX.macros the memories that were left out
#   ASIC_PARAMS  "Name value ..." of the top, ASIC_KEEP modules that stay modules, ASIC_OUTSIDE modules that are left out, all may be empty
#   ASIC_MAP     area, speed or quick: the script for abc
proc env {name} { if {[info exists ::env($name)]} { return $::env($name) } else { return "" } }
set here constraints/asic
set lib [env ASIC_LIB]
set top [env ASIC_TOP]
yosys read_verilog -lib [env ASIC_CELLS]
yosys read_verilog $here/macros.v
foreach src [env ASIC_SRCS] {
    switch -glob $src {
        */bonnet_ram_1r1w.sv {}
        */bonnet_popcount.sv { yosys read_verilog $here/popcount.v }
        default { yosys read_verilog -sv -defer -DSYNTHESIS -Irtl/include $src }
    }
}
foreach {name value} [env ASIC_PARAMS] { lappend chparam -chparam $name $value }
if {![info exists chparam]} { set chparam {} }
yosys hierarchy -check -top $top {*}$chparam
foreach module [env ASIC_KEEP] { yosys setattr -mod -set keep_hierarchy 1 *$module* }
foreach module [env ASIC_OUTSIDE] { yosys blackbox *$module* }
yosys proc
yosys flatten
yosys opt
yosys wreduce
yosys peepopt
yosys opt_clean
yosys techmap -map $here/cells.v {t:$lt} {t:$le} {t:$gt} {t:$ge}
yosys alumacc
yosys maccmap {t:$macc}
yosys opt -fast
yosys memory -nomap
yosys techmap -map $here/memory.v {t:$mem_v2}
yosys memory_map
yosys opt -fast
yosys dffunmap -srst-only
yosys techmap -map $here/cells.v {t:$fa} {t:$alu} {t:$dffe} {t:$adffe}
yosys techmap -map $here/cells.v {t:bonnet_icg}
yosys opt_clean
yosys techmap
yosys opt -full
yosys dfflibmap -liberty $lib
yosys simplemap
yosys abc -liberty $lib -script $here/[env ASIC_MAP].abc
yosys setundef -zero
yosys opt_clean -purge
yosys dump -o [env ASIC_OUT].macros {t:bonnet_sram} {t:*bonnet_ram_1r1w*}
yosys read_verilog -overwrite -DBONNET_PINS $here/macros.v
yosys hierarchy -top $top
yosys blackbox {*bonnet_sram*} {*bonnet_ram_1r1w*}
yosys expose -evert {t:*bonnet_sram*} {t:*bonnet_ram_1r1w*}
foreach module [env ASIC_OUTSIDE] { yosys expose -evert t:*$module* }
# OpenSTA does not find buses whose names hold dots or brackets again: bit by bit. The unit's own ports stay as they are.
yosys splitnets -ports -format __ {w:*.*}
yosys splitnets
yosys opt_clean -purge
yosys check -noinit
yosys tee -q -o [env ASIC_OUT].json stat -json
yosys write_verilog -noattr -noexpr -nohex -nodec [env ASIC_OUT].raw.v
