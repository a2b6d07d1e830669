#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet order: the worked example, limits, logs, and every way in which a file of experts can be wrong.
. "$ROOT/tests/cli/lib.sh"
cp "$ROOT"/examples/edge/experts.json sensors.json
check 0 '^expected 13.900 ms, camera alone 40.000 ms; worst case 50.000 ms; storage 320000 bytes$' "$BONNET" order sensors.json
grep -q '^    1  acoustic .* 1.0000    0.5500  saves 8.100 ms$' out || die "the first place"
grep -q '^    2  seismic .* 0.4500    0.6000  saves 8.100 ms$' out || die "the second place"
grep -q '^    3  camera .* 0.1800    1.0000  always answers$' out || die "the last place"
grep -q 'infrared .*left out: behind seismic it would add 0.360 ms$' out || die "why infrared is left out"
check 0 'seismic .*behind acoustic it would save 8.100 ms, but the worst case would be 50.000 ms' "$BONNET" order sensors.json --deadline 45
check 0 'expected 22.000 ms.*worst case 44.000 ms, deadline 44.000 ms' "$BONNET" order sensors.json --deadline 44
check 0 'expected 40.000 ms' "$BONNET" order sensors.json --deadline 43.999
check 0 'seismic .*but 320000 bytes would be needed' "$BONNET" order sensors.json --storage 150000
check 0 'expected 22.000 ms.*storage 120000 bytes of 150000' "$BONNET" order sensors.json --storage 150000 --deadline 60
check 0 '^expected 40.000 ms' "$BONNET" order sensors.json --storage 0
check 0 'answers taken as nested' "$BONNET" order sensors.json --dependence nested
grep -q '^expected 22.000 ms' out || die "nested: seismic behind acoustic adds 0.05 of answers for 0.45 of 6 ms"
check 0 '"expected_ms": 13.9' "$BONNET" order sensors.json --json
/usr/bin/python3 -B - << 'P' || die "not the JSON that was promised"
import json
j = json.load(open("out"))
assert j["order"] == ["acoustic", "seismic", "camera"] and j["worst_ms"] == 50 and j["storage_bytes"] == 320000, j
assert [e["why"] for e in j["experts"]] == ["taken", "no gain", "taken", "always answers"], j
P
checks=$((checks + 1))

# A log: the same experts, who in truth answer the same inputs. Three inputs of four are easy for both, so the second helps nobody.
{
    printf 'bonnet_outcomes,1\r\nname,acoustic,seismic,camera\ncost_ms,4,6.000,40\nstorage_bytes,120000,200000,0\n'
    printf '%s\n' a,1,1,1 b,1,1,1 '' c,1,1,1 d,0,0,1
} > log.csv
check 0 '^expected 14.000 ms' "$BONNET" order log.csv
grep -q 'answers as logged for 4 inputs' out || die "how many inputs"
grep -q 'seismic .*left out: first it would add 3.000 ms\|seismic .*left out: behind acoustic it would add 1.500 ms' out || die "why seismic is left out"
check 0 '^expected 8.000 ms' "$BONNET" order log.csv --dependence independent
check 2 '--dependence logged wants the answers to many inputs' "$BONNET" order sensors.json --dependence logged
grep -v storage log.csv > short.csv
check 0 '^expected 14.000 ms.*storage 0 bytes$' "$BONNET" order short.csv

# docs/edge.md shows what is printed.
shown() { sed -n "/^<!-- $1 -->/,/^<!-- \\/$1 -->/s/^    //p" "$ROOT/docs/edge.md"; }
cd "$ROOT" || die "no $ROOT"
"$BONNET" order examples/edge/experts.json > "$work/got" && shown order > "$work/want"
"$BONNET" order examples/edge/answers.csv > "$work/got.log" && shown log > "$work/want.log"
cd "$work" || die "no $work"
for example in got got.log; do
    cmp -s $example ${example/got/want} || { cp $example out; die "not as in docs/edge.md: $example"; }
    checks=$((checks + 1))
done

# Every set of 22 experts takes another time, and the longer one is always the cheaper: too many to keep, told in bounded memory. Of 20 it is answered.
powers() {
    awk -v n="$1" 'BEGIN {
        printf "{\"bonnet_experts\": 1, \"deterministic\": {\"name\": \"last\", \"cost_ms\": 2000000}, \"experts\": ["
        for (i = 0; i < n; i++) printf "%s{\"name\": \"e%d\", \"cost_ms\": %.3f, \"answers\": %.9f}", i ? ", " : "", i, 2 ^ i / 1000, 2 ^ i * 1e-9
        print "]}"
    }' > powers.json
}
bounded() (
    ulimit -v 300000
    exec "$BONNET" order powers.json --deadline 3000000
)
powers 22
check 20 'powers.json: more than 1048576 partial orders that no other beats' bounded
powers 20
check 0 '^expected ' bounded

# Command lines.
check 2 'give one file of experts' "$BONNET" order
check 2 'give one file of experts' "$BONNET" order sensors.json log.csv
for bad in 0 -1 1e12 0.0005 ten nan 0x10 ''; do check 2 "deadline wants milliseconds" "$BONNET" order sensors.json --deadline "$bad"; done
for bad in -1 1.5 1e3 99999999999999999999 9007199254740993 ''; do check 2 "storage wants a whole number" "$BONNET" order sensors.json --storage "$bad"; done
check 2 "independent, nested or logged, not 'some'" "$BONNET" order sensors.json --dependence some
check 11 'deterministic expert alone takes 40.000 ms, the deadline is 39.999 ms' "$BONNET" order sensors.json --deadline 39.999

# Files that are none, or of another version.
check 14 'none.json: No such file' "$BONNET" order none.json
check 14 '.' "$BONNET" order .
bad() { # bad CODE PATTERN TEXT
    printf '%s' "$3" > bad.json
    check "$1" "bad.json: .*($2)" "$BONNET" order bad.json
}
good='"experts": [], "deterministic": {"name": "d", "cost_ms": 1}'
printf '{"bonnet_experts": 1, %s}\n \n' "$good" > alone.json
check 0 'expected 1.000 ms' "$BONNET" order alone.json
bad 16 'not JSON' ''
bad 16 'not JSON' '{"bonnet_experts": 1'
bad 16 'not JSON' "{\"bonnet_experts\": 1, $good} more"
bad 16 'not JSON' "{\"bonnet_experts\": 1, $good,}"
bad 16 'not a JSON object' '[1]'
bad 16 '"bonnet_experts", its version, is missing' "{$good}"
bad 15 'of another version' "{\"bonnet_experts\": 2, $good}"
bad 15 'of another version' "{\"bonnet_experts\": \"1\", $good}"
head -c 70000 /dev/zero | tr '\0' ' ' > bad.json
check 16 'at most 64 KiB' "$BONNET" order bad.json
printf '{"bonnet_experts": 1\0}' > bad.json
check 16 'not a JSON file' "$BONNET" order bad.json

# Wrong fields, each named.
field() { bad 11 "$1" "{\"bonnet_experts\": 1, $2}"; }
last='"deterministic": {"name": "d", "cost_ms": 1}'
field 'no entry "extra"; there are' "$good, \"extra\": 1"
field '"experts" is missing' "$last"
field '"deterministic", the expert that always answers, is missing' '"experts": []'
field '"dependence" wants' "$good, \"dependence\": \"some\""
field '"dependence" wants .*CSV' "$good, \"dependence\": \"logged\""
field '"experts" wants an array' "\"experts\": {}, $last"
field '"experts" wants an array of at most 64' "\"experts\": [$(printf '1,%.0s' {1..64})1], $last"
field '"experts\[0\]" wants an object' "\"experts\": [1], $last"
field '"deterministic" wants an object' '"experts": [], "deterministic": 1'
field '"deterministic" lacks "cost_ms"' '"experts": [], "deterministic": {"name": "d"}'
field '"deterministic" has no entry "answers"' '"experts": [], "deterministic": {"name": "d", "cost_ms": 1, "answers": 1}'
expert() { field "\"experts\\[0\\]\".*$1" "\"experts\": [$2], $last"; }
expert 'lacks "name"' '{"cost_ms": 1, "answers": 1}'
expert 'lacks "cost_ms"' '{"name": "a", "answers": 1}'
expert 'lacks "answers"' '{"name": "a", "cost_ms": 1}'
expert 'no entry "cost"' '{"name": "a", "cost": 1, "answers": 1}'
expert '"name" wants a string' '{"name": 1, "cost_ms": 1, "answers": 1}'
expert '"name" wants a name of 1 to 63' '{"name": "", "cost_ms": 1, "answers": 1}'
expert '"name" wants a name of 1 to 63' "{\"name\": \"$(printf 'a%.0s' {1..64})\", \"cost_ms\": 1, \"answers\": 1}"
expert '"name" wants a name without control' '{"name": "a\u001b[2J", "cost_ms": 1, "answers": 1}'
expert '"name" wants a name without control' '{"name": "a\u0000b", "cost_ms": 1, "answers": 1}'
for cost in 0 -1 0.0001 1e10 '"4"' null 1.00005; do expert '"cost_ms" wants milliseconds' "{\"name\": \"a\", \"cost_ms\": $cost, \"answers\": 1}"; done
for share in -0.1 1.1 '"1"' true; do expert '"answers" wants the share' "{\"name\": \"a\", \"cost_ms\": 1, \"answers\": $share}"; done
for bytes in -1 1.5 '"1"' 9007199254740993; do
    expert '"storage_bytes" wants' "{\"name\": \"a\", \"cost_ms\": 1, \"answers\": 1, \"storage_bytes\": $bytes}"
done
field '"experts\[1\]".*no other expert has' '"experts": [{"name": "a", "cost_ms": 1, "answers": 1}, {"name": "a", "cost_ms": 1, "answers": 1}], '"$last"
field '"deterministic".*no other expert has' '"experts": [{"name": "d", "cost_ms": 1, "answers": 1}], '"$last"

# Wrong tables, each with its line.
rows() { # rows CODE PATTERN LINES...
    local code=$1 pattern=$2
    shift 2
    printf '%s\n' "$@" > bad.csv
    check "$code" "bad.csv: $pattern" "$BONNET" order bad.csv
}
v=bonnet_outcomes,1 n=name,a,d c=cost_ms,4,40
rows 15 'begins with another line' bonnet_outcomes,2 $n $c x,1,1
rows 15 'begins with another line' bonnet_outcomes $n $c x,1,1
rows 11 'line 2 wants "name"' $v $c
rows 11 'line 2 wants "name"' $v name,$(seq -s, 18)
rows 11 'line 2 wants .*1 to 63' $v name,a,, $c
rows 11 'line 2 wants .*no other' $v name,a,a $c
rows 11 'line 3 wants "cost_ms"' $v $n x,1,1
rows 11 'line 3 wants "cost_ms"' $v $n $c,5
rows 11 'line 3 wants milliseconds' $v $n cost_ms,four,40
rows 11 'line 3 wants milliseconds' $v $n cost_ms,,40
rows 11 'line 4 wants a whole number of bytes' $v $n $c storage_bytes,1.5,0
rows 11 'line 4 wants a whole number of bytes' $v $n $c storage_bytes,1
rows 11 'line . wants at least one input' $v $n $c
rows 11 'line 4 wants 0 or 1' $v $n $c x,2,1
rows 11 'line 5 wants 0 or 1' $v $n $c x,1,1 y,,1
rows 11 'line 5 wants the name of an input' $v $n $c x,1,1 y,1,1,
rows 11 'line 4 wants the name of an input' $v $n $c x,1
rows 11 'line 4 wants 1 in the last column' $v $n $c x,1,0
passed
