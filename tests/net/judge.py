# SPDX-License-Identifier: Apache-2.0
"""judge.py ANSWERS REFERENCE PHASES WAKEUP DEADLINE_MS MARGIN_MS - what `bonnet offload --json` said while link and server failed under it.

ANSWERS: its lines, the last one the summary. REFERENCE: those of a run without a server, of each picture once. PHASES: "NAME FIRST-LINE" in order; steady...: at least half comes from upstream; others but healed and slow:
something does not. WAKEUP: wakeup.c's line.
Every picture is answered once and in order, with the logits of the whole network whoever computed them. None is late, but by what the machine's own waking up explains: two
threads wake for an answer, so by that much twice beyond the margin, and in no larger share of the pictures than twice the share of the time in which the machine was stalled. Prints a table, then what does not hold; exit 1 then.
"""
import json, sys

answers_path, reference_path, phases_path, wakeup_path, deadline, margin = sys.argv[1:7]
deadline, margin = float(deadline), float(margin)
reference = {}
for line in open(reference_path):
    a = json.loads(line)
    if "image" in a:
        reference[a["image"]] = a["logits"]
names = list(reference)
lines = open(answers_path).read().splitlines()
summary, bad = json.loads(lines.pop()), []
phases = [(n, int(i)) for n, i in (p.split() for p in open(phases_path))]
wakeup = json.load(open(wakeup_path))
allowed = deadline + max(0, 2 * wakeup["worst_ms"] - margin)

if len(lines) != summary["pictures"] or summary["answered"] != summary["pictures"]:
    bad.append("%d pictures, %d answers, %d lines" % (summary["pictures"], summary["answered"], len(lines)))
rows, late, wrong, beyond = {}, 0, 0, 0
order = []
at = 0
for i, line in enumerate(lines):
    a = json.loads(line)
    while at + 1 < len(phases) and i >= phases[at + 1][1]:
        at += 1
    name = phases[at][0]
    r = rows.setdefault(name, {"pictures": 0, "upstream": 0, "late": 0, "ms": [], "why": {}})
    r["pictures"] += 1
    r["upstream"] += a["where"] == "upstream"
    r["late"] += a["late"]
    r["ms"].append(a["ms"])
    if a["fallback"]:
        r["why"][a["why"]] = r["why"].get(a["why"], 0) + 1
    wrong += a["image"] != names[i % len(names)] or (not a["short"] and a["logits"] != reference[a["image"]])
    beyond += a["ms"] > allowed
    late += a["ms"] > deadline
print("%-12s %9s %9s %6s %8s %8s %8s  instead of upstream, because" % ("", "pictures", "upstream", "late", "p50 ms", "p99 ms", "max ms"))
for name, r in rows.items():
    t = sorted(r["ms"])
    print("%-12s %9d %9d %6d %8.1f %8.1f %8.1f  %s" % (name, r["pictures"], r["upstream"], r["late"], t[len(t) // 2], t[len(t) * 99 // 100], t[-1],
          ", ".join("%s %d" % w for w in sorted(r["why"].items(), key=lambda w: -w[1]))))
print("%d pictures, %d answered, %d wrong, %d late (deadline %g ms); breaker opened %d times" % (summary["pictures"], summary["answered"], wrong, late, deadline, summary["opened"]))
print("the machine woke up %.1f ms late at worst, and was stalled for %.2f %% of the time; %d were later than that explains, %.2f %% of all were late" %
      (wakeup["worst_ms"], 100 * wakeup["stalled"], beyond, 100 * late / len(lines)))
if wrong:
    bad.append("%d answers are not the network's" % wrong)
if beyond or late > 2 * wakeup["stalled"] * len(lines):
    bad.append("%d answers were late, %d of them by more than the machine's own lateness explains; it was stalled for %.2f %% of the time" %
               (late, beyond, 100 * wakeup["stalled"]))
if late != summary["late"]:
    bad.append("the client counted %d late, there were %d" % (summary["late"], late))
for n, r in rows.items():
    if n.startswith("steady") and r["upstream"] * 2 < r["pictures"]:
        bad.append("%s: %d of %d upstream" % (n, r["upstream"], r["pictures"]))
    elif not n.startswith("steady") and n not in ("healed", "slow") and not r["why"]:
        bad.append("%s: nothing fell back" % n)
if summary["opened"] < 1:
    bad.append("the breaker never opened")  # that it closed again is what faults.sh waits for
for b in bad:
    print("FAIL: " + b)
sys.exit(bool(bad))
