#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What early exits save, into docs/exits.md and docs/exits.svg: `bonnet calibrate` on logits of held-out images, judged on the test images.

    models/fashion/exits_page.py CLI MODEL.bonnet VAL.npz TEST.npz

`make exits` makes all four. Everything between <!-- measured --> and <!-- /measured --> is replaced. Costs are estimated, so the page is the same everywhere.
"""
import json
import os
import subprocess
import sys
import tempfile

PAGE, PICTURE = "docs/exits.md", "docs/exits.svg"


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"exits_page.py: {' '.join(command)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def share(value):
    return f"{100 * value:.2f} %"


def cost(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.5f}"


def row(*cells):
    return "| " + " | ".join(str(c) for c in cells) + " |\n"


def head(*cells):
    return row(*cells) + "|" + "---|" * len(cells) + "\n"


class Exits:
    def __init__(self, cli, model, val, test):
        self.always = [cli, "calibrate", val, model, "--judge", test]

    def calibrate(self, budget, *options):
        """(what --json says, the chosen point, mJ of it, the whole network's mJ)"""
        said = json.loads(run(*self.always, "--budget", str(budget), "--json", *options))
        file, other = said["thresholds"], said["other_cost"]
        whole = next(i for i, p in enumerate(file["points"]) if not any(t is not None for t in p["thresholds"]))
        return said, file["points"][file["chosen"]], other[file["chosen"]], other[whole]

    def alone(self):
        said = self.calibrate(0.5)[0]["thresholds"]
        energy = self.calibrate(0.5, "--unit", "mJ")[0]["thresholds"]
        text = head("exit", "behind", "test images right (95 %)", "cycles as the only one", "mJ", "cycles where every exit before is asked")
        for x, e in zip(said["exits"], energy["exits"]):
            text += row(f"`{x['name']}`", f"`{x['behind']}`" if "behind" in x else "", f"{share(x['accuracy'])} ({100 * x['accuracy_low']:.2f} to {100 * x['accuracy_high']:.2f})",
                        cost(x["alone"]), cost(e["alone"]), cost(x["cost"]))
        return text

    def budgets(self, frames):
        text = head("budget, points", "thresholds", "leave at each", "held-out images right", "**test images right** (95 %)", "cycles", "saved", "mJ", "saved")
        for budget in 0, 0.1, 0.25, 0.5, 1:
            said, p, mj, whole_mj = self.calibrate(budget, "--frames", str(frames))
            whole = said["thresholds"]["exits"][-1]["alone"]
            text += row(budget, ", ".join("-" if t is None else str(t) for t in p["thresholds"]), ", ".join(f"{100 * s:.1f} %" for s in p["share"]),
                        share(said["chosen"]["accuracy_where_chosen"]), f"**{share(p['accuracy'])}** ({100 * p['accuracy_low']:.2f} to {100 * p['accuracy_high']:.2f})",
                        cost(p["cost"]), f"**{100 * (1 - p['cost'] / whole):.1f} %**", cost(mj), f"{100 * (1 - mj / whole_mj):.1f} %")
        x = said["thresholds"]["exits"][-1]
        return text + row("none used", "", "", share(said["accuracy_where_chosen"][-1]), share(x["accuracy"]), cost(x["alone"]), "", cost(whole_mj), "")

    def kinds(self):
        text = head("confidence", "test images right", "cycles", "saved", "calibration error of each exit on the test images, before and after the temperature")
        for kind in "margin", "probability", "entropy":
            said, p, _, _ = self.calibrate(0.5, "--confidence", kind)
            whole = said["thresholds"]["exits"][-1]["alone"]
            error = ", ".join(f"{t['ece_before']:.4f} and {t['ece']:.4f}" for t in said.get("temperatures", []))
            text += row(kind, share(p["accuracy"]), cost(p["cost"]), f"{100 * (1 - p['cost'] / whole):.1f} %", error)
        return text


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    exits = Exits(*sys.argv[1:])
    said = exits.calibrate(0.5)[0]["thresholds"]
    text = f"`{said['network']}`, geometry {said['cost']['geometry']}, thresholds from {said['chosen_on']} held-out images, judged on the {said['samples']} test images.\n\n"
    text += exits.alone() + "\nOne frame at a time:\n\n" + exits.budgets(1) + "\nA hundred frames at a time:\n\n" + exits.budgets(100)
    text += "\nThe three kinds of confidence, half a point to lose, one frame at a time:\n\n" + exits.kinds()
    run(*exits.always, "--budget", "0.5", "--plot", PICTURE)
    with open(PAGE, encoding="utf-8") as f:
        page = f.read()
    begin, end = "<!-- measured -->\n", "<!-- /measured -->\n"
    if page.count(begin) != 1 or page.count(end) != 1:
        sys.exit(f"exits_page.py: {PAGE} has no single place between {begin.strip()} and {end.strip()}")
    page = page[:page.index(begin) + len(begin)] + "\n" + text + "\n" + page[page.index(end):]
    folder = os.path.dirname(PAGE)
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as f:
        f.write(page)
    os.chmod(f.name, 0o644)
    os.replace(f.name, PAGE)


if __name__ == "__main__":
    main()
