#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# def_gen must refuse every contradiction in the definition files, and print nothing then. Run from the root of the tree.
set -eu
CC=${CC:-gcc}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0

# try NAME csr|job SED-EXPRESSION EXPECTED-TEXT
try() {
	sed "$3" "rtl/csr/bonnet_$2.def" > "$tmp/broken.def"
	if cmp -s "$tmp/broken.def" "rtl/csr/bonnet_$2.def"; then
		echo "FAIL  def-gen: $1: the test itself changes nothing"
		bad=1
		return
	fi
	upper=$(echo "$2" | tr '[:lower:]' '[:upper:]')
	$CC -std=c11 -O0 -Irtl/csr "-DBONNET_${upper}_DEF=\"$tmp/broken.def\"" rtl/csr/def_gen.c -o "$tmp/def_gen"
	rc=0
	"$tmp/def_gen" "$2_sv" > "$tmp/out" 2> "$tmp/err" || rc=$?
	if [ $rc -eq 1 ] && [ ! -s "$tmp/out" ] && grep -q -e "$4" "$tmp/err"; then
		echo "ok    def-gen: $1"
	else
		echo "FAIL  def-gen: $1: exit $rc: $(head -1 "$tmp/err")"
		bad=1
	fi
}

try "fields of a descriptor overlap"    job 's/^CONV(OUT, .*2, 16, 16/CONV(OUT, 2, 15, 16/' 'CONV.OUT: overlaps'
try "a field overlaps the common ones"  job 's/^LOAD(OFFSET, 2,/LOAD(OFFSET, 0,/' 'LOAD.OFFSET: overlaps'
try "a field leaves its word"           job 's/^CONV(OUT, .*2, 16, 16/CONV(OUT, 2, 17, 16/' 'CONV.OUT: does not fit'
try "a field leaves the descriptor"     job 's/^CONV(S1, *13,/CONV(S1, 16,/' 'CONV.S1: does not fit'
try "two operations share a code"       job 's/^OP(FC, *3/OP(FC, 2/' 'OP.FC: code or name'
try "a code of five bits"               job 's/^OP(FC, *3/OP(FC, 16/' 'OP.FC: code does not fit'
try "a field defined twice"             job 's/^FC(OUT,/FC(IN,/' 'FC.IN: defined twice'
try "fields of a register overlap"      csr 's/^FIELD(CAUSE, UNIT, *4/FIELD(CAUSE, UNIT, 3/' 'CAUSE.UNIT: overlaps'
try "a field of no register"            csr 's/^FIELD(CAUSE, UNIT/FIELD(CLAUSE, UNIT/' 'CLAUSE.UNIT: no such register'
try "two registers share an offset"     csr 's/^REG *(0x008/REG(0x004/' 'same offset'
try "an offset that is not aligned"     csr 's/^REG *(0x008/REG(0x00A/' 'REG.IER: offset not aligned'
try "a register among the counters"     csr 's/^REG *(0x134/REG(0x8000/' 'REG.BEATS_OUT: offset'
exit $bad
