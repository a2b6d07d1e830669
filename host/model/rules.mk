# SPDX-License-Identifier: Apache-2.0
# host/model: how long a job takes, from its descriptors and the geometry; no data, no RTL.
LIB_SRCS += $(wildcard host/model/*.c)
