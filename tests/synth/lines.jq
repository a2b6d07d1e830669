# SPDX-License-Identifier: Apache-2.0
# A baseline as it is committed: one unit a line, keys sorted, so that a diff shows the unit that changed.   jq -r -f lines.jq COUNTS.json
def sorted: to_entries | sort_by(.key) | from_entries;
"{", ([sorted | to_entries[] | "  \(.key | tojson): \(.value | sorted | tojson)"] | join(",\n")), "}"
