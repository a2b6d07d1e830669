# SPDX-License-Identifier: Apache-2.0
# build.tcl - hls/ through vitis_hls, a step at a time or all of them. From the root of the repository, after `make hls-tb`:
#
#   vitis_hls -f hls/build.tcl -tclargs [geometry=asic|tiny] [top=kernel|chip|regs] [step=csim|csynth|cosim|export|all] [part=NAME] [clock=NS]
#                                       [jobs=DIR] [gen=DIR] [out=DIR]
#
#   top     kernel: bonnet_hls_kernel, one core with m_axi and s_axil, exported as .xo. chip, regs: bonnet_hls and bonnet_hls_regs, the two halves of a
#           block design with the complete registers, exported for the IP catalog (hls/hls_top.h)
#   step    each includes what it needs: cosim and export synthesise first. all: csim, csynth, cosim, export
#   part    xczu9eg-ffvb1156-2-e, the ZCU102's      clock  4 (ns)
#   jobs    build/hls, where make hls-tb put the test bench's files      gen  build/gen, hls_sizes.h      out  build/hls, projects and what is exported
#
# Written against the public manual (UG1399, 2022 to 2024) and scripts that others have published. NO VENDOR TOOL HAS RUN THIS: tests/hls/dryrun.tcl runs it
# against a recorder that knows the commands and their options, and no more.

proc option {name otherwise values} {
    set value $otherwise
    foreach word $::words { if {[string match "$name=*" $word]} { set value [string range $word [string length "$name="] end] } }
    if {[llength $values] && $value ni $values} { error "build.tcl: $name=$value; known: [join $values {, }]" }
    return $value
}

# vitis_hls hands over all of its command line; what is behind -tclargs is ours.
set words $argv
set at [lsearch -exact $words -tclargs]
if {$at >= 0} { set words [lrange $words [expr {$at + 1}] end] }
foreach word $words {
    if {![regexp {^(geometry|top|step|part|clock|jobs|gen|out)=.} $word]} { error "build.tcl: unknown argument $word" }
}
set root     [file normalize [file dirname [file dirname [file normalize [info script]]]]]
set geometry [option geometry asic {asic tiny}]
set top      [option top kernel {kernel chip regs}]
set step     [option step all {csim csynth cosim export all}]
set part     [option part xczu9eg-ffvb1156-2-e {}]
set clock    [option clock 4 {}]
set out      [file normalize [option out [file join $root build hls] {}]]
set jobs     [file normalize [option jobs [file join $root build hls] {}]]
set gen      [file normalize [option gen [file join $root build gen] {}]]
if {![string is double -strict $clock] || $clock <= 0} { error "build.tcl: clock=$clock; nanoseconds" }
set job [file join $jobs tb_$geometry.bin]
foreach {file how} [list [file join $gen hls_sizes.h] "make build/gen/hls_sizes.h" $job "make hls-tb"] {
    if {![file exists $file]} { error "build.tcl: no $file; $how" }
}
set names [dict create kernel bonnet_hls_kernel chip bonnet_hls regs bonnet_hls_regs]
set name  [dict get $names $top]_$geometry
set cflags "-std=c99 -I[file join $root hls] -I[file join $root rtl csr] -I$gen[expr {$geometry eq {tiny} ? { -DBONNET_GEOMETRY_TINY} : {}}]"
set through [expr {$top eq "kernel" ? "kernel" : "wires"}]

# ---- project -------------------------------------------------------------------------------------------
file mkdir $out
cd $out
open_project -reset $name
set_top $name
# hls_device.c is the chip for a host's memory, not for a device.
foreach source [lsort [glob [file join $root hls hls_*.c]]] {
    if {[file tail $source] ne "hls_device.c"} { add_files -cflags $cflags $source }
}
add_files -tb -cflags "$cflags -Wno-unknown-pragmas" [file join $root hls tb.c]
add_files -tb $job
open_solution -reset -flow_target [expr {$top eq "kernel" ? "vitis" : "vivado"}] solution
set_part $part
create_clock -period $clock -name default
config_interface -m_axi_addr64=1

# ---- steps ---------------------------------------------------------------------------------------------
if {$step in {csim all}} { csim_design -clean -argv "$job $through" }
if {$step in {csynth cosim export all}} { csynth_design }
if {$step in {cosim all}} { cosim_design -rtl verilog -tool xsim -argv "$job $through" }
if {$step in {export all}} {
    if {$top eq "kernel"} {
        export_design -rtl verilog -format xo -output [file join $out $name.xo]
    } else {
        export_design -rtl verilog -format ip_catalog -vendor bonnet -library hls -ipname $name -version 1.0 -output [file join $out $name.zip]
    }
}
close_project
