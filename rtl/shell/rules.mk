# SPDX-License-Identifier: Apache-2.0
# What the JTAG port takes of an UltraScale+ part, as Yosys maps it. No vendor tool has been asked.
JTAG_SRCS := rtl/cell/bonnet_sync.sv rtl/cell/bonnet_afifo.sv rtl/cell/bonnet_rst_sync.sv $(wildcard rtl/shell/bonnet_jtag*.sv)
.PHONY: jtag-size
jtag-size:           ## LUTs and flip-flops of the JTAG port (docs/jtag.md), by Yosys
	$(Q)mkdir -p $(O)
	$(Q)yosys -q -p "read_verilog -sv -DSYNTHESIS -Irtl/include $(JTAG_SRCS); synth_xilinx -family xcup -flatten -noiopad -noclkbuf -top bonnet_jtag; \
	  check -assert; tee -o $(O)/jtag-size.txt stat" > $(O)/jtag-size.log 2>&1 || { tail -5 $(O)/jtag-size.log; false; }
	$(Q)awk '/ LUT[1-6] /{lut += $$2} / FD[A-Z]* /{ff += $$2} / RAM/{ram += $$2} END {print "bonnet_jtag: " lut " LUTs, " ff " flip-flops, " ram " LUT RAM primitives"}' $(O)/jtag-size.txt
