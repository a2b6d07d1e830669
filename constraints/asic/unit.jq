# SPDX-License-Identifier: Apache-2.0
# unit.jq - one unit's counts out of Yosys' `stat -json`: a module inside counts as often as it stands there. A cell without an area is an error.
# BUFX4 has the buffers of buffer.awk besides its own.
# GE: area in NAND2X1 of the same library. A latch is no flip-flop: latches are counted on their own.
$stat[0].modules as $modules | $areas[0] as $area
| def plus($b): reduce ($b | to_entries[]) as $e (.; .[$e.key] += $e.value);
  # A module is "\name", one with parameters "$paramod..."; as a cell's type both stand without the backslash.
  def known($type): if $modules["\\" + $type] then "\\" + $type elif $modules[$type] then $type else null end;
  def cells($name): reduce ($modules[$name].num_cells_by_type | to_entries[]) as $e ({BUFX4: ($buffers[0][$name | ltrimstr("\\")] // 0)};
    plus(if known($e.key) then cells(known($e.key)) | map_values(. * $e.value) else {($e.key): $e.value} end));
cells("\\" + $top) as $cells
| [$cells | to_entries[] | ($area[.key] // error("no cell of the library: \(.key)")) * .value] | add as $um2
| {unit: $unit, sign: $sign, module: $top, um2: $um2, ge: ($um2 / $area.NAND2X1), cells: ([$cells[]] | add),
   ff: ([$cells.DFFPOSX1, $cells.DFFNEGX1, $cells.DFFSR] | add // 0), latch: ($cells.LATCH // 0), by_cell: $cells, macros: $macros[0]} + $path[0]
