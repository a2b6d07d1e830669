# SPDX-License-Identifier: Apache-2.0
# table.jq - the tables of `make synth-asic` out of all units ($seeds: seeds.json, $power: power.json or null, $left: lines "unit why" of units.txt that are not run), for docs/silicon.md.
def hundredths: . * 100 | round / 100;
def row: map(tostring) | "| " + join(" | ") + " |";
. as $units | (map({key: .unit, value: .}) | from_entries) as $by | [$units[] | select(.sign == "+")] as $sum
| (if $by.mac2 and $by.mac4 then $by.mac2.ge + 31 * ($by.mac4.ge - $by.mac2.ge) else null end) as $mac
| "Cells of osu018, 0.18 um, 1.8 V, 25 C, typical. No wires, no clock tree, no SRAM macros. kGE: um2 / 24 (NAND2X1) / 1000. (x): part of another unit.", "",
  ([["Unit", "kGE", "um2", "Cells", "Flip-flops", "Latches", "Fmax, MHz", "Worst path"], ["---", "--:", "--:", "--:", "--:", "--:", "--:", "---"],
    ($units | sort_by(.sign, -.ge)[] | [(if .sign == "+" then .unit else "(\(.unit))" end), (.ge / 1000 | hundredths), (.um2 | round), .cells, .ff, .latch,
      (.mhz // ""), "\(.from) to \(.to)"]),
    ["all of \($sum | length)", ([$sum[].ge] | add / 1000 | hundredths), ([$sum[].um2] | add | round), ([$sum[].cells] | add), ([$sum[].ff] | add),
      ([$sum[].latch] | add), ([$sum[].mhz | values] | min), "the slowest unit"]][] | row), "",
  (select($left != []) | "Not run, not in the sum:", "", ($left[] | "* " + sub(" "; ": ")), ""),
  (select($by.mac2 and $by.mac4) | "mac, extrapolated: mac2 + 31 * (mac4 - mac2) = \($mac / 1000 | hundredths) kGE, \($mac * 24 | round) um2. A unit's share of a pair of lanes is the difference, the rest all lanes share.", ""),
  "Left out as SRAM macros, not in any number above:", "",
  ([["Unit", "Macros", "Words", "Bits a word", "Read ports", "Write ports", "KiB"], ["---", "--:", "--:", "--:", "--:", "--:", "--:"],
    ($sum[] | .unit as $u | .macros[] | [$u, .n, .words, .bits, .read, .write, (.n * .words * .bits / 8192 | hundredths)])][] | row), "",
  "Beside the seeds (\($seeds[0].node); their um2 / \($seeds[0].um2_per_nand2) = GE):", "",
  ([["Seeds' unit", "Their um2", "Their kGE", "Their mW", "Our unit", "Our kGE"], ["---", "--:", "--:", "--:", "---", "--:"],
    ($seeds[0].units[] | . as $s | [.name, .um2, (.um2 / $seeds[0].um2_per_nand2 / 1000 | hundredths), .mw, (.ours // "no counterpart"),
      (if .ours == null then "" elif $by[.ours] then ($by[.ours].ge / 1000 | hundredths)
        elif .ours == "mac" and $mac != null then "\($mac / 1000 | hundredths), extrapolated" else "not run" end)])][] | row),
  (select($power != null) | "",
    "Power at \($power.array.period_ns) ns, activity out of a simulation of the netlist with gate delays (\($power.array.cycles) cycles, random bits, array_tb.v):", "",
    ([["Part", "Cells", "mW", "Clock, mW", "Data, mW", "Leakage, mW", "pJ a cycle"], ["---", "--:", "--:", "--:", "--:", "--:", "--:"],
      ($power | to_entries[] | [.key, .value.cells, (.value.mw | hundredths), (.value.clock_mw | hundredths), (.value.data_mw | hundredths),
        (.value.leakage_mw * 100000 | round / 100000), (.value.mw * .value.period_ns | hundredths)])][] | row))
