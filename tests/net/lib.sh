# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lib.sh - network namespaces and links between them, for tests. Sourced by a script, which it starts again inside namespaces of its own: network, processes,
# mounts, and without root a user's. When that script ends, however it ends, the kernel takes all of it away: processes, namespaces, devices, files in $work.
# Exit 77, with the reason, where that is not permitted. docs/net.md
#
#   spaces device edge                       network namespaces with a loopback
#   in_space edge COMMAND...
#   become edge COMMAND... &                 the same in the background: $! is the command's own
#   link lnk device 10.9.1.1 edge 10.9.1.2 "rate=8M delay=20"     both ends called lnk; words as linkem.h says, both ways alike
#   link_set lnk a|b|both "loss=100"         a: from the first space to the second; when it returns, it is so
#   link_down lnk; link_up lnk               no carrier: whoever sends gets an error at once
#   link_stats lnk                           takes the link down for good, prints a line of JSON for each way (with netem: nothing)
#   wire w edge 10.9.2.1 cloud 10.9.2.2 40M  a veth pair, each way at that rate by tbf, no delay
# LINK=linkem|netem decides how links are made; by default netem where the kernel has it.
set -u
: "${ROOT:?set by make}"
LINKEM=${LINKEM:-$ROOT/build/tests/linkem}

if [ -z "${NET_INSIDE:-}" ]; then
    how=(unshare --net --mount --pid --fork --mount-proc --kill-child)
    [ "$(id -u)" -eq 0 ] || how+=(--user --map-root-user)
    for tool in ip tc nsenter unshare; do PATH=$PATH:/sbin:/usr/sbin command -v $tool > /dev/null || { echo "skipped: no $tool (packages iproute2, util-linux)"; exit 77; }; done
    why=$("${how[@]}" true 2>&1) || { echo "skipped: network namespaces are not permitted here: ${why%%$'\n'*}"; exit 77; }
    NET_INSIDE=1 exec "${how[@]}" bash "$0" "$@"
fi
trap 'exit 143' TERM INT
PATH=$PATH:/sbin:/usr/sbin
mount -t tmpfs none /run && mkdir -p /run/netns /run/work || exit 1
work=/run/work
cd $work || exit 1
declare -A end_of way_of link_pid trace_pid

die() {
    echo "FAIL: $*"
    exit 1
}

# Kinds of emulators that work here, once.
if [ -z "${LINK:-}" ]; then
    ip link add probe type veth peer name eborp || exit 1
    if tc qdisc add dev probe root netem delay 1ms 2> /dev/null; then LINK=netem
    elif (exec 3<> /dev/net/tun) 2> /dev/null; then LINK=linkem
    else
        echo "skipped: this kernel has no netem, and /dev/net/tun may not be opened"
        exit 77
    fi
    ip link del probe
fi

spaces() {
    local s
    for s in "$@"; do
        ip netns add "$s" || die "no namespace $s"
        in_space "$s" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set lo up' 2> /dev/null
    done
}
in_space() { nsenter --net="/run/netns/$1" "${@:2}"; }
become() { exec nsenter --net="/run/netns/$1" "${@:2}"; }

until_said() { # until_said FILE PATTERN PID - of a program that was just started, or told something
    local i
    for ((i = 0; i < 1000; i++)); do
        grep -qE -- "$2" "$1" 2> /dev/null && return
        kill -0 "$3" 2> /dev/null || break
        sleep 0.01
    done
    cat "$1" 2> /dev/null
    die "no '$2' in $1"
}

pair() { # a veth pair; segments leave as they would on a wire: what tbf or netem count are packets
    ip link add "$1" netns "$2" type veth peer name "$1" netns "$3" || die "no veth pair $1"
    for s in "$2" "$3"; do in_space "$s" ip link set "$1" gso_max_segs 1 gso_max_size 1600 || die "no gso_max_segs"; done
}
addressed() {
    { in_space "$2" ip addr add "$3" peer "$5" dev "$1" && in_space "$4" ip addr add "$5" peer "$3" dev "$1"; } || die "no addresses for $1"
    { in_space "$2" ip link set "$1" up && in_space "$4" ip link set "$1" up; } || die "$1 does not come up"
}

link() {
    end_of[$1 a]=$2 end_of[$1 b]=$4
    if [ "$LINK" = netem ]; then pair "$1" "$2" "$4"
    else
        mkfifo "$1.control"
        : > "$1.said"
        "$LINKEM" "/run/netns/$2" "$1" "/run/netns/$4" "$1" --control "$1.control" --seed "${SEED:-1}" > "$1.said" 2>&1 < /dev/null &
        link_pid[$1]=$!
        until_said "$1.said" '^up$' "${link_pid[$1]}"
    fi
    addressed "$@"
    link_set "$1" both "${6:-}"
}

link_set() {
    local way before
    if [ "$LINK" = netem ]; then
        for way in a b; do
            if [ "$2" = both ] || [ "$2" = $way ]; then netem_set "$1" $way "$3"; fi
        done
        return
    fi
    [ -n "$3" ] || return 0
    before=$(wc -l < "$1.said")
    echo "$2 $3" > "$1.control"
    for ((i = 0; i < 1000; i++)); do
        [ "$(wc -l < "$1.said")" -gt "$before" ] && break
        sleep 0.005
    done
    tail -1 "$1.said" | grep -q "^$2 " || die "link $1: $2 $3: $(tail -1 "$1.said")"
}

# netem forgets what a change does not name: all words, each time. Its queue is counted in packets.
netem_set() {
    local w rate='' delay=0 jitter=0 loss=0 queue=1048576 trace='' scale=1 speed=1 space=${end_of[$1 $2]}
    way_of[$1 $2]="${way_of[$1 $2]:-} $3"
    for w in ${way_of[$1 $2]}; do
        case $w in
        rate=none) rate='' trace='' ;;
        rate=*) rate=${w#*=} trace='' ;;
        trace=*) trace=${w#*=} ;;
        delay=* | jitter=* | loss=* | queue=* | scale=* | speed=*) local "${w%%=*}=${w#*=}" ;;
        *) die "link $1: $w" ;;
        esac
    done
    [ -z "${trace_pid[$1 $2]:-}" ] || kill "${trace_pid[$1 $2]}"
    trace_pid[$1 $2]=
    local fixed=(limit $((queue / 1500 + 1)) delay "${delay}ms" "${jitter}ms" loss "$loss%")
    in_space "$space" tc qdisc replace dev "$1" root netem "${fixed[@]}" ${rate:+rate "${rate/%[kM]/&bit}"} || die "netem: ${fixed[*]} $rate"
    [ -n "$trace" ] || return 0
    # Seconds to sleep and bit/s, from the formats of `bonnet link` in seconds and as bytes in milliseconds.
    awk -v scale="$scale" -v speed="$speed" '!/^#/ && NF { at = NF == 6 ? $2 / 1000 : $1; v = NF == 6 ? 8000 * $5 / $6 : 1e6 * $2; if (n++) print (at - last) / speed, r; last = at; r = int(v * scale) }
        END { print 1 / speed, r }' "$trace" > "$1.$2.trace"
    while :; do
        while read -r seconds rate; do
            in_space "$space" tc qdisc change dev "$1" root netem "${fixed[@]}" rate "$((rate > 0 ? rate : 1))bit"
            sleep "$seconds"
        done < "$1.$2.trace"
    done &
    trace_pid[$1 $2]=$!
}

link_down() { in_space "${end_of[$1 a]}" ip link set "$1" down; }
link_up() { in_space "${end_of[$1 a]}" ip link set "$1" up; }
link_stats() {
    [ "$LINK" = linkem ] || return 0
    echo quit > "$1.control"
    wait "${link_pid[$1]}"
    grep '^{' "$1.said"
}

wire() {
    local s
    pair "$1" "$2" "$4"
    addressed "$@"
    for s in "$2" "$4"; do in_space "$s" tc qdisc add dev "$1" root tbf rate "${6/%[kM]/&bit}" burst 6400 latency 500ms || die "no tbf"; done
}
