# SPDX-License-Identifier: Apache-2.0
# The walk watched from outside. A test is a program that exits 0 (passed), 77 (skipped, says why) or anything else (failed).
# Names for `make test`, each with a target test-<name>; and what `make test` builds first.
TESTS     :=
TEST_BINS :=
include $(wildcard tests/*/rules.mk)
