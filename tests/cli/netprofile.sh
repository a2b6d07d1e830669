#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Network profiles from `bonnet estimate`, of the chip and of a platform, read by `bonnet plan`; and every way in which such a file can be wrong.
. "$ROOT/tests/cli/lib.sh"
cat > server.platform << 'END'
{"bonnet_platform": 1, "name": "server", "start_ms": 0.01, "layers": {"other": {"model": "roofline", "ops_per_s": 1e13, "bytes_per_s": 1e11, "error": 0.2}}}
END
check 0 '' "$BONNET" estimate "$bool" --geometry tiny --clock-mhz 1 -o board.json
check 0 '' "$BONNET" estimate "$bool" --platform server.platform -o server.json
cat > tiers.json << 'END'
{"bonnet_tiers": 1, "input_bytes": 784, "tiers": [{"name": "board", "profile": "board.json", "busy_mw": 100, "idle_mw": 10}, {"name": "edge", "profile": "server.json"}],
 "links": [{"mbit_per_s": 1, "rtt_ms": 5}]}
END
check 0 '^ +1 .*edge' "$BONNET" plan "$bool" --tiers tiers.json
check 0 '^ +1 .*board' "$BONNET" plan "$bool" --tiers tiers.json --only device
# All on the board is the profile's whole: to the microsecond that is printed.
/usr/bin/python3 -B - << 'P' || die "the plan on the board alone is not the profile's whole"
import json, re
ms = json.load(open("board.json"))["ms"]
assert abs(float(re.search(r"^ +1 +([0-9.]+)", open("out").read(), re.M).group(1)) - ms) < 6e-4, ms
P
checks=$((checks + 1))

# wrong CODE PATTERN CHANGE...: the profile p, changed by Python.
cp board.json good.json
wrong() {
    /usr/bin/python3 -B -c "
import json
p = json.load(open('good.json'))
l = p['layers'][1]
$3
json.dump(p, open('board.json', 'w'))"
    check "$1" "board.json: $2" "$BONNET" plan "$bool" --tiers tiers.json
}
wrong 15 '"bonnet_profile" is of another version' 'p["bonnet_profile"] = 2'
wrong 16 '"bonnet_profile", its version, is missing' 'del p["bonnet_profile"]'
for key in network tier source start_ms layers branches ms ms_lo ms_hi; do wrong 11 "\"$key\" is missing" "del p['$key']"; done
wrong 11 'no entry "watts"; there are bonnet_profile, network, sha256' 'p["watts"] = 1'
wrong 11 '"network" wants a text of 1 to 127' 'p["network"] = ""'
wrong 11 '"tier" wants a text of 1 to 127' 'p["tier"] = "x" * 128'
wrong 11 '"tier" wants a text' 'p["tier"] = "a\nb"'
wrong 11 '"sha256" wants 64 hexadecimal' 'p["sha256"] = "12"'
wrong 11 '"sha256" wants 64 hexadecimal' 'p["sha256"] = p["sha256"].replace(p["sha256"][0], "G")'
wrong 11 '"source" wants array, fitted, measured or model, not "guess"' 'p["source"] = "guess"'
wrong 11 '"start_ms" wants a number, 0 to' 'p["start_ms"] = -1'
wrong 11 '"start_ms" wants a number, 0 to' 'p["start_ms"] = "1"'
wrong 11 '"ms" wants a number from ms_lo to ms_hi' 'p["ms"] = p["ms_hi"] + 1'
wrong 11 '"layers" wants at least one' 'p["layers"] = []'
wrong 11 '"layers" wants an array of at most 4096' 'p["layers"] = {}'
wrong 11 '"layers" wants an array of at most 4096' 'p["layers"] = [0] * 4097'
wrong 11 '"layers\[1\]" wants an object' 'p["layers"][1] = 1'
for key in name kind ms ms_lo ms_hi; do wrong 11 "\"layers\\[1\\]\" lacks \"$key\"" "del l['$key']"; done
wrong 11 '"layers\[1\]": no entry "cycles"; there are name, kind, ms' 'l["cycles"] = 1'
wrong 11 '"layers\[1\]": "ms" wants a number from ms_lo' 'l["ms_lo"] = l["ms"] + 1'
wrong 11 '"layers\[1\]": "mj" wants a number, 0 to' 'l["mj"] = -1'
wrong 11 '"layers\[1\]": "ms" wants a number' 'l["ms"] = 1e10'
wrong 11 '"layers\[1\]": "ms" wants a number' 'l["ms"] = float("nan")'
wrong 11 '"layers\[1\]": "name" wants a name that no other' 'l["name"] = p["layers"][0]["name"]'
wrong 11 '"branches" wants an array of at most 64' 'p["branches"] = 1'
wrong 11 '"branches\[0\]" lacks "behind"' 'p["branches"] = [{"name": "e", "ms": 1, "ms_lo": 1, "ms_hi": 1}]'
wrong 11 '"branches\[0\]": "behind" wants the name of a layer, not "nowhere"' 'p["branches"] = [{"name": "e", "behind": "nowhere", "ms": 1, "ms_lo": 1, "ms_hi": 1}]'
head -c 2200000 /dev/zero | tr '\0' ' ' > board.json
check 16 'board.json: not a JSON file of at most 2048 KiB' "$BONNET" plan "$bool" --tiers tiers.json
passed
