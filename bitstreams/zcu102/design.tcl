# SPDX-License-Identifier: Apache-2.0
# design.tcl - the block design around rtl/board/zcu102/bonnet_zcu102.v. Sourced by build.tcl, with a project open that has the sources.
#
#   PS M_AXI_HPM0_FPD --+--> regs --> bonnet s_axi_control   (64 KiB at REGS_ADDR)
#   bonnet m_axi_jtag --+
#                       +--> mem  --> PS S_AXI_HP0_FPD       (DDR; not coherent: the driver synchronises caches)
#   bonnet m_axi_gmem --+
#   bonnet irq ---------------------> PS pl_ps_irq0[0], led[0]
#
# One clock, pl_clk0. The JTAG port's TCK comes from the BSCANE2 inside the wrapper.
namespace eval bonnet {
    proc processing_system {mhz} {
        set ps [create_bd_cell -type ip -vlnv xilinx.com:ip:zynq_ultra_ps_e u_ps]
        apply_bd_automation -rule xilinx.com:bd_rule:zynq_ultra_ps_e -config {apply_board_preset "1"} $ps
        set_property -dict [list \
            CONFIG.PSU__USE__M_AXI_GP0 {1} \
            CONFIG.PSU__USE__M_AXI_GP1 {0} \
            CONFIG.PSU__USE__M_AXI_GP2 {0} \
            CONFIG.PSU__MAXIGP0__DATA_WIDTH {32} \
            CONFIG.PSU__USE__S_AXI_GP2 {1} \
            CONFIG.PSU__SAXIGP2__DATA_WIDTH {128} \
            CONFIG.PSU__USE__IRQ0 {1} \
            CONFIG.PSU__FPGA_PL0_ENABLE {1} \
            CONFIG.PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ $mhz \
        ] $ps
        return $ps
    }

    proc interconnect {name masters slaves} {
        set cell [create_bd_cell -type ip -vlnv xilinx.com:ip:smartconnect $name]
        set_property -dict [list CONFIG.NUM_SI $masters CONFIG.NUM_MI $slaves CONFIG.NUM_CLKS {1}] $cell
        return $cell
    }

    proc join_interfaces {from to} { connect_bd_intf_net [get_bd_intf_pins $from] [get_bd_intf_pins $to] }

    proc join_pins {from args} {
        foreach to $args { connect_bd_net [get_bd_pins $from] [get_bd_pins $to] }
    }

    # Every address space that can reach DDR gets the low 2 GiB and what the board's DIMM has above 4 GiB.
    proc map_memory {space} {
        foreach {segment base bytes} {HP0_DDR_LOW 0x0 0x80000000 HP0_DDR_HIGH 0x800000000 0x80000000} {
            assign_bd_address -offset $base -range $bytes -target_address_space [get_bd_addr_spaces $space] \
                [get_bd_addr_segs u_ps/SAXIGP2/$segment]
        }
    }

    proc map_registers {space} {
        assign_bd_address -offset [of_board REGS_ADDR] -range [of_board REGS_BYTES] -target_address_space [get_bd_addr_spaces $space] \
            [get_bd_addr_segs u_bonnet/s_axi_control/reg0]
    }

    proc block_design {name mhz} {
        create_bd_design $name
        processing_system $mhz
        create_bd_cell -type module -reference bonnet_zcu102 u_bonnet
        create_bd_cell -type ip -vlnv xilinx.com:ip:proc_sys_reset u_reset
        interconnect u_regs 2 1
        interconnect u_mem 2 1
        interconnect u_jtag_split 1 2

        join_interfaces u_ps/M_AXI_HPM0_FPD   u_regs/S00_AXI
        join_interfaces u_bonnet/m_axi_jtag   u_jtag_split/S00_AXI
        join_interfaces u_jtag_split/M00_AXI  u_regs/S01_AXI
        join_interfaces u_regs/M00_AXI        u_bonnet/s_axi_control
        join_interfaces u_bonnet/m_axi_gmem   u_mem/S00_AXI
        join_interfaces u_jtag_split/M01_AXI  u_mem/S01_AXI
        join_interfaces u_mem/M00_AXI         u_ps/S_AXI_HP0_FPD

        join_pins u_ps/pl_clk0 u_ps/maxihpm0_fpd_aclk u_ps/saxihp0_fpd_aclk u_bonnet/ap_clk u_reset/slowest_sync_clk \
            u_regs/aclk u_mem/aclk u_jtag_split/aclk
        join_pins u_ps/pl_resetn0 u_reset/ext_reset_in
        join_pins u_reset/interconnect_aresetn u_regs/aresetn u_mem/aresetn u_jtag_split/aresetn
        join_pins u_reset/peripheral_aresetn u_bonnet/ap_rst_n
        join_pins u_bonnet/interrupt u_ps/pl_ps_irq0

        # LEDs: pins.xdc says what they mean.
        create_bd_cell -type ip -vlnv xilinx.com:ip:xlconcat u_led
        set_property CONFIG.NUM_PORTS {2} [get_bd_cells u_led]
        join_pins u_bonnet/interrupt u_led/In0
        join_pins u_reset/peripheral_aresetn u_led/In1
        create_bd_port -dir O -from 1 -to 0 led
        connect_bd_net [get_bd_pins u_led/dout] [get_bd_ports led]

        map_registers u_ps/Data
        map_registers u_bonnet/m_axi_jtag
        map_memory u_bonnet/m_axi_gmem
        map_memory u_bonnet/m_axi_jtag
        validate_bd_design
        save_bd_design
    }
}
