# SPDX-License-Identifier: Apache-2.0
# vivado.tcl - a recording stand-in for the Vivado commands that bitstreams/zcu102 uses. It knows their options, the cells, pins and interfaces of a
# block design, and refuses what does not fit: an unknown command or option, a file that is not there, a pin that a cell does not have, two
# drivers, an interface joined the wrong way, an address nobody mapped. It says nothing about what Vivado does with a design that fits.
# Pins and options were taken from the vendor's published user guides and from designs that others have built; no Vivado has confirmed them.
namespace eval vivado {
    variable calls {}                    ;# {command arguments}...
    variable cells [dict create]         ;# name -> kind (an IP's name, or "module NAME")
    variable properties [dict create]    ;# object -> property -> value
    variable nets [dict create]          ;# sink pin -> driving pin
    variable joined [dict create]        ;# interface -> the other one
    variable ports [dict create]         ;# block design port -> direction
    variable mapped {}                   ;# {space segment offset range}
    variable files {}
    variable slack 0.125                 ;# what get_timing_paths says, ns
    variable progress "100%"             ;# of every run
}

proc vivado::refuse {what} { error "vivado stand-in: $what" }

# Splits arguments by a table {option takes-a-value ...}; returns {options-dict positional-list}. Anything unknown is refused.
proc vivado::parse {command table arguments} {
    variable calls
    lappend calls [list $command $arguments]
    set options [dict create]
    set rest {}
    for {set i 0} {$i < [llength $arguments]} {incr i} {
        set word [lindex $arguments $i]
        if {![string match -* $word] || [string is double -strict $word]} { lappend rest $word; continue }
        if {![dict exists $table $word]} { refuse "$command: unknown option $word" }
        if {[dict get $table $word]} {
            incr i
            if {$i >= [llength $arguments]} { refuse "$command: $word needs a value" }
            dict set options $word [lindex $arguments $i]
        } else { dict set options $word 1 }
    }
    return [list $options $rest]
}

# command NAME OPTIONS LEAST MOST BODY: in BODY, $o are the options and $rest the other arguments.
proc vivado::command {name table least most body} {
    proc ::$name args "
        lassign \[vivado::parse $name [list $table] \$args\] o rest
        if {\[llength \$rest\] < $least || \[llength \$rest\] > $most} { vivado::refuse \"$name: \[llength \$rest\] arguments; $least to $most expected\" }
        $body"
}

proc vivado::must_exist {paths} {
    foreach path $paths { if {![file exists $path]} { refuse "no file $path" } }
}

# ---- what a cell has ---------------------------------------------------------------------------------
proc vivado::property {object name {otherwise ""}} {
    variable properties
    if {[dict exists $properties $object $name]} { return [dict get $properties $object $name] }
    return $otherwise
}

# {pins interfaces}: name -> in|out, name -> master|slave.
proc vivado::face {cell} {
    variable cells
    if {![dict exists $cells $cell]} { refuse "no cell $cell" }
    set kind [dict get $cells $cell]
    set pins [dict create]
    set interfaces [dict create]
    switch -glob $kind {
        zynq_ultra_ps_e {
            if {[property $cell CONFIG.PSU__USE__M_AXI_GP0 1]} { dict set interfaces M_AXI_HPM0_FPD master; dict set pins maxihpm0_fpd_aclk in }
            if {[property $cell CONFIG.PSU__USE__M_AXI_GP1 1]} { dict set interfaces M_AXI_HPM1_FPD master; dict set pins maxihpm1_fpd_aclk in }
            if {[property $cell CONFIG.PSU__USE__M_AXI_GP2 0]} { dict set interfaces M_AXI_HPM0_LPD master; dict set pins maxihpm0_lpd_aclk in }
            if {[property $cell CONFIG.PSU__USE__S_AXI_GP2 0]} { dict set interfaces S_AXI_HP0_FPD slave; dict set pins saxihp0_fpd_aclk in }
            if {[property $cell CONFIG.PSU__USE__IRQ0 0]} { dict set pins pl_ps_irq0 in }
            if {[property $cell CONFIG.PSU__FPGA_PL0_ENABLE 1]} { dict set pins pl_clk0 out }
            dict set pins pl_resetn0 out
        }
        smartconnect {
            for {set i 0} {$i < [property $cell CONFIG.NUM_SI 2]} {incr i} { dict set interfaces [format S%02d_AXI $i] slave }
            for {set i 0} {$i < [property $cell CONFIG.NUM_MI 1]} {incr i} { dict set interfaces [format M%02d_AXI $i] master }
            dict set pins aclk in
            dict set pins aresetn in
        }
        proc_sys_reset {
            foreach pin {slowest_sync_clk ext_reset_in} { dict set pins $pin in }
            foreach pin {interconnect_aresetn peripheral_aresetn} { dict set pins $pin out }
        }
        xlconcat {
            for {set i 0} {$i < [property $cell CONFIG.NUM_PORTS 2]} {incr i} { dict set pins In$i in }
            dict set pins dout out
        }
        "module *" { lassign [module_face [lindex $kind 1]] pins interfaces }
        default { refuse "an IP that the stand-in does not know: $kind" }
    }
    return [list $pins $interfaces]
}

# Of a Verilog-2001 module with an ANSI port list; AXI signals are gathered by prefix as the tool infers them.
proc vivado::module_face {name} {
    variable files
    set source ""
    foreach path $files { if {[file tail $path] eq "$name.v"} { set source $path } }
    if {$source eq ""} { refuse "module $name: no file $name.v among the sources (a referenced module must be Verilog, not SystemVerilog)" }
    set channel [open $source]
    set text [read $channel]
    close $channel
    set pins [dict create]
    set interfaces [dict create]
    foreach {- direction port} [regexp -all -inline -line {^\s*(input|output)\s+(?:wire\s+)?(?:\[[^\]]*\]\s*)?(\w+)} $text] {
        if {[regexp {^([sm]_axi_\w+)_([a-z]+)$} $port -> bus signal]} {
            if {$signal in {awvalid arvalid}} { dict set interfaces $bus [expr {$direction eq "output" ? "master" : "slave"}] }
        } else { dict set pins $port [expr {$direction eq "output" ? "out" : "in"}] }
    }
    return [list $pins $interfaces]
}

proc vivado::pin {path which} {
    if {[llength [split $path /]] != 2} { refuse "pin $path" }
    lassign [split $path /] cell name
    set table [lindex [face $cell] [expr {$which eq "interface"}]]
    if {![dict exists $table $name]} { refuse "$cell has no $which $name; it has: [dict keys $table]" }
    return [dict get $table $name]
}

proc vivado::connect {from to} {
    variable nets
    variable ports
    set kinds {}
    foreach end [list $from $to] {
        lappend kinds [expr {[dict exists $ports $end] ? ([dict get $ports $end] eq "O" ? "in" : "out") : [pin $end pin]}]
    }
    if {$kinds ne {out in}} { refuse "connect_bd_net $from $to: directions are $kinds" }
    if {[dict exists $nets $to]} { refuse "$to is driven twice: by [dict get $nets $to] and by $from" }
    dict set nets $to $from
}

proc vivado::join {from to} {
    variable joined
    if {[pin $from interface] ne "master" || [pin $to interface] ne "slave"} { refuse "connect_bd_intf_net $from $to: not a master and a slave" }
    foreach end [list $from $to] { if {[dict exists $joined $end]} { refuse "$end is joined twice" } }
    dict set joined $from $to
    dict set joined $to $from
}

# Everything that has to be connected is, and every master that reaches a segment has an address for it.
proc vivado::validate {} {
    variable cells
    variable nets
    variable joined
    variable mapped
    dict for {cell kind} $cells {
        lassign [face $cell] pins interfaces
        dict for {name direction} $pins {
            if {$direction eq "in" && ![dict exists $nets $cell/$name]} { refuse "$cell/$name is not connected" }
        }
        dict for {name role} $interfaces { if {![dict exists $joined $cell/$name]} { refuse "$cell/$name is not connected" } }
    }
    foreach a $mapped {
        foreach b $mapped {
            lassign $a space_a segment_a start_a bytes_a
            lassign $b space_b segment_b start_b bytes_b
            if {$a ne $b && $space_a eq $space_b && $start_a < $start_b + $bytes_b && $start_b < $start_a + $bytes_a} {
                refuse "in $space_a, $segment_a and $segment_b overlap"
            }
        }
    }
}

# ---- project ---------------------------------------------------------------------------------------------
vivado::command version {-short 0} 0 0 { return 2022.1 }
vivado::command create_project {-force 0 -part 1} 2 2 {
    if {![regexp {^xczu9eg-ffvb1156-2-e$} [dict get $o -part]]} { vivado::refuse "part [dict get $o -part]" }
}
vivado::command current_project {} 0 0 { return project }
vivado::command current_fileset {} 0 0 { return sources_1 }
vivado::command current_design {} 0 0 { return design }
vivado::command add_files {-norecurse 0 -fileset 1} 1 1 {
    vivado::must_exist [lindex $rest 0]
    lappend vivado::files {*}[lindex $rest 0]
}
vivado::command update_compile_order {-fileset 1} 0 0 {}
vivado::command get_files {} 1 1 {
    foreach path $vivado::files { if {[file tail $path] eq [lindex $rest 0]} { return $path } }
    if {[string match *.bd [lindex $rest 0]]} { return [lindex $rest 0] }
    vivado::refuse "get_files: no [lindex $rest 0] in the project"
}
vivado::command set_property {-dict 1} 1 3 {
    if {[dict exists $o -dict]} { set pairs [dict get $o -dict]; set object [lindex $rest 0] } else { set pairs [lrange $rest 0 1]; set object [lindex $rest 2] }
    if {$object eq ""} { vivado::refuse "set_property of nothing" }
    foreach {name value} $pairs { dict set vivado::properties $object $name $value }
}
vivado::command get_property {} 2 2 {
    switch [lindex $rest 0] {
        PROGRESS { return $vivado::progress }
        SLACK { return $vivado::slack }
        default { vivado::refuse "get_property [lindex $rest 0]" }
    }
}

# ---- block design ------------------------------------------------------------------------------------------
vivado::command create_bd_design {} 1 1 {}
vivado::command create_bd_cell {-type 1 -vlnv 1 -reference 1} 1 1 {
    set name [lindex $rest 0]
    if {[dict exists $vivado::cells $name]} { vivado::refuse "two cells $name" }
    if {[dict get $o -type] eq "module"} { dict set vivado::cells $name "module [dict get $o -reference]" } \
    elseif {[regexp {^xilinx.com:ip:(\w+)$} [dict get $o -vlnv] -> ip]} { dict set vivado::cells $name $ip } \
    else { vivado::refuse "create_bd_cell [dict get $o -vlnv]" }
    vivado::face $name
    return $name
}
vivado::command apply_bd_automation {-rule 1 -config 1} 1 1 {}
vivado::command create_bd_port {-dir 1 -from 1 -to 1} 1 1 { dict set vivado::ports [lindex $rest 0] [dict get $o -dir] }
vivado::command get_bd_cells {} 1 1 { vivado::face [lindex $rest 0]; return [lindex $rest 0] }
vivado::command get_bd_pins {} 1 1 { vivado::pin [lindex $rest 0] pin; return [lindex $rest 0] }
vivado::command get_bd_intf_pins {} 1 1 { vivado::pin [lindex $rest 0] interface; return [lindex $rest 0] }
vivado::command get_bd_ports {} 1 1 {
    if {![dict exists $vivado::ports [lindex $rest 0]]} { vivado::refuse "no port [lindex $rest 0]" }
    return [lindex $rest 0]
}
vivado::command connect_bd_net {} 2 2 { vivado::connect {*}$rest }
vivado::command connect_bd_intf_net {} 2 2 { vivado::join {*}$rest }
vivado::command get_bd_addr_spaces {} 1 1 {
    lassign [split [lindex $rest 0] /] cell space
    if {$space ne "Data"} { vivado::pin $cell/$space interface }
    return [lindex $rest 0]
}
vivado::command get_bd_addr_segs {} 1 1 {
    lassign [split [lindex $rest 0] /] cell interface segment
    if {$interface ne "SAXIGP2"} { vivado::pin $cell/$interface interface }
    if {$segment eq ""} { vivado::refuse "segment [lindex $rest 0]" }
    return [lindex $rest 0]
}
vivado::command assign_bd_address {-offset 1 -range 1 -target_address_space 1} 1 1 {
    set offset [expr {[dict get $o -offset]}]
    set range [expr {[dict get $o -range]}]
    if {$range & ($range - 1) || $offset % $range} { vivado::refuse "assign_bd_address: [dict get $o -offset] is not aligned to its range" }
    lappend vivado::mapped [list [dict get $o -target_address_space] [lindex $rest 0] $offset $range]
}
vivado::command validate_bd_design {} 0 0 { vivado::validate }
vivado::command save_bd_design {} 0 0 {}
vivado::command make_wrapper {-top 0 -files 1} 0 0 {
    # The real command writes a file; its user only hands the name on.
    set wrapper [file join $vivado::scratch bonnet_bd_wrapper.v]
    close [open $wrapper w]
    return $wrapper
}

# ---- runs and reports ----------------------------------------------------------------------------------------
vivado::command launch_runs {-jobs 1} 1 1 {}
vivado::command wait_on_run {} 1 1 {}
vivado::command get_runs {} 1 1 { return [lindex $rest 0] }
vivado::command open_run {} 1 1 {}
vivado::command report_timing_summary {-file 1} 0 0 {}
vivado::command report_utilization {-file 1 -hierarchical 0} 0 0 {}
vivado::command report_cdc {-file 1 -details 0} 0 0 {}
vivado::command report_power {-file 1} 0 0 {}
vivado::command get_timing_paths {-max_paths 1 -setup 0 -hold 0} 0 0 { return path }
vivado::command write_bitstream {-force 0 -bin_file 0} 1 1 {}
vivado::command write_hw_platform {-fixed 0 -include_bit 0 -force 0 -file 1} 0 0 {}

# ---- packaging -------------------------------------------------------------------------------------------------
namespace eval ipx {}
vivado::command ipx::package_project {-root_dir 1 -vendor 1 -library 1 -taxonomy 1 -import_files 0 -set_current 1} 0 0 {}
vivado::command ipx::current_core {} 0 0 { return core }
vivado::command ipx::associate_bus_interfaces {-busif 1 -clock 1} 1 1 {
    lassign [vivado::module_face bonnet_kernel] pins interfaces
    if {![dict exists $interfaces [dict get $o -busif]]} { vivado::refuse "bonnet_kernel has no interface [dict get $o -busif]" }
    if {![dict exists $pins [dict get $o -clock]]} { vivado::refuse "bonnet_kernel has no clock [dict get $o -clock]" }
}
vivado::command ipx::create_xgui_files {} 1 1 {}
vivado::command ipx::update_checksums {} 1 1 {}
vivado::command ipx::check_integrity {-kernel 0} 1 1 {}
vivado::command ipx::save_core {} 1 1 {}
vivado::command package_xo {-force 0 -xo_path 1 -kernel_name 1 -ip_directory 1 -kernel_xml 1} 0 0 { vivado::must_exist [list [dict get $o -kernel_xml]] }

# ---- constraints -------------------------------------------------------------------------------------------------
vivado::command get_ports {} 1 1 {
    if {![regexp {^(\w+)\[(\d+)\]$} [lindex $rest 0] -> port bit] || ![dict exists $vivado::ports $port]} { vivado::refuse "get_ports: no port [lindex $rest 0]" }
    return [lindex $rest 0]
}
# A filter NAME =~ *INSTANCE/PIN finds something only if a source has an instance of that name (or the cell is an IP of the block design).
vivado::command get_pins {-hierarchical 0 -filter 1} 0 0 {
    if {![regexp {^NAME =~ \*(\w+)/} [dict get $o -filter] -> instance]} { vivado::refuse "get_pins [dict get $o -filter]" }
    if {[dict exists $vivado::cells $instance]} { return [dict get $o -filter] }
    foreach path $vivado::files {
        if {![regexp {\.s?v$} $path]} continue
        set channel [open $path]
        set text [read $channel]
        close $channel
        if {[regexp "\\m$instance\\M" $text]} { return [dict get $o -filter] }
    }
    vivado::refuse "get_pins: no instance $instance in any source"
}
vivado::command create_clock {-name 1 -period 1} 1 1 { dict set vivado::properties clocks [dict get $o -name] [lindex $rest 0] }
vivado::command get_clocks {-of_objects 1} 0 1 {
    if {[llength $rest] && [vivado::property clocks [lindex $rest 0]] eq ""} { vivado::refuse "no clock [lindex $rest 0]" }
    return [expr {[llength $rest] ? [lindex $rest 0] : "clock of [dict get $o -of_objects]"}]
}
vivado::command set_max_delay {-datapath_only 0 -from 1 -to 1} 1 1 {}
vivado::command set_false_path {-to 1 -from 1} 0 0 {}
