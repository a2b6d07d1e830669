# SPDX-License-Identifier: Apache-2.0
# kernel.tcl - the RTL kernel for Vitis: bonnet.xo, of rtl/board/zcu102/bonnet_kernel.v and a kernel.xml made from rtl/csr/bonnet_csr.def.
#
#   vivado -mode batch -source bitstreams/zcu102/kernel.tcl -tclargs out=build/zcu102
#   bitstreams/zcu102/link.sh PLATFORM.xpfm build/zcu102          (v++ --link: bonnet_zcu102.xclbin)
#
# No release of Vivado has run this yet; tests/tcl runs it against a recording stand-in.
source [file join [file dirname [info script]] board.tcl]

# Arguments of the kernel: {name offset bytes pointer?}, of the writable registers from 0x10 on. A pair NAME_LO, NAME_HI is one pointer.
proc bonnet::kernel_arguments {} {
    variable root
    set file [open [file join $root rtl csr bonnet_csr.def]]
    set arguments {}
    foreach line [split [read $file] \n] {
        if {![regexp {^REG\s*\((0x[0-9A-Fa-f]+),\s*(\w+),\s*RW,} $line -> offset name]} continue
        if {$offset < 0x10 || $offset >= 0x100} continue
        if {[regexp {^(\w+)_LO$} $name -> pointer]} {
            lappend arguments [list [string tolower $pointer] $offset 8 1]
        } elseif {![string match *_HI $name]} {
            lappend arguments [list [string tolower $name] $offset 4 0]
        }
    }
    close $file
    return $arguments
}

proc bonnet::write_kernel_xml {path} {
    set xml "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<root versionMajor=\"1\" versionMinor=\"6\">\n"
    append xml "  <kernel name=\"bonnet\" language=\"ip_c\" vlnv=\"bonnet:kernel:bonnet:1.0\" attributes=\"\" preferredWorkGroupSizeMultiple=\"0\""
    append xml " workGroupSize=\"1\" interrupt=\"true\" hwControlProtocol=\"ap_ctrl_hs\">\n    <ports>\n"
    append xml "      <port name=\"s_axi_control\" mode=\"slave\" range=\"[of_board REGS_BYTES]\" dataWidth=\"32\" portType=\"addressable\" base=\"0x0\"/>\n"
    append xml "      <port name=\"m_axi_gmem\" mode=\"master\" range=\"0xFFFFFFFFFFFFFFFF\" dataWidth=\"128\" portType=\"addressable\" base=\"0x0\"/>\n"
    append xml "    </ports>\n    <args>\n"
    set id 0
    foreach argument [kernel_arguments] {
        lassign $argument name offset bytes pointer
        set port [expr {$pointer ? "m_axi_gmem" : "s_axi_control"}]
        set type [expr {$pointer ? "void*" : "uint"}]
        append xml "      <arg name=\"$name\" addressQualifier=\"$pointer\" id=\"$id\" port=\"$port\" size=\"0x$bytes\" offset=\"$offset\" type=\"$type\""
        append xml " hostOffset=\"0x0\" hostSize=\"0x$bytes\"/>\n"
        incr id
    }
    append xml "    </args>\n  </kernel>\n</root>\n"
    set file [open $path w]
    puts -nonewline $file $xml
    close $file
}

proc bonnet::kernel {} {
    variable root
    set o [options [dict create out [file join $root build zcu102]]]
    set out [dict get $o out]
    check_version
    file mkdir $out
    set packaged [file join $out kernel_ip]

    create_project -force -part [of_board PART] bonnet_kernel [file join $out kernel_project]
    set_property verilog_define [list BONNET_GEOMETRY_[of_board GEOMETRY]=1 SYNTHESIS=1 BONNET_BUILD=32'h[commit]] [current_fileset]
    set_property include_dirs [list [file join $root rtl include]] [current_fileset]
    add_files -norecurse [sources]
    add_files -norecurse [list [file join $root rtl board zcu102 bonnet_kernel.v]]
    set_property top bonnet_kernel [current_fileset]
    update_compile_order -fileset sources_1

    ipx::package_project -root_dir $packaged -vendor bonnet -library kernel -taxonomy /KernelIP -import_files -set_current true
    set core [ipx::current_core]
    set_property sdx_kernel true $core
    set_property sdx_kernel_type rtl $core
    foreach bus {s_axi_control m_axi_gmem} { ipx::associate_bus_interfaces -busif $bus -clock ap_clk $core }
    ipx::create_xgui_files $core
    ipx::update_checksums $core
    ipx::check_integrity -kernel $core
    ipx::save_core $core

    set xml [file join $out kernel.xml]
    write_kernel_xml $xml
    package_xo -force -xo_path [file join $out bonnet.xo] -kernel_name bonnet -ip_directory $packaged -kernel_xml $xml
    puts "bonnet: $out/bonnet.xo"
}
bonnet::kernel
