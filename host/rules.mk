# SPDX-License-Identifier: Apache-2.0
# host: the library (lib + compiler + every driver), and the command line on top of its public header.
include $(wildcard host/*/rules.mk)

LIB    := $(O)/libbonnet.a
LIB_SO := $(O)/libbonnet.so.$(VERSION)
CLI    := $(O)/bonnet
# Expanded when used: the rooms after this one append to the lists.
LIB_DEP = $(LIB_SRCS:%.c=$(O)/obj/%.o) $(LIB_OBJS)

$(LIB): $$(LIB_DEP)
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(LIB_SO): $$(LIB_DEP) host/lib/libbonnet.map
	$(Q)$(CXX) -shared -Wl,-soname,libbonnet.so.$(VERSION_MAJOR) -Wl,--version-script=host/lib/libbonnet.map \
	  -o $@ $(LIB_DEP) $(LIB_LIBS)
	$(Q)ln -sf $(notdir $@) $(O)/libbonnet.so.$(VERSION_MAJOR) && ln -sf $(notdir $@) $(O)/libbonnet.so
$(CLI): $$(CLI_OBJS) $(LIB)
	$(Q)$(CXX) -o $@ $(CLI_OBJS) $(LIB) $(LIB_LIBS) $(CLI_LIBS)
