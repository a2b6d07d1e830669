# SPDX-License-Identifier: Apache-2.0
# The walk watched from outside. A test is a program that exits 0 (passed), 77 (skipped, says why) or anything else (failed).
include $(wildcard tests/*/rules.mk)
