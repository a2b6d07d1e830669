# SPDX-License-Identifier: Apache-2.0
# sta.tcl - setup timing of one netlist, and the energy of its cells: sta -exit sta.tcl, with in the environment
#   ASIC_LIB, ASIC_OUT, ASIC_TOP  as for synth.tcl     ASIC_PERIOD  clock period, ns, at which power is taken (default 10)
#   ASIC_CELLS_POWER              nothing: timing; a prefix: no search for the period, but PREFIX.still and PREFIX.busy, every cell's power with nothing but the clock
#                                 moving and with one toggle a cycle everywhere (power.awk makes the unit's power of them)
# Prints "asic KEY VALUE ..." lines: slack at ASIC_PERIOD, the shortest period without a violation in steps of 0.01 ns (latches may lend
# time to each other, so it does not follow from the slack), and the path that decides it.
#
# No wires: pins load, nothing else does. The clock is ideal: everywhere at once, no tree, no skew.
proc env {name default} { if {[info exists ::env($name)]} { return $::env($name) } else { return $default } }
set period [env ASIC_PERIOD 10]
read_liberty [env ASIC_LIB ""]
read_verilog [env ASIC_OUT ""].v
link_design [env ASIC_TOP ""]
# The clock, and the clock pins of memories that were left out.
set clocks [get_ports clk_i]
set inputs {}
foreach port [all_inputs] {
    set name [get_property $port full_name]
    if {$name != "clk_i" && ![string match *rst_n* $name]} { lappend inputs $port }
}
set outputs [all_outputs]
proc clock {period} {
    create_clock -name clk -period $period $::clocks
    set_input_delay 0 -clock clk $::inputs
    set_output_delay 0 -clock clk $::outputs
}
# OpenSTA 2.0.17 has no pin (NULL) for some ports that share a net with another port, a memory's write enables for one: counted, not timed.
create_clock -name clk -period $period $clocks
proc pins {ports command} {
    set found {}
    foreach port $ports { if {![catch {$command 0 -clock clk $port} why]} { lappend found $port } elseif {![string match *NULL* $why]} { error $why } }
    return $found
}
set inputs [pins $inputs set_input_delay]
set outputs [pins $outputs set_output_delay]
puts "asic wires [expr {[llength [all_outputs]] - [llength $outputs]}]"
set_input_transition 0.2 [all_inputs]
set_load 0.02 [all_outputs]
clock $period
puts "asic slack [worst_slack] period $period"
set prefix [env ASIC_CELLS_POWER ""]
if {$prefix == ""} {
    # A half cycle that misses by x is met by a period that is 2x longer.
    set low 0.0
    set high [expr {2 * ($period + abs([worst_slack]))}]
    while {$high - $low > 0.01} {
        set try [expr {($low + $high) / 2}]
        clock $try
        if {[worst_slack] < 0} { set low $try } else { set high $try }
    }
    puts "asic period [format %.2f [expr {ceil($high * 100) / 100}]]"  ;# up: a period that is met, not one near it
    clock $low
    report_checks -path_delay max -format full -fields {net}
}
if {$prefix != ""} {
    set cells [get_cells -hierarchical *]
    foreach {name activity} {still 0.0 busy 1.0} {
        set_power_activity -global -activity $activity
        report_power -instances $cells -digits 8 > $prefix.$name
    }
}
