#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The figures of docs/plan.md: Edgent's figures 8 and 9 on Bonnet's own profile, and a ride through a changing link.

    tests/plan/figures.py CLI FOLDER        draws FOLDER/plan_edgent.svg and FOLDER/plan_trace.svg (gnuplot)
    tests/plan/figures.py CLI --check       no drawing: are the shapes those of the paper?

All numbers are what CLI (`bonnet plan`) says of examples/edge/basenet/tiers.json and tests/vectors/edge/bus.log. BONNET_TRACE: another trace for --check.
"""
import json
import os
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
TIERS, RIDE = os.path.join(ROOT, "examples/edge/basenet/tiers.json"), os.path.join(ROOT, "tests/vectors/edge/bus.log")
RATES = [round(0.05 * 1.1 ** i, 4) for i in range(51)]  # Mbit/s, to 5.9
DEADLINES, REQUIREMENTS, AT = (350, 600, 800), list(range(100, 1201, 20)), 0.25  # ms, ms, Mbit/s
WAYS = (("exits and cuts", None), ("cuts only", "partition"), ("device only", "device,partition"), ("server only", "server,partition"))
RIDES = (("bayes", "0.1"), ("bayes", "0.01"), ("ewma", "0.3"))


def ask(cli, *options, tiers=TIERS):
    done = subprocess.run([cli, "plan", tiers, "--json", *options], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"figures.py: {' '.join(options)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def exit_of(plan):
    """The exit at which it ends, from 1, and the layers on the device."""
    order = ["stage1", "stage2", "stage3", "final"]
    return order.index(plan["exits"][-1]["name"]) + 1, plan["tiers"][0]["layers"]


def by_rate(cli, only, *options):
    """The map of RATES; with a device alone every state is the same plan."""
    states = ",".join(map(str, RATES))
    if only and only.startswith("device"):
        plan = ask(cli, "--only", only, "--best", "1", *options)
        return [{"late": plan["late"], "device_first": plan["plans"][0]}] * len(RATES)
    restrict = ("--only", only) if only else ()
    return ask(cli, "--edgent", "map", "--states", states, *restrict, *options)["states"]


def selection(cli):
    """Figure 8 (a): exit and cut by bandwidth, for each deadline."""
    return {deadline: [(state["mbit_per_s"], *exit_of(state["device_first"])) for state in by_rate(cli, None, "--goal", "accuracy", "--deadline", str(deadline))]
            for deadline in DEADLINES}


def runtime(cli):
    """Figure 8 (b): ms of the whole network by bandwidth."""
    return {name: [(rate, state["device_first"]["ms"]) for rate, state in zip(RATES, by_rate(cli, only or "partition", "--goal", "ms"))] for name, only in WAYS[1:]}


def requirement(cli):
    """Figures 8 (c) and 9: by deadline at one bandwidth, the exit (0: none in time) and the accuracy in time."""
    table = {}
    for name, only in WAYS:
        rows = table[name] = []
        for deadline in REQUIREMENTS:
            if only and only.startswith("device"):
                plan = ask(cli, "--only", only, "--goal", "accuracy", "--deadline", str(deadline), "--best", "1")
                late, plan = plan["late"], plan["plans"][0]
            else:
                state = ask(cli, "--edgent", "map", "--states", str(AT), "--goal", "accuracy", "--deadline", str(deadline), *(("--only", only) if only else ()))["states"][0]
                late, plan = state["late"], state["device_first"]
            rows.append((deadline, 0 if late else exit_of(plan)[0], 0 if late else plan["accuracy"]))
    return table


def ride(cli, detector, threshold, trace=RIDE, deadline=350, times=0.05):
    return ask(cli, "--trace", trace, "--times", str(times), "--deadline", str(deadline), "--detector", detector, "--threshold", threshold)


def rising(values):
    return all(a <= b for a, b in zip(values, values[1:]))


def check(cli):
    wrong = []

    def hold(what, true):
        print(("ok    " if true else "FAIL  ") + what)
        wrong.extend([] if true else [what])

    picked = selection(cli)
    for deadline, rows in picked.items():
        exits = [row[1] for row in rows]
        hold(f"{deadline} ms: the exit rises with bandwidth, {exits[0]} to {exits[-1]}", rising(exits) and exits[0] < exits[-1])
    hold("a later deadline never takes an earlier exit", all(rising([picked[d][i][1] for d in DEADLINES]) for i in range(len(RATES))))
    hold("between device and server: cuts", any(0 < row[2] < 21 for row in picked[600]))
    times = runtime(cli)
    hold("cuts are never slower than device or server alone",
         all(c[1] <= min(d[1], s[1]) + 1e-6 for c, d, s in zip(times["cuts only"], times["device only"], times["server only"])))
    hold("and somewhere faster than both", any(c[1] < 0.8 * min(d[1], s[1]) for c, d, s in zip(times["cuts only"], times["device only"], times["server only"])))
    table = requirement(cli)
    hold("the exit rises with the deadline, through all of them", rising([row[1] for row in table["exits and cuts"]]) and {row[1] for row in table["exits and cuts"]} == {0, 1, 2, 3, 4})
    for other in ("cuts only", "device only", "server only"):
        pairs = list(zip(table["exits and cuts"], table[other]))
        hold(f"{other}: misses deadlines that smaller networks meet, and is never better", any(a[2] > 0 and b[2] == 0 for a, b in pairs) and all(a[2] >= b[2] for a, b in pairs))
    traces = [RIDE] + [t for t in (os.environ.get("BONNET_TRACE"),) if t]
    for trace in traces:
        result = ride(cli, "ewma", "0.3", trace)["policies"]
        gain = result["by_state"]["reward"] / result["fixed"]["reward"] - 1
        hold(f"{os.path.basename(trace)}: by state {100 * gain:+.1f} % reward over the plan for the mean, late {result['by_state']['late']:.3f} against {result['fixed']['late']:.3f}",
             gain > 0 and result["by_state"]["late"] < result["fixed"]["late"] and result["by_state"]["reward"] <= result["foreseen"]["reward"])
    print(f"{len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


HEAD = "set terminal svg size {} font 'DejaVu Sans,12' background '#ffffff'\nset border 3\nset xtics nomirror\nset ytics nomirror\nset grid lc '#dddddd'\nset key top left reverse Left\n"
COLOURS = ("#1b9e77", "#d95f02", "#7570b3", "#666666")


def block(name, rows):
    return f"${name} << EOD\n" + "".join(" ".join(map(str, row)) + "\n" for row in rows) + "EOD\n"


def draw(path, script):
    done = subprocess.run(["gnuplot", "-"], input=script, capture_output=True, text=True, check=False)
    if done.returncode or "</svg>" not in done.stdout:
        sys.exit(f"figures.py: gnuplot: {done.stderr.strip()}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(done.stdout)


def figures(cli, folder):
    picked, times, table = selection(cli), runtime(cli), requirement(cli)
    script = HEAD.format("1000,760")
    for i, deadline in enumerate(DEADLINES):  # curves beside each other, not one over the other
        script += block(f"a{i}", [(rate, exit_ + 0.04 * (i - 1), layers) for rate, exit_, layers in picked[deadline]])
    for i, (name, _) in enumerate(WAYS):
        if i:
            script += block(f"b{i}", times[name])
        script += block(f"c{i}", table[name])
    exits = "set yrange [-0.3:6.6]\nset ytics ('none' 0, 'stage 1' 1, 'stage 2' 2, 'stage 3' 3, 'whole' 4)\n"
    script += "set multiplot layout 2,2\nset logscale x\nset xrange [0.05:6]\nset xlabel 'uplink, Mbit/s'\nset title '8a: the most accurate exit in time'\n" + exits
    script += "set y2range [-1.5:33]\nset y2tics 0,5,20 nomirror\nset y2label 'layers on the device'\n"
    script += "plot " + ", ".join(f"$a{i} using 1:2 with steps lw 2 lc '{COLOURS[i]}' title 'within {d} ms'" for i, d in enumerate(DEADLINES))
    script += f", $a1 using 1:3 axes x1y2 with steps dt 3 lc '{COLOURS[1]}' title 'layers, 600 ms'\nunset y2tics\nunset y2label\n"
    script += "set title '8b: time of the whole network'\nset ytics auto\nset logscale y\nset yrange [20:30000]\nset ylabel 'ms'\nset key top right\n"
    script += "plot " + ", ".join(f"$b{i} using 1:2 with lines lw {4 - i} lc '{COLOURS[i]}' title '{WAYS[i][0]}'" for i in (1, 2, 3)) + "\n"
    script += f"unset logscale\nunset ylabel\nset xrange [100:1200]\nset xlabel 'deadline, ms'\nset key top left\nset title '8c: exit by deadline, {AT} Mbit/s'\n" + exits
    script += f"plot $c0 using 1:2 with steps lw 2 lc '{COLOURS[0]}' notitle\n"
    script += f"set title '9: accuracy in time, {AT} Mbit/s'\nset yrange [-0.02:1.45]\nset ytics 0,0.2,1\nset ylabel 'of the whole network''s'\n"
    script += "plot " + ", ".join(f"$c{i} using 1:($3+{0.012 * (1.5 - i)}) with steps lw 2 lc '{COLOURS[i]}' title '{WAYS[i][0]}'" for i in range(4)) + "\nunset multiplot\n"
    draw(os.path.join(folder, "plan_edgent.svg"), script)
    rows = ride(cli, "ewma", "0.3")["rows"]
    script = HEAD.format("1000,560") + block("r", rows) + "set xrange [0:606]\nset multiplot layout 2,1\nset ylabel 'Mbit/s'\nset yrange [0:*]\n"
    script += f"plot $r using 1:2 with lines lc '{COLOURS[3]}' title 'uplink'\nset ylabel 'inputs/s'\nset xlabel 's'\nset key top right horizontal\nset yrange [0:8]\n"
    script += f"plot 1000/350.0 with lines dt 2 lc '#e31a1c' title 'deadline, 350 ms', $r using 1:4 with lines lc '{COLOURS[1]}' title 'plan for the mean', $r using 1:3 with lines lw 1.5 lc '{COLOURS[0]}' title 'by state (ewma)'\nunset multiplot\n"
    draw(os.path.join(folder, "plan_trace.svg"), script)


if len(sys.argv) != 3:
    sys.exit(__doc__)
check(sys.argv[1]) if sys.argv[2] == "--check" else figures(sys.argv[1], sys.argv[2])
