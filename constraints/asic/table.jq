# SPDX-License-Identifier: Apache-2.0
# table.jq - the tables of `make synth-asic` out of all units ($seeds: seeds.json, $power: what `asic.sh power` wrote of some units). Every table begins with a line "@name", by which page.sh finds its place in docs/silicon_asic.md.
def hundredths: . * 100 | round / 100;
def row: map(tostring) | "| " + join(" | ") + " |";
def digits: round | tostring | if length > 3 then (.[:-3] | tonumber | digits) + "," + .[-3:] else . end;
. as $units | (map({key: .unit, value: .}) | from_entries) as $by | [$units[] | select(.sign == "+")] as $sum
| ($power | map({key: .unit, value: .}) | from_entries) as $mw
| "@units",
  ([["Unit", "GE", "um2", "Flip-flops", "Latches", "Fmax, MHz, no wires", "What decides it"], ["---", "--:", "--:", "--:", "--:", "--:", "---"],
    ($units | sort_by(.sign, -.ge)[] | [(if .sign == "+" then .unit else "(\(.unit))" end), (.ge | digits), (.um2 | digits), (.ff | digits), (.latch | digits),
      (.mhz // "-"), ([.from, .to] | select(.[0] != "") | join(" to ")) // "-"]),
    ["**all of \($sum | length)**", "**\([$sum[].ge] | add | digits)**", "**\([$sum[].um2] | add | digits)**", "**\([$sum[].ff] | add | digits)**",
      "**\([$sum[].latch] | add | digits)**", ([$sum[].mhz | values] | min), "the slowest unit"]][] | row), "",
  "@memories",
  ([["Unit", "Macros", "Words", "Bits a word", "Read ports", "Write ports", "KiB"], ["---", "--:", "--:", "--:", "--:", "--:", "--:"],
    ($sum[] | .unit as $u | .macros[] | [$u, .n, .words, .bits, .read, .write, (.n * .words * .bits / 8192 | hundredths)]),
    ["**all**", ([$sum[].macros[].n] | add), "", "", "", "", ([$sum[].macros[] | .n * .words * .bits / 8192] | add | hundredths)]][] | row), "",
  "@seeds",
  ([["Seeds' unit", "Their um2, 65 nm", "Their kGE", "Their mW at 1 GHz", "Their fJ a GE and cycle", "Our unit", "Our um2, 180 nm", "Our kGE"],
    ["---", "--:", "--:", "--:", "--:", "---", "--:", "--:"],
    ($seeds[0].units[] | . as $s | (.um2 / $seeds[0].um2_per_nand2 / 1000) as $kge
      | [.name, (.um2 | digits), ($kge | hundredths), .mw, (.mw / $kge | hundredths), (.ours // "no counterpart"),
        (if .ours == null then "" elif $by[.ours] then ($by[.ours].um2 | digits) else "not run" end),
        (if .ours == null then "" elif $by[.ours] then ($by[.ours].ge / 1000 | hundredths) else "not run" end)])][] | row), "",
  (select($power != []) | "@power",
    ([["Unit", "Doing", "Clock, ns", "Cycles", "mW", "of it clock", "data", "leakage", "pJ a cycle", "fJ a GE and cycle"],
      ["---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:"],
      ($power[] | [.unit, .doing, .period_ns, .cycles, (.mw | hundredths), (.clock_mw | hundredths), (.data_mw | hundredths),
        (.leakage_mw * 100000 | round / 100000), (.pj_cycle | round), (.fj_ge_cycle | hundredths)])][] | row), "",
    "@replayed", ($power[] | "* \(.unit): \(.sim | sub("^replay: "; ""))"), "")
