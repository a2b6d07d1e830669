# SPDX-License-Identifier: Apache-2.0
# dryrun.tcl SCRATCH - runs hls/build.tcl against vitis_hls.tcl, each top and step, and looks at what it asked for; that the offsets in hls/hls_top.c are those
# of rtl/csr/bonnet_csr.def; then breaks the script, one thing at a time, and wants each break refused. Exit 0, or 1 and one line each.
set here [file normalize [file dirname [info script]]]
set root [file dirname [file dirname $here]]
set scratch [file normalize [lindex $argv 0]]
file mkdir $scratch
set failures 0
set checks 0

proc check {holds what} {
    incr ::checks
    if {!$holds} { incr ::failures; puts "FAIL  $what" }
}
proc contents {path} { set channel [open $path]; set text [read $channel]; close $channel; return $text }

# Runs the script as `vitis_hls -f SCRIPT -tclargs ARGS` would, in an interpreter of its own; `from` in it replaced by `to`. Returns {error-text calls}.
proc run {arguments {from ""} {to ""}} {
    global here root scratch
    set vm [interp create]
    set home [pwd]
    set script [file join $root hls build.tcl]
    if {$from ne ""} {
        set text [contents $script]
        set at [string first $from $text]
        if {$at < 0} { error "dryrun: build.tcl does not say '$from'" }
        file delete -force [file join $scratch tree]
        file mkdir [file join $scratch tree]
        foreach name {rtl build} { file link -symbolic [file join $scratch tree $name] [file join $root $name] }
        file copy [file join $root hls] [file join $scratch tree hls]
        set script [file join $scratch tree hls build.tcl]
        set channel [open $script w]
        puts -nonewline $channel [string replace $text $at [expr {$at + [string length $from] - 1}] $to]
        close $channel
    }
    $vm eval [list set ::argv [list vitis_hls -f build.tcl -tclargs {*}$arguments]]
    $vm eval {set auto_noexec 1; rename unknown tcl_unknown; proc unknown args { error "no such command in the stand-in: [lindex $args 0]" }}
    set failed [catch {
        $vm eval [list source [file join $here vitis_hls.tcl]]
        $vm eval [list source $script]
    } text]
    set calls [expr {[$vm eval {info exists hls::calls}] ? [$vm eval {set hls::calls}] : {}}]
    interp delete $vm
    cd $home
    return [list [expr {$failed ? $text : ""}] $calls]
}
proc names {calls} { set found {}; foreach call $calls { lappend found [lindex $call 0] }; return $found }

# ---- as it is --------------------------------------------------------------------------------------------
set base [list out=$scratch/out jobs=$scratch gen=[file join $root build gen]]
foreach geometry {asic tiny} { close [open [file join $scratch tb_$geometry.bin] w] }
foreach geometry {asic tiny} {
    foreach top {kernel chip regs} {
        lassign [run [concat $base geometry=$geometry top=$top]] text calls
        check [expr {$text eq ""}] "build.tcl geometry=$geometry top=$top: $text"
        foreach step {csim_design csynth_design cosim_design export_design} {
            check [expr {[llength [lsearch -all [names $calls] $step]] == 1}] "build.tcl geometry=$geometry top=$top: $step once"
        }
        check [expr {[string match *-DBONNET_GEOMETRY_TINY* $calls] == ($geometry eq "tiny")}] "build.tcl: geometry=$geometry reaches the compiler"
    }
}
foreach {step wanted} {csim {csim_design} csynth {csynth_design} cosim {csynth_design cosim_design} export {csynth_design export_design}} {
    lassign [run [concat $base step=$step]] text calls
    set done {}
    foreach name [names $calls] { if {[string match *_design $name]} { lappend done $name } }
    check [expr {$text eq "" && $done eq $wanted}] "build.tcl step=$step does $done: $text"
}
lassign [run [concat $base clock=5 part=xc7z020-clg484-1]] text calls
check [expr {[string match "*-period 5 *" $calls] && [string match "*set_part xc7z020-clg484-1*" $calls]}] "build.tcl: clock= and part= arrive"

# ---- what must be refused ----------------------------------------------------------------------------------
foreach {arguments what} {geometry=huge {a geometry that is not there} top=all {a top that is not there} step=fly {a step that is not there} clock=fast {a clock that is no number} speed=9 {an argument nobody knows} jobs=/nowhere {no job file} gen=/nowhere {no sizes}} {
    check [expr {[lindex [run [concat $base $arguments]] 0] ne ""}] "refused: $what"
}
check [expr {[lindex [run $base close_project close_project] 0] eq ""}] "a copy that nothing was changed in passes"
foreach {from to what} {
    "open_project -reset" "open_project -fresh" "an option nobody knows"
    "set_top $name" "set_top bonnet_hls_core_asic" "a top that no source defines"
    "set_top $name" "" "no top"
    "csynth_design" "set nothing done" "cosim without synthesis"
    "-format xo" "-format axo" "a format nobody knows"
    "-tool xsim" "-tool verilator" "a simulator the tool does not drive"
    "add_files -tb $job" "" "a bench file that was not added"
    "hls tb.c" "hls bench.c" "a bench that is not there"
    "-flow_target" "-flow" "an option without its name"
    "set_part $part" "" "no part"
    "create_clock -period $clock -name default" "" "no clock"
    "config_interface -m_axi_addr64=1" "config_interface -m_axi_addr64=2" "a value out of range"
    "rtl csr" "rtl regs" "an include directory that is not there"
    "close_project" "close_everything" "a command nobody knows"
} {
    check [expr {[lindex [run $base $from $to] 0] ne ""}] "refused: $what"
}

# ---- registers of the kernel --------------------------------------------------------------------------------
set offsets [dict create]
foreach {all offset name} [regexp -all -inline {REG\s*\((0x[0-9A-Fa-f]+),\s*(\w+)} [contents [file join $root rtl csr bonnet_csr.def]]] { dict set offsets $name [expr {$offset}] }
set ports 0
foreach {all port offset} [regexp -all -inline {mode=s_axilite port=(\w+) bundle=s_axil offset=(0x[0-9A-Fa-f]+)} [contents [file join $root hls hls_top.c]]] {
    set name [string toupper $port]
    if {[dict exists $offsets ${name}_LO]} { append name _LO }
    if {$port eq "status"} {
        check [expr {$offset ni [dict values $offsets]}] "status lies where bonnet_csr.def has nothing"
    } else {
        check [expr {[dict exists $offsets $name] && [dict get $offsets $name] == $offset}] "port $port at $offset is not $name of bonnet_csr.def"
    }
    incr ports
}
check [expr {$ports == 10}] "ports of the kernel on s_axil: $ports"

if {$failures} { puts "hls/build.tcl: $failures of $checks checks failed"; exit 1 }
puts "hls/build.tcl: $checks checks against the stand-in; no vitis_hls has run it"
