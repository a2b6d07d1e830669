# SPDX-License-Identifier: Apache-2.0
# Clocks that no IP brings along. pl_clk0 is constrained by the processing system's IP.
# TCK of the JTAG port: 30 MHz is the FT232H's most. It is not related to pl_clk0; every crossing is in bonnet_afifo (Gray pointers) or bonnet_sync
# (two flip-flops), so what counts is that the bits of a pointer arrive within one period of the clock that sent them of each other, not when: the
# faster clock's period bounds both directions (4 ns; also what the synchronisers' order of ack and bus_err, a cycle apart, rests on).
create_clock -name tck -period 33.333 [get_pins -hierarchical -filter {NAME =~ *u_bscan/TCK}]
set_max_delay -datapath_only -from [get_clocks tck] -to [get_clocks -of_objects [get_pins -hierarchical -filter {NAME =~ *u_ps/inst/PS8_i/PLCLK[0]}]] 4.000
set_max_delay -datapath_only -from [get_clocks -of_objects [get_pins -hierarchical -filter {NAME =~ *u_ps/inst/PS8_i/PLCLK[0]}]] -to [get_clocks tck] 4.000
