# SPDX-License-Identifier: Apache-2.0
# tests/tcl: the Vivado scripts of bitstreams/zcu102 under tclsh, against a stand-in that records and refuses; the device trees through dtc.
TESTS += tcl-zcu102
.PHONY: test-tcl-zcu102
test-tcl-zcu102: $(GEN_SV)
	$(Q)command -v tclsh > /dev/null || { echo "tcl-zcu102: skipped: no tclsh; apt-get install tcl"; exit 77; }
	$(Q)tclsh tests/tcl/dryrun.tcl $(O)/tcl
	$(Q)bash tests/tcl/platform.sh $(O)/tcl
