#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# arm64_sysroot.sh DIR - the arm64 packages of Debian 12 that bonnet is linked with and run with on a board, unpacked into DIR.
# Nothing is installed and this computer's own package lists are not touched: apt works in DIR.apt with the sources that this computer is
# configured with, as if it were an arm64 machine with nothing on it. Run again, it does nothing unless the list below has changed.
# Absolute links among the files are made relative, so that the cross linker follows them inside DIR.
set -eu
dir=${1:?usage: tools/arm64_sysroot.sh DIR}
# With everything they depend on; and, alone, the headers and link names (libc's come with the cross compiler).
runtime="libxrt1 libjson-c5 libmicrohttpd12 libgnutls30 libcurl3-gnutls libmosquitto1 libpng16-16 libjpeg62-turbo libzip4 zlib1g libzstd1 libmd0 libprotobuf-c1 libusb-1.0-0 libstdc++6 libgcc-s1 libc6"
headers="libxrt-dev uuid-dev libjson-c-dev libmicrohttpd-dev libgnutls28-dev libcurl4-gnutls-dev libmosquitto-dev libpng-dev libjpeg62-turbo-dev libzip-dev zlib1g-dev libzstd-dev libmd-dev libprotobuf-c-dev libusb-1.0-0-dev"

stamp="$runtime / $headers"
[ "$(cat "$dir/.unpacked" 2> /dev/null)" != "$stamp" ] || exit 0
echo "Fetching Debian's arm64 packages into $dir (about 80 MB unpacked; nothing is installed)"
work=$(realpath -m "$dir.apt")
log=$(mktemp)
trap 'rm -rf "$log" "$work"' EXIT
rm -rf "$dir" "$work"
mkdir -p "$dir" "$work/state/lists/partial" "$work/cache/archives/partial" "$work/debs"
: > "$work/status"
apt=(apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User= -o Debug::NoLocking=1
     -o Dir::State="$work/state" -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" -o Acquire::Languages=none)
fail() {
    tail -20 "$log" >&2
    echo "tools/arm64_sysroot.sh: $1; is this Debian 12 with a network?" >&2
    exit 1
}
"${apt[@]}" update > "$log" 2>&1 || true # a foreign source without arm64 is no reason to stop; a missing package is, below
# shellcheck disable=SC2086 # the lists are words on purpose
"${apt[@]}" install -y --no-install-recommends --download-only $runtime >> "$log" 2>&1 || fail "cannot fetch the run-time packages"
# shellcheck disable=SC2086
(cd "$work/debs" && "${apt[@]}" download $headers) >> "$log" 2>&1 || fail "cannot fetch the headers"
n=0
for deb in "$work"/cache/archives/*.deb "$work"/debs/*.deb; do
    dpkg -x "$deb" "$dir" >> "$log" 2>&1 || fail "cannot unpack $(basename "$deb")"
    n=$((n + 1))
done
root=$(realpath "$dir")
find "$root" -type l -lname '/*' -print0 | while IFS= read -r -d '' link; do
    ln -sfnr "$root$(readlink "$link")" "$link"
done
for part in usr/share usr/bin usr/sbin bin sbin etc var; do rm -rf "${root:?}/$part"; done
echo "$n packages unpacked, $(du -sm "$root" | cut -f1) MB"
echo "$stamp" > "$dir/.unpacked"
