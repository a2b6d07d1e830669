#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# numbers.sh CLI MODELS-DIR [--into FILE] - measure what the README's table says, on this machine, now; Markdown on stdout, or put
# between the lines <!-- numbers --> and <!-- /numbers --> of FILE. Simulated cycles are exact; seconds are this machine's.
set -eu
cli=$1 models=$2
bool=$models/boolnet_k4.bonnet base=$models/basenet_k1.bonnet
picture=$(printf '%s\n' tests/vectors/fashion/*.pgm | head -1)

seconds() { # wall time of a command on one core
    local start end
    start=$(date +%s%N)
    taskset -c 0 "$@" > /dev/null
    end=$(date +%s%N)
    awk -v ns=$((end - start)) 'BEGIN { printf "%.1f", ns / 1e9 }'
}
accuracy() { "$cli" run "$1" --dataset fashion-mnist --quiet | sed -n 's/.*accuracy \([0-9.]* %\)/\1/p'; }

bench=$(taskset -c 0 "$cli" bench "$bool" "$picture" --device sim:)
# Array utilisation over the 3x3 binary layers: their MACs / (4096 * their cycles), waiting for weights included.
conv=$(echo "$bench" | awk '$2 == "conv" || $2 == "last" { m += $4; c += $5; u = 100 * $4 / ($5 * 4096); if (!n++ || u < low) low = u } END { printf "%.1f %% (lowest layer %.1f %%)", 100 * m / (c * 4096), low }')
cycles=$(echo "$bench" | sed -n 's/^\([0-9]*\) cycles, .*/\1/p')
rate=$(echo "$bench" | sed -n 's/^[0-9]* cycles, \([0-9]*\) MAC.*/\1/p')
fps=$(echo "$bench" | sed -n 's/^at the geometry.s nominal clock of \([0-9]*\) MHz: \([0-9]*\) frames.*/\2 frames\/s at a nominal \1 MHz/p')
stream=$(taskset -c 0 "$cli" bench "$bool" "$picture" --device sim: --images 50)
stream_cycles=$(echo "$stream" | sed -n 's/^\([0-9]*\) cycles, .*/\1/p')
speed=$(echo "$stream" | sed -n 's/^simulation: \([0-9]*\) cycles.*/\1/p')
cpu=$(seconds "$cli" run "$bool" --dataset fashion-mnist --device cpu: --quiet)

table() {
    echo '| what | measured | command |'
    echo '|---|---|---|'
    echo "| Fashion-MNIST test accuracy, all 10,000 images, integers only, BoolNet k=4 | $(accuracy "$bool") | \`bonnet run boolnet_k4.bonnet --dataset fashion-mnist\` |"
    echo "| the same, BaseNet k=1 | $(accuracy "$base") | \`bonnet run basenet_k1.bonnet --dataset fashion-mnist\` |"
    echo "| one frame on the simulated chip (asic geometry) | $cycles cycles, $rate MAC/cycle: $fps | \`bonnet bench boolnet_k4.bonnet --device sim:\` |"
    echo "| 50 frames in one job | $((stream_cycles / 50)) cycles a frame | \`bonnet bench boolnet_k4.bonnet --device sim: --images 50\` |"
    echo "| array utilisation, 3x3 binary layers, loads and stores included | $conv | \`bonnet bench boolnet_k4.bonnet --device sim:\` |"
    echo "| whole-chip simulation, one core | $speed cycles/s | the same, \`--images 50\` |"
    echo "| \`cpu:\` over the 10,000 images, one core, files and start included | $cpu s | \`time bonnet run boolnet_k4.bonnet --dataset fashion-mnist --device cpu:\` |"
}
# What `make run` shows, shortened: four photographs, the lines of two layers, the verdict.
shown() {
    local pictures
    mapfile -t pictures < <(printf '%s\n' tests/vectors/fashion/*.pgm | head -4)
    printf '\n'
    {
        (cd tests/vectors/fashion && "$OLDPWD/$cli" run "$OLDPWD/$bool" "${pictures[@]##*/}" --device sim:)
        echo '...'
        echo "$bench" | sed -n -e '1,4p' -e '/ busy over/p'
        echo '...'
        "$cli" verify "$bool" tests/vectors/fashion/*.pgm --device sim: | tail -1
    } | sed 's/^/    /'
    printf '\n'
}
# fill NAME FILE - replaces what stands between <!-- NAME --> and <!-- /NAME --> by stdin.
fill() {
    cat > "$2.part"
    awk -v part="$2.part" -v name="$1" '
        $0 == "<!-- /" name " -->" { skip = 0 }
        !skip { print }
        $0 == "<!-- " name " -->" { while ((getline line < part) > 0) print line; skip = 1 }' "$2" > "$2.new"
    mv "$2.new" "$2"
    rm -f "$2.part"
}
if [ "${3:-}" = --into ]; then
    table | fill numbers "$4"
    shown | fill run "$4"
else
    table
fi
