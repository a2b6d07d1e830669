#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The shapes of Edgent's figures 8 and 9 on Bonnet's own profile, what docs/plan.md shows, and what following a changing link gains. BONNET_TRACE: another trace for the latter.
. "$ROOT/tests/cli/lib.sh"
check 0 '^0 wrong$' env ${BONNET_TRACE:+BONNET_TRACE="$BONNET_TRACE"} "$ROOT/tests/plan/figures.py" "$BONNET" --check
cat out
# A link of three minutes at 2, 0.25 and 1 Mbit/s: whoever follows it is in time and right more often than any plan that never changes.
awk 'BEGIN { for (i = 0; i < 180; i++) print i, i < 60 ? 2 : i < 120 ? 0.25 : 1 }' > steps.txt
for detector in bayes ewma; do
    check 0 '"by_state"' "$BONNET" plan "$ROOT/examples/edge/basenet/tiers.json" --trace steps.txt --deadline 350 --detector $detector --json
    /usr/bin/python3 -B - << 'P' || die "not better than every fixed plan"
import json
p = json.load(open("out"))["policies"]
assert p["by_state"]["reward"] > 1.1 * max(p[k]["reward"] for k in ("fixed", "device_only", "server_only")) and p["by_state"]["late"] < 0.1, p
assert p["by_state"]["reward"] <= p["foreseen"]["reward"] and p["foreseen"]["late"] == 0, p
P
    checks=$((checks + 1))
done
# What the link carried is known when it is over: bounds of its rate are for plans only. No plan is in time for certain, but each input was.
awk 'BEGIN { for (i = 0; i < 20; i++) print i, 1 }' > flat.txt
sed 's/"mbit_per_s": 1,/"mbit_per_s": 1, "mbit_per_s_sd": 0.3,/; s#"profile": "#&'"$ROOT"'/examples/edge/basenet/#' "$ROOT/examples/edge/basenet/tiers.json" > unsure.json
check 0 'late: device stem.conv >' "$BONNET" plan unsure.json --edgent map --only partition --deadline 350 --states 1
check 0 '^by state .* 0.0000 +0$' "$BONNET" plan unsure.json --only partition --deadline 350 --trace flat.txt
# docs/plan.md shows what is printed: each block begins with its command.
shown() { sed -n "/^<!-- $1 -->/,/^<!-- \\/$1 -->/s/^    //p" "$ROOT/docs/plan.md"; }
cd "$ROOT" || die "no $ROOT"
while read -r name; do
    shown "$name" > "$work/want"
    read -r -a words < "$work/want"
    "$BONNET" "${words[@]:1}" > "$work/got" 2> "$work/err" < /dev/null
    sed 1d "$work/want" | cmp -s - "$work/got" || { cp "$work/got" "$work/out"; cd "$work" || exit 1; die "not as in docs/plan.md: $name"; }
    checks=$((checks + 1))
done < <(sed -n 's/^<!-- \([a-z]*\) -->$/\1/p' docs/plan.md)
cd "$work" || exit 1
passed
