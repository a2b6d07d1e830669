#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# docs/exits.md, "Measured": each row of its tables of thresholds, counted again on the test images. (How the thresholds were found needs the held-out images: make exits.)
. "$ROOT/tests/cli/lib.sh"
check 0 'exit2' "$BONNET" compile "$ROOT/models/fashion/boolnet_k4_exits.onnx" -o exits.bonnet
"$BONNET" run exits.bonnet --dataset fashion-mnist --limit 1 > out 2> err || { echo "SKIP: $(cat err)"; exit 77; }
check 0 '10000 images, labels' "$BONNET" run exits.bonnet --dataset fashion-mnist --all-exits -o test.npz
for frames in 1 100; do
    check 0 '"exhaustive": true' "$BONNET" calibrate test.npz exits.bonnet --budget 0.5 --frames $frames --json
    mv out costs_$frames.json
done
/usr/bin/python3 -B - "$ROOT/docs/exits.md" << 'P' > out 2> err || die "not as in docs/exits.md"
import json, re, sys
import numpy as np
logits = np.load("test.npz")
names = [n for n in logits.files if n != "labels"]
assert names == ["exit1", "exit2", "final"], names
right = [logits[n].argmax(1) == logits["labels"] for n in names]
margin = [np.diff(np.sort(logits[n].astype(np.int64), 1)[:, -2:])[:, 0] for n in names]
page, rows = open(sys.argv[1], encoding="utf-8").read(), 0
number = lambda text: float(re.sub(r"[*%,]| .*$", "", text.strip().lstrip("*")))
for frames, begin, end in (1, "\nOne frame at a time", "\nA hundred frames"), (100, "\nA hundred frames at a time", "\nThe three kinds"):
    exits = json.load(open(f"costs_{frames}.json"))["thresholds"]["exits"]
    for line in page[page.index(begin):page.index(end)].split("\n"):
        cells = [c.strip() for c in line.strip("| ").split("|")]
        if not re.match(r"\d+, \d+$", cells[1] if len(cells) > 1 else ""):
            continue
        left = [np.full(10000, True)] + [None] * 2
        for e, threshold in enumerate(cells[1].split(", ")):
            sure = margin[e] >= int(threshold)
            left[e + 1] = left[e] & ~sure
            left[e] = left[e] & sure
        share = [l.mean() for l in left]
        accuracy = sum((l & r).mean() for l, r in zip(left, right))
        cost = sum(s * x["cost"] for s, x in zip(share, exits))
        assert cells[2] == ", ".join(f"{100 * s:.1f} %" for s in share), (line, share)
        assert abs(number(cells[4]) - 100 * accuracy) < 0.0051, (line, accuracy)
        assert abs(number(cells[5]) - cost) < 0.51, (line, cost)
        assert abs(number(cells[6]) - 100 * (1 - cost / exits[-1]["alone"])) < 0.051, (line, cost)
        rows += 1
assert rows == 10, rows
P
checks=$((checks + 1))
passed
