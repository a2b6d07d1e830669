#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The report: one whole page with six drawings that needs nothing else, numbers of the run it tells of, and what goes wrong in drawing.
. "$ROOT/tests/cli/lib.sh"
check 2 'and -o FILE' "$BONNET" report "$bool"
check 2 'give one .bonnet file' "$BONNET" report -o x.html
check 2 '--images wants a whole number from 1 to 100000' "$BONNET" report "$bool" -o x.html --images 0
check 2 'cpu: has no counters' "$BONNET" report "$bool" -o x.html --device cpu:
check 14 'No such file' "$BONNET" report no.bonnet -o x.html
mkdir fake
check 14 'gnuplot is not installed.*gnuplot-nox' env PATH="$work/fake" "$BONNET" report "$bool" -o x.html
printf '#!/bin/sh\nexit 0\n' > fake/gnuplot && chmod +x fake/gnuplot
check 14 'gnuplot drew nothing' env PATH="$work/fake:$PATH" "$BONNET" report "$bool" -o x.html
printf '#!/bin/sh\nexec sleep 100\n' > fake/gnuplot # a drawing that never ends, and a person who does not wait
check 130 'interrupted' timeout --preserve-status -s INT 5 env PATH="$work/fake:$PATH" "$BONNET" report "$bool" -o x.html
only gnuplot
command -v gnuplot > /dev/null || { echo "SKIP the page: gnuplot is not installed"; exit 77; }

for frames in 1 3; do
    check 0 "$frames frame" "$BONNET" report "$bool" --images $frames -o r.html
    check 0 . "$BONNET" bench "$bool" --images $frames --json
    cp out bench.json
    checks=$((checks + 1))
    /usr/bin/python3 - r.html bench.json > out 2> err << 'PY' || die "the page is not whole"
import json, re, sys
from html.parser import HTMLParser
from xml.etree import ElementTree
page, bench = open(sys.argv[1], encoding="utf-8").read(), json.load(open(sys.argv[2]))

class Balance(HTMLParser):
    open_tags = []
    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "br"): self.open_tags.append(tag)
        for name, value in attributes:
            assert name not in ("src", "href", "srcset"), (tag, name, value)
    def handle_startendtag(self, tag, attributes): pass
    def handle_endtag(self, tag):
        assert self.open_tags.pop() == tag, tag
balance = Balance()
balance.feed(page)
assert not balance.open_tags, balance.open_tags
assert page.startswith("<!DOCTYPE html>") and "<script" not in page
drawings = re.findall(r"<svg.*?</svg>", page, re.S)
assert len(drawings) == 6, len(drawings)
for d in drawings: ElementTree.fromstring(d)
frames = bench["totals"]["frames"]
assert "<b>%.0f</b><span>cycles a frame" % (bench["totals"]["cycles"] / frames) in page
for layer in bench["layers"]:
    row = re.search(r"<tr><td>%s</td>.*?</tr>" % re.escape(layer["name"]), page).group(0)
    for key in ("macs", "cycles", "stall_in", "stall_out", "dram_bytes"):
        assert "<td>%d</td>" % layer[key] in row, (layer["name"], key)
PY
done
passed
