#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Energy and trace: numbers that must agree with each other, and wrong command lines.
. "$ROOT/tests/cli/lib.sh"

# value FILE PATH... - a value in a JSON file.
value() { /usr/bin/python3 -c 'import json, sys
v = json.load(open(sys.argv[1]))
for key in sys.argv[2:]: v = v[int(key)] if isinstance(v, list) else v[key]
print(v)' "$@"; }
# holds EXPRESSION - arithmetic that must be true.
holds() { checks=$((checks + 1)); awk "BEGIN { exit !($1) }" || die "does not hold: $1"; }

# ---- energy --compare: the committed page is what the program prints; residuals as promised
check 0 '^BoolNet k=4 .* 1\.33 ' "$BONNET" energy --compare
sed 's/^/    /' out > table
awk '$0 == "<!-- /energy -->" { p = 0 } p && NF; $0 == "<!-- energy -->" { p = 1 }' "$ROOT/docs/energy.md" > page
cmp -s table page || die "docs/energy.md is not what bonnet energy --compare prints; run make energy"
check 0 '"static_share"' "$BONNET" energy --compare --json
cp out all.json
for row in 0 1 2 3 4 5; do
    limit=$([ $row -lt 3 ] && echo 20 || echo 10)
    r=$(value all.json networks $row residual_percent)
    holds "$r < $limit && $r > -$limit"
done
[ "$(value all.json bonnet_source)" = counters ] || die "the rows of Bonnet are not the counters'"
for way in single streamed; do
    holds "$(value all.json networks 3 bonnet_$way total_uj) <= $(value all.json networks 3 bonnet_$way target_uj)"
done
check 0 '^BoolNet k=4  *stream/[2-9] .* <= 0\.55 ' "$BONNET" energy --compare
check 0 'analytic' "$BONNET" energy --compare --analytic
check 0 '^BoolNet k=4  *stream/5 ' "$BONNET" energy --compare --batch 5 # a batch alone asks for the analytic stream
check 0 . "$BONNET" energy --compare --analytic --json && cp out sketch.json
[ "$(value sketch.json networks 3 bonnet_streamed batch)" = "$(value all.json networks 3 bonnet_streamed batch)" ] || die "a batch nobody measured"
check 0 . "$BONNET" energy --compare --batch 1 --json
cp out one.json # without sharing, a stream costs more
holds "$(value one.json networks 3 bonnet_streamed total_uj) > $(value sketch.json networks 3 bonnet_streamed total_uj)"

# ---- energy MODEL: counters and descriptors say the same of one frame; a stream of resident weights costs less
for net in "$bool" "$base"; do
    check 0 '"counters"' "$BONNET" energy "$net" --device sim: --json && cp out sim.json
    check 0 '"analytic"' "$BONNET" energy "$net" --device cpu: --json && cp out cpu.json
    check 0 . "$BONNET" energy "$net" --device sim: --images 10 --json && cp out ten.json
    holds "$(value sim.json dram_bits_in_per_frame) + $(value sim.json dram_bits_out_per_frame) == $(value sim.json dram_bits_per_frame)"
    holds "$(value sim.json sram_bits_per_frame) == $(value cpu.json sram_bits_per_frame)"
    holds "$(value sim.json frame compute_uj) == $(value cpu.json frame compute_uj)"
    holds "$(value sim.json dram_bits_per_frame) >= $(value cpu.json dram_bits_per_frame)"
    holds "$(value sim.json dram_bits_per_frame) < 1.03 * $(value cpu.json dram_bits_per_frame)" # the descriptors
    holds "$(value ten.json frame total_uj) < 0.6 * $(value sim.json frame total_uj)"
done
check 0 'idle units leak' "$BONNET" energy "$bool" "$(printf '%s\n' "$pictures"/*.pgm | head -1)"

# ---- trace: one process, four threads, slices of a unit never overlap, bytes add up to the counters
check 0 '2[01][0-9]{3} cycles' "$BONNET" trace "$bool" -o trace.json
check 0 . "$BONNET" bench "$bool" --json --trace bench.json && cp out bench.out
check 0 . "$BONNET" run "$bool" "$(printf '%s\n' "$pictures"/*.pgm | head -1)" --device sim: --trace run.json
for file in trace.json bench.json run.json; do
    checks=$((checks + 1))
    /usr/bin/python3 - $file bench.out > out 2> err << 'PY' || die "$file is not the trace of that run"
import json, sys
t, bench = (json.load(open(f)) for f in sys.argv[1:])
events = t["traceEvents"]
names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
assert sorted(names.values()) == ["conv", "load", "stem", "store"], names
assert {e["pid"] for e in events} == {1}
for tid in names:
    at = -1e-9
    for e in [e for e in events if e["ph"] == "X" and e["tid"] == tid]:
        assert e["ts"] >= at - 1e-6 and e["dur"] >= 0, e
        at = e["ts"] + e["dur"]
        assert at * 1000 <= t["otherData"]["cycles"] + 1
work = [e for e in events if e["ph"] == "X" and e["cat"] != "wait"]
layers = {l["name"]: l for l in bench["layers"]}
assert {e["args"]["layer"] for e in work} == set(layers)
for name, l in layers.items():
    assert sum(e["args"]["dram_bytes"] for e in work if e["args"]["layer"] == name) == l["dram_bytes"], name
PY
done

# ---- wrong input
check 2 'takes no files' "$BONNET" energy --compare "$bool"
check 2 'batch wants a whole number from 1 to 1000,' "$BONNET" energy --compare --batch 0
check 2 'batch goes with --compare' "$BONNET" energy "$bool" --batch 3
check 2 'analytic goes with --compare' "$BONNET" energy "$bool" --analytic
check 2 'give one .bonnet file' "$BONNET" energy
check 2 'picture of --compare' "$BONNET" energy "$bool" -o x.svg
check 2 'images wants a whole number from 1 to 100000' "$BONNET" energy "$bool" --images 0
check 2 'and -o FILE' "$BONNET" trace "$bool"
check 2 'cpu: has no counters' "$BONNET" trace "$bool" --device cpu: -o x.json
check 2 'golden: has no counters' "$BONNET" run "$bool" "$(printf '%s\n' "$pictures"/*.pgm | head -1)" --device golden: --trace x.json
check 2 'cpu: has no counters' "$BONNET" bench "$bool" --device cpu: --trace x.json
check 14 'cannot write no/such/x.json' "$BONNET" trace "$bool" -o no/such/x.json
check 14 'cannot write /dev/full' "$BONNET" trace "$bool" -o /dev/full
mkdir empty
check 14 'gnuplot is not installed' env PATH="$work/empty" "$BONNET" energy --compare -o picture.svg
printf '#!/bin/sh\necho "line 0: cannot draw" >&2\nexit 1\n' > empty/gnuplot && chmod +x empty/gnuplot
check 14 'gnuplot failed: line 0: cannot draw' env PATH="$work/empty:$PATH" "$BONNET" energy --compare -o picture.svg
if [ -e picture.svg ] || [ -e x.json ]; then die "a failure left a file"; fi
if command -v gnuplot > /dev/null; then
    check 0 . "$BONNET" energy --compare -o picture.svg
    grep -q '</svg>' picture.svg || die "no picture"
fi
passed
