# SPDX-License-Identifier: Apache-2.0
# build.tcl - from the RTL to bonnet_zcu102.bit, .bit.bin's input, .xsa and reports, without a project of yours to keep.
#
#   make build/gen/bonnet_csr_pkg.sv build/gen/bonnet_job_pkg.sv
#   vivado -mode batch -source bitstreams/zcu102/build.tcl -tclargs mhz=250 out=build/zcu102 jobs=4
#
# Fails, and writes no bitstream, when timing is not met: lower mhz, and say so in the manifest (`bonnet flash --entry`).
# No release of Vivado has run this yet; tests/tcl runs it against a recording stand-in (docs/boards.md).
source [file join [file dirname [info script]] board.tcl]
source [file join $bonnet::root bitstreams zcu102 design.tcl]

proc bonnet::build {} {
    variable root
    variable gen
    set o [options [dict create mhz [of_board CLOCK_MHZ] out [file join $root build zcu102] jobs 2]]
    set out [dict get $o out]
    check_version
    file mkdir $out

    create_project -force -part [of_board PART] bonnet_zcu102 [file join $out project]
    set_property board_part [of_board BOARD_PART] [current_project]
    set_property verilog_define [list BONNET_GEOMETRY_[of_board GEOMETRY]=1 SYNTHESIS=1 BONNET_BUILD=32'h[commit]] [current_fileset]
    set_property include_dirs [list [file join $root rtl include]] [current_fileset]
    add_files -norecurse [sources]
    add_files -norecurse [lsort [glob [file join $root rtl board zcu102 *.v]]]
    add_files -fileset constrs_1 -norecurse [list [file join $root constraints zcu102 pins.xdc] [file join $root constraints zcu102 timing.xdc]]
    # Pins of the TCK clock exist only in the implemented netlist.
    set_property used_in_synthesis false [get_files timing.xdc]
    update_compile_order -fileset sources_1

    block_design bonnet_bd [dict get $o mhz]
    set wrapper [make_wrapper -top -files [get_files bonnet_bd.bd]]
    add_files -norecurse $wrapper
    set_property top bonnet_bd_wrapper [current_fileset]
    update_compile_order -fileset sources_1

    launch_runs synth_1 -jobs [dict get $o jobs]
    wait_on_run synth_1
    if {[get_property PROGRESS [get_runs synth_1]] ne "100%"} { error "synthesis failed; see [file join $out project]" }
    launch_runs impl_1 -jobs [dict get $o jobs]
    wait_on_run impl_1
    if {[get_property PROGRESS [get_runs impl_1]] ne "100%"} { error "implementation failed; see [file join $out project]" }

    open_run impl_1
    report_timing_summary -file [file join $out timing.rpt]
    report_utilization -hierarchical -file [file join $out utilization.rpt]
    report_cdc -details -file [file join $out cdc.rpt]
    report_power -file [file join $out power.rpt]
    set slack [get_property SLACK [get_timing_paths -max_paths 1 -setup]]
    set hold [get_property SLACK [get_timing_paths -max_paths 1 -hold]]
    if {$slack < 0 || $hold < 0} {
        error "timing is not met at [dict get $o mhz] MHz (setup slack $slack ns, hold $hold ns): no bitstream written; try a lower mhz="
    }
    set_property BITSTREAM.GENERAL.COMPRESS TRUE [current_design]
    # What `bonnet flash` and `bonnet doctor` compare: the commit, in the header of the .bit.
    set_property BITSTREAM.CONFIG.USERID 0x[commit] [current_design]
    set_property BITSTREAM.CONFIG.USR_ACCESS 0x424E4E31 [current_design] ;# ASCII BNN1, as the ID register
    write_bitstream -force -bin_file [file join $out bonnet_zcu102.bit]
    write_hw_platform -fixed -include_bit -force -file [file join $out bonnet_zcu102.xsa]
    puts "bonnet: $out/bonnet_zcu102.bit at [dict get $o mhz] MHz, setup slack $slack ns"
}
bonnet::build
