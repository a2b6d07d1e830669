#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh LEVEL - install what a level needs and is missing, from Debian 12. Levels: build, run, test, fuzz, train, bench, arm, arm64.
# Says what it does; does nothing, silently, when all is there. Works as root, or as a user with sudo.
set -eu
level=${1:?usage: tools/deps.sh build|run|test|fuzz|train|bench|arm|arm64}

build="gcc g++ make pkg-config verilator libpng-dev libjpeg62-turbo-dev libzip-dev libjson-c-dev libmicrohttpd-dev libgnutls28-dev libmosquitto-dev libcurl4-gnutls-dev zlib1g-dev libzstd-dev libmd-dev protobuf-c-compiler libprotobuf-c-dev libonnx-dev libusb-1.0-0-dev"
run="$build dataset-fashion-mnist"
test="$run libxrt1 libxrt-dev uuid-dev libumockdev-dev umockdev openocd openfpgaloader gnuplot-nox yosys berkeley-abc opensta qflow-tech-osu018 iverilog nextpnr-ice40 fpga-icestorm tcl device-tree-compiler clang clang-format cppcheck shellcheck python3-numpy python3-pil python3-onnx git procps jq curl openssl iproute2 mosquitto mosquitto-clients haproxy python3-yaml"
fuzz="$run clang libclang-rt-14-dev"
bench="$build libdnnl-dev"
arm="$build gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"
arm64="$arm g++-aarch64-linux-gnu libstdc++-12-dev-arm64-cross libxrt-dev uuid-dev"
train="$run python3-torch python3-numpy python3-onnx libopenblas0-pthread"
case $level in
build) want=$build ;;
run) want=$run ;;
test) want=$test ;;
fuzz) want=$fuzz ;;
train) want=$train ;;
bench) want=$bench ;;
arm) want=$arm ;;
arm64) want=$arm64 ;;
*) echo "tools/deps.sh: no level '$level'; build, run, test, fuzz, train, bench, arm or arm64" >&2; exit 2 ;;
esac

missing=
for package in $want; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null || { echo "tools/deps.sh: missing packages, and neither root nor sudo is at hand; ask for:$missing" >&2; exit 1; }
    sudo=sudo
fi
echo "Installing from Debian:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # the list is words on purpose
{ $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } > "$log" 2>&1 || {
    tail -20 "$log" >&2
    echo "tools/deps.sh: apt-get failed; is this Debian 12 with a network?" >&2
    exit 1
}
