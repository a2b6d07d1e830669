# SPDX-License-Identifier: Apache-2.0
# dryrun.tcl SCRATCH - runs the scripts of bitstreams/zcu102 against vivado.tcl, and looks at what they asked for. Then breaks them, one thing at a
# time, and wants each break refused. Exit 0, or 1 and one line each.
set here [file normalize [file dirname [info script]]]
set root [file dirname [file dirname $here]]
set scratch [lindex $argv 0]
file mkdir $scratch
set failures 0
set checks 0

proc check {holds what} {
    incr ::checks
    if {!$holds} { incr ::failures; puts "FAIL  $what" }
}

# Runs a script as `vivado -mode batch -source SCRIPT -tclargs ARGS` would, in an interpreter of its own; a copy of it, changed by `edits`
# {file from to}, if there are any. Returns {error-text calls}.
proc run {script arguments {edits {}} {before {}}} {
    global here root scratch
    set vm [interp create]
    set tree $root
    if {[llength $edits]} { set tree [edited_tree $edits] }
    $vm eval [list set ::argv $arguments]
    $vm eval [list namespace eval vivado [list variable scratch $scratch]]
    $vm eval {set auto_noexec 1; rename unknown tcl_unknown; proc unknown args { error "no such command in the stand-in: [lindex $args 0]" }; rename puts tcl_puts; proc puts args { if {[llength $args] > 1} { tcl_puts {*}$args } }}
    set failed [catch {
        $vm eval [list source [file join $here vivado.tcl]]
        $vm eval $before
        $vm eval [list source [file join $tree bitstreams zcu102 $script]]
        # The tool reads constraints when it opens the implemented design.
        if {$script eq "build.tcl"} { foreach xdc {pins timing} { $vm eval [list source [file join $tree constraints zcu102 $xdc.xdc]] } }
    } text]
    set calls [$vm eval {set vivado::calls}]
    set mapped [$vm eval {set vivado::mapped}]
    interp delete $vm
    return [list [expr {$failed ? $text : ""}] $calls $mapped]
}

# A tree of links to the real one, with some files of its own.
proc edited_tree {edits} {
    global root scratch
    set tree [file join $scratch tree]
    file delete -force $tree
    file mkdir $tree
    foreach name {rtl build} { file link -symbolic [file join $tree $name] [file join $root $name] }
    foreach name {bitstreams constraints} { file copy [file join $root $name] $tree }
    foreach {name from to} $edits {
        set path [file join $tree $name]
        set channel [open $path]; set text [read $channel]; close $channel
        if {[string first $from $text] < 0} { error "dryrun: $name does not say '$from'" }
        set at [string first $from $text]
        set text [string replace $text $at [expr {$at + [string length $from] - 1}] $to]
        set channel [open $path w]; puts -nonewline $channel $text; close $channel
    }
    return $tree
}

proc calls_of {calls name} {
    set found {}
    foreach call $calls { if {[lindex $call 0] eq $name} { lappend found [lindex $call 1] } }
    return $found
}

# ---- as they are ---------------------------------------------------------------------------------------
set out [file join $scratch out]
lassign [run build.tcl [list mhz=200 out=$out]] text calls mapped
check [expr {$text eq ""}] "build.tcl: $text"
check [expr {[llength [calls_of $calls write_bitstream]] == 1 && [llength [calls_of $calls write_hw_platform]] == 1}] "build.tcl writes one bitstream and one platform"
check [string match "*PL0_REF_CTRL__FREQMHZ 200*" $calls] "build.tcl: mhz= reaches the clock"
set board [dict create]
set channel [open [file join $root constraints zcu102 board.mk]]
foreach line [split [read $channel] \n] { if {[regexp {^ZCU102_(\w+)\s*:=\s*(\S+)} $line -> name value]} { dict set board $name $value } }
close $channel
set regs [list [expr {[dict get $board REGS_ADDR]}] [expr {[dict get $board REGS_BYTES]}]]
foreach space {u_ps/Data u_bonnet/m_axi_jtag} {
    check [expr {[lsearch $mapped [list $space u_bonnet/s_axi_control/reg0 {*}$regs]] >= 0}] "build.tcl: $space sees the registers at [dict get $board REGS_ADDR]"
}
foreach space {u_bonnet/m_axi_gmem u_bonnet/m_axi_jtag} {
    check [expr {[lsearch -glob $mapped [list $space u_ps/SAXIGP2/HP0_DDR_LOW 0 *]] >= 0}] "build.tcl: $space sees DDR"
}
lassign [run kernel.tcl [list out=$out]] text calls mapped
check [expr {$text eq ""}] "kernel.tcl: $text"
check [expr {[llength [calls_of $calls package_xo]] == 1}] "kernel.tcl packages one kernel"
set channel [open [file join $out kernel.xml]]; set xml [read $channel]; close $channel
check [regexp {<arg name="job" addressQualifier="1" id="0" port="m_axi_gmem" size="0x8" offset="0x010"} $xml] "kernel.xml: the job is argument 0"
check [regexp {<arg name="frames" addressQualifier="0" id="5" port="s_axi_control" size="0x4" offset="0x04C"} $xml] "kernel.xml: FRAMES is argument 5"
check [expr {![string match *reset* [string tolower $xml]]}] "kernel.xml: RESET is no argument"

# ---- the same numbers elsewhere ----------------------------------------------------------------------------
proc says {file pattern} {
    set channel [open [file join $::root $file]]; set text [read $channel]; close $channel
    return [regexp -nocase $pattern $text]
}
set dram [format %x [dict get $board DRAM_ADDR]]
set bytes [format %x [dict get $board DRAM_BYTES]]
check [says sim/board/board.h "BOARD_REGS_ADDR\\s+UINT64_C\\(0x[format %x [dict get $board REGS_ADDR]]\\)"] "sim/board/board.h: REGS_ADDR"
check [says sim/board/board.h "BOARD_DRAM_ADDR\\s+UINT64_C\\(0x$dram\\)"] "sim/board/board.h: DRAM_ADDR"
check [says sim/board/board.h "BOARD_DRAM_BYTES\\s+UINT64_C\\(0x$bytes\\)"] "sim/board/board.h: DRAM_BYTES"
check [says bitstreams/zcu102/bonnet.dtsi "reg = <0x0 0x$dram 0x0 0x$bytes>"] "bonnet.dtsi: the reserved memory"
check [says bitstreams/zcu102/overlay.dts "reg = <0x0 0x[format %x [dict get $board REGS_ADDR]] 0x0 0x[format %x [dict get $board REGS_BYTES]]>"] "overlay.dts: the registers"
check [says bitstreams/zcu102/overlay.dts "size = <0x0 0x$bytes>"] "overlay.dts: u-dma-buf takes all of it"
check [says bitstreams/zcu102/link.cfg "freqHz=[dict get $board CLOCK_MHZ]000000:"] "link.cfg: the clock"
check [says constraints/zcu102/timing.xdc "create_clock -name tck -period [dict get $board TCK_NS]"] "timing.xdc: TCK"

# ---- the wrappers join like with like: lint sees widths, not two 64-bit addresses that changed places --------
foreach top {bonnet_kernel bonnet_zcu102} {
    set channel [open [file join $root rtl board zcu102 $top.v]]; set text [read $channel]; close $channel
    set joined 0
    foreach {- pin wire} [regexp -all -inline {\.([sm]_axi[a-z]*_[a-z]+)\((\w+)\)} $text] {
        incr joined
        regexp {_([a-z]+)$} $pin -> signal
        check [regexp "^\[sm\]_axi_(control|gmem|jtag)_$signal\$" $wire] "$top: .$pin\($wire\)"
        check [expr {[string index $pin 0] eq [string index $wire 0]}] "$top: .$pin\($wire\)"
    }
    check [expr {$joined > 40}] "$top: $joined connections seen"
}

# ---- no bitstream without timing ------------------------------------------------------------------------------
lassign [run build.tcl [list out=$out] {} {set vivado::slack -0.2}] text calls mapped
check [expr {[string match "timing is not met*" $text] && ![llength [calls_of $calls write_bitstream]]}] "build.tcl stops when timing is not met: $text"
lassign [run build.tcl [list out=$out] {} {set vivado::progress "60%"}] text calls mapped
check [expr {[string match "synthesis failed*" $text]}] "build.tcl stops when synthesis fails: $text"
lassign [run build.tcl [list oyt=$out]] text calls mapped
check [string match "unknown argument 'oyt=*" $text] "build.tcl names an argument it does not know: $text"

# ---- broken, one thing at a time: each must be refused --------------------------------------------------------------
foreach {name script edits} {
    "a pin that is not there"        build.tcl  {bitstreams/zcu102/design.tcl u_ps/maxihpm0_fpd_aclk u_ps/maxihpm1_fpd_aclk}
    "a clock forgotten"              build.tcl  {bitstreams/zcu102/design.tcl u_ps/saxihp0_fpd_aclk " "}
    "a reset on two nets"            build.tcl  {bitstreams/zcu102/design.tcl "u_reset/interconnect_aresetn u_regs" "u_reset/interconnect_aresetn u_bonnet/ap_rst_n u_regs"}
    "an interface the wrong way"     build.tcl  {bitstreams/zcu102/design.tcl "u_regs/M00_AXI        u_bonnet/s_axi_control" "u_bonnet/s_axi_control u_regs/M00_AXI"}
    "an interface forgotten"         build.tcl  {bitstreams/zcu102/design.tcl "join_interfaces u_bonnet/m_axi_gmem   u_mem/S00_AXI" ""}
    "one connection too few"         build.tcl  {bitstreams/zcu102/design.tcl "interconnect u_mem 2 1" "interconnect u_mem 1 1"}
    "memory over the registers"      build.tcl  {bitstreams/zcu102/design.tcl "HP0_DDR_LOW 0x0 0x80000000" "HP0_DDR_LOW 0x80000000 0x80000000"}
    "registers not aligned"          build.tcl  {constraints/zcu102/board.mk "REGS_ADDR  := 0xA0000000" "REGS_ADDR  := 0xA0008000"}
    "an option nobody has"           build.tcl  {bitstreams/zcu102/build.tcl "-bin_file" "-bin_flie"}
    "a command nobody has"           build.tcl  {bitstreams/zcu102/build.tcl "open_run impl_1" "open_runn impl_1"}
    "another part"                   build.tcl  {constraints/zcu102/board.mk "xczu9eg-ffvb1156-2-e" "xczu7ev-ffvc1156-2-e"}
    "a pin for a port that is gone"  build.tcl  {constraints/zcu102/pins.xdc "led\[1\]" "lde\[1\]"}
    "a clock at no instance"         build.tcl  {constraints/zcu102/timing.xdc "*u_bscan/TCK" "*u_bscna/TCK"}
    "a constraint on no clock"       build.tcl  {constraints/zcu102/timing.xdc "-to \[get_clocks tck\]" "-to \[get_clocks tkc\]"}
    "a kernel interface renamed"     kernel.tcl {bitstreams/zcu102/kernel.tcl "{s_axi_control m_axi_gmem}" "{s_axi_control m_axi_mem}"}
} {
    lassign [run $script [list out=$out] $edits] text calls mapped
    check [expr {$text ne ""}] "not noticed: $name"
}
puts "tcl-zcu102: $checks checks, $failures failed"
exit [expr {$failures > 0}]
