# SPDX-License-Identifier: Apache-2.0
# Cells of a mapped netlist to the resources of a device, unit by unit.
#   jq -S --slurpfile cells tests/synth/cells.json --arg family xcup --arg top bonnet_top -f tests/synth/count.jq STAT.json
# STAT.json is what Yosys' `stat -json` says of a design whose units are still modules. Answer:
#   {"<module>": {"n": times it stands under top, "lut": n, ...}, ..., "total": {"n": 1, ...}}
# A unit's numbers are those of all its places together, with everything below it; total is top. A cell that cells.json does not know is
# an error, so that nothing is counted as nothing by accident.
def plain: (if startswith("$paramod") then split("\\")[1] else ltrimstr("\\") end) | split("__")[0];
def add_up($b): reduce ($b | to_entries[]) as $e (.; .[$e.key] += $e.value);
def times($n): map_values(. * $n);
. as $stat
| ($cells[0][$family] // error("cells.json has no family \($family)")) as $table
| ([$table[][1] | keys[]] | unique | map({key: ., value: 0}) | from_entries) as $zero
# A cell's type stands without the backslash that its module has, unless it is a module with parameters.
| def unit_of($type): if $stat.modules[$type] then $type elif $stat.modules["\\" + $type] then "\\" + $type else null end;
  def weigh($type): first(($table[] | . as $row | select($type | test($row[0])) | $row[1]),
                          error("a cell that tests/synth/cells.json does not know in \($family): \($type)"));
  def whole($name): reduce (($stat.modules[$name].num_cells_by_type // {}) | to_entries[]) as $e ($zero;
    add_up((if unit_of($e.key) then whole(unit_of($e.key)) else weigh($e.key) end) | times($e.value)));
  def places($name; $n): {key: ($name | plain), value: (whole($name) | times($n) | .n = $n)},
    (($stat.modules[$name].num_cells_by_type // {}) | to_entries[] | select(unit_of(.key)) | places(unit_of(.key); $n * .value));
  ([$stat.modules | keys[] | select(plain == $top)] | first // error("no module \($top)")) as $root
| [places($root; 1)]
| [.[0] | .key = "total"] + .[1:]
| reduce .[] as $u ({}; .[$u.key] = ((.[$u.key] // ($zero + {n: 0})) | add_up($u.value)))
