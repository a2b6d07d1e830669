# SPDX-License-Identifier: Apache-2.0
# One line for each number that is not within limits of the baseline; nothing when all are.
#   jq -r -n --slurpfile was BASELINE --slurpfile is MEASURED -f drift.jq
# Within limits: at most 2 absolute, or at most 2 % of the baseline. Smaller is a drift as well: a baseline that is too high hides the next growth.
def off($a; $b): (($a - $b) | fabs) as $d | $d > 2 and $d > $a * 0.02;
$was[0] as $was | $is[0] as $is
| ($was | keys[] | select($is[.] == null) | "\(.): in the baseline, not measured"),
  ($is | keys[] | select($was[.] == null) | "\(.): measured, not in the baseline"),
  ($was | keys[] as $u | select($is[$u]) | ([$was[$u], $is[$u] | keys[]] | unique[]) as $k
   | ($was[$u][$k] // 0) as $a | ($is[$u][$k] // 0) as $b | select(off($a; $b))
   | "\($u): \($k) from \($a) to \($b)" + if $a > 0 then " (\(($b - $a) * 1000 / $a | round / 10) %)" else "" end)
