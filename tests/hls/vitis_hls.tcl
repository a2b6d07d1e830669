# SPDX-License-Identifier: Apache-2.0
# vitis_hls.tcl - a recording stand-in for the commands of vitis_hls that hls/build.tcl uses: it knows their options and values, the order they come in, and
# that files and a top function are there; it refuses everything else. It says nothing about what vitis_hls makes of the C.
# Commands, options and values were taken from the vendor's published user guide (UG1399) and from scripts that others have published.
namespace eval hls {
    variable calls {}          ;# {command arguments}...
    variable state [dict create project "" top "" solution "" part "" clock "" synthesised 0 sources {} benches {}]
}
proc hls::refuse {what} { error "vitis_hls stand-in: $what" }

# Splits arguments by {option values}: values {} takes none, * any, else one of a list. -name value and -name=value.
proc hls::parse {command table arguments} {
    variable calls
    lappend calls [list $command $arguments]
    set options [dict create]
    set rest {}
    for {set i 0} {$i < [llength $arguments]} {incr i} {
        set word [lindex $arguments $i]
        if {![string match -* $word]} { lappend rest $word; continue }
        set value ""
        set given [regexp {^(-\w+)=(.*)$} $word -> word value]
        if {![dict exists $table $word]} { refuse "$command: unknown option $word" }
        set values [dict get $table $word]
        if {![llength $values]} { if {$given} { refuse "$command: $word takes no value" }; dict set options $word 1; continue }
        if {!$given} {
            if {[incr i] >= [llength $arguments]} { refuse "$command: $word needs a value" }
            set value [lindex $arguments $i]
        }
        if {$values ne "*" && $value ni $values} { refuse "$command: $word $value; known: $values" }
        dict set options $word $value
    }
    return [list $options $rest]
}

# command NAME OPTIONS ARGUMENTS NEEDS BODY: ARGUMENTS is {least most}; NEEDS, what must have been said before.
proc hls::command {name table arguments needs body} {
    lassign $arguments least most
    proc ::$name args "
        lassign \[hls::parse $name [list $table] \$args\] o rest
        upvar #0 hls::state s
        if {\[llength \$rest\] < $least || \[llength \$rest\] > $most} { hls::refuse \"$name: \[llength \$rest\] arguments; $least to $most expected\" }
        foreach need [list $needs] { if {\[dict get \$s \$need\] in {{} 0}} { hls::refuse \"$name: no \$need yet\" } }
        $body"
}
proc hls::must_exist {paths} { foreach path $paths { if {![file exists $path]} { refuse "no file $path" } } }

# Every file that an argument names, and the top function in a source.
proc hls::ready {} {
    variable state
    set top [dict get $state top]
    if {![regexp {^(\w+)_(asic|tiny)$} $top -> base]} { refuse "set_top: $top is no function of hls/" }
    foreach source [dict get $state sources] {
        set channel [open $source]; set text [read $channel]; close $channel
        if {[regexp "HLS_NAME\\($base\\)\\(\[^;\]*\\)\\s*\\x7b" $text]} { return }
    }
    refuse "no source defines $base"
}
proc hls::bench_arguments {arguments} {
    variable state
    set file [lindex $arguments 0]
    must_exist [list $file]
    if {[lsearch -exact [dict get $state benches] $file] < 0} { refuse "-argv names $file, which add_files -tb did not" }
    if {![llength [lsearch -all -glob [dict get $state benches] *.c]]} { refuse "no test bench" }
}

hls::command open_project {-reset {} -upgrade {}} {1 1} {} { dict set s project $rest }
hls::command set_top {} {1 1} {project} { dict set s top $rest }
hls::command add_files {-blackbox * -cflags * -csimflags * -tb {}} {1 999} {project} {
    hls::must_exist $rest
    set kind [expr {[dict exists $o -tb] ? "benches" : "sources"}]
    dict set s $kind [concat [dict get $s $kind] $rest]
    if {[dict exists $o -cflags]} { foreach flag [dict get $o -cflags] { if {[string match -I* $flag]} { hls::must_exist [string range $flag 2 end] } } }
}
hls::command open_solution {-flow_target {vivado vitis} -reset {}} {1 1} {project top} { dict set s solution $rest; hls::ready }
hls::command set_part {} {1 1} {solution} {
    if {![regexp {^xc[a-z0-9]+-[a-z]+\d+-\d[a-z]*(-[a-z])?$} $rest]} { hls::refuse "set_part: $rest is no part" }
    dict set s part $rest
}
hls::command create_clock {-name * -period *} {0 1} {solution} {
    if {![string is double -strict [dict get $o -period]]} { hls::refuse "create_clock: period" }
    dict set s clock [dict get $o -period]
}
hls::command set_clock_uncertainty {} {1 2} {solution} {}
hls::command config_interface {-clock_enable {0 1} -default_slave_interface {none s_axilite} -m_axi_addr64 {0 1} -m_axi_alignment_byte_size * -m_axi_auto_max_ports {0 1}
    -m_axi_latency * -m_axi_max_read_burst_length * -m_axi_max_widen_bitwidth * -m_axi_max_write_burst_length * -m_axi_num_read_outstanding *
    -m_axi_num_write_outstanding * -m_axi_offset {off direct slave} -s_axilite_auto_restart_counter {0 1} -s_axilite_data64 {0 1}} {0 0} {solution} {}
hls::command csim_design {-O {} -argv * -clean {} -ldflags * -mflags * -profile {} -setup {}} {0 0} {solution benches sources} {
    if {[dict exists $o -argv]} { hls::bench_arguments [dict get $o -argv] }
}
hls::command csynth_design {-dump_cfg {} -dump_post_cfg {} -synthesis_check {}} {0 0} {solution sources part clock} { dict set s synthesised 1 }
hls::command cosim_design {-O {} -argv * -compiled_library_dir * -coverage {} -disable_binary_tv {} -disable_deadlock_detection {} -disable_dependency_check {}
    -enable_dataflow_profiling {} -enable_fifo_sizing {} -hwemu_trace_dir * -ldflags * -mflags * -random_stall {} -rtl {verilog vhdl} -setup {} -stable_axilite_update {}
    -tool {auto vcs modelsim riviera isim xsim ncsim xceleum} -trace_level {none all port port_hier} -user_stall * -wave_debug {}} {0 0} {synthesised benches} {
    if {[dict exists $o -argv]} { hls::bench_arguments [dict get $o -argv] }
}
hls::command export_design {-description * -display_name * -flow {none syn impl} -format {ip_catalog xo syn_dcp sysgen rtl} -ipname * -library * -output * -rtl {verilog vhdl}
    -vendor * -version *} {0 0} {synthesised} {
    if {[dict get $o -format] eq "xo" && [string match *.zip [dict get $o -output]]} { hls::refuse "export_design: an .xo is no .zip" }
}
hls::command close_project {} {0 0} {project} { dict set s project "" }
