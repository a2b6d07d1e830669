# SPDX-License-Identifier: Apache-2.0
# The only pins of the fabric that the design uses: two of the ZCU102's eight user LEDs (bank 44, 3.3 V; UG1182, table of user I/O). Clock, reset,
# DDR and JTAG come from the processing system and the configuration port, which have no constraints here.
set_property PACKAGE_PIN AG14 [get_ports {led[0]}] ;# GPIO_LED_0: the interrupt is up: a job has ended and nobody has asked yet
set_property PACKAGE_PIN AF13 [get_ports {led[1]}] ;# GPIO_LED_1: out of reset
set_property IOSTANDARD LVCMOS33 [get_ports {led[0]}]
set_property IOSTANDARD LVCMOS33 [get_ports {led[1]}]
set_property DRIVE 8 [get_ports {led[0]}]
set_property DRIVE 8 [get_ports {led[1]}]
set_false_path -to [get_ports {led[0]}]
set_false_path -to [get_ports {led[1]}]
