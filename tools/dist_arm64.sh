#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# dist_arm64.sh STAGE SYSROOT OUT.tar.gz - packs what `make install DESTDIR=STAGE` left, for a board: debug symbols off, a README that names
# the Debian packages the program needs (those in SYSROOT that hold its libraries), and a run of the program in QEMU before it is packed.
# The same tree gives the same archive.
set -eu
stage=${1:?usage: tools/dist_arm64.sh STAGE SYSROOT OUT.tar.gz} sysroot=${2:?} out=${3:?}
name=$(basename "$out" .tar.gz)
program=$stage/usr/local/bin/bonnet
aarch64-linux-gnu-strip "$program" "$stage"/usr/local/lib/libbonnet.so.*.*
aarch64-linux-gnu-strip -g "$stage/usr/local/lib/libbonnet.a"

packages=
while read -r lib; do
    case $lib in
    libc.so.6 | libm.so.6 | ld-linux-aarch64.so.1) package=libc6 ;;
    *)  file=$(find "$sysroot" -name "$lib" | head -1)
        [ -n "$file" ] || { echo "tools/dist_arm64.sh: $program needs $lib, which no package of tools/arm64_sysroot.sh has; add it there" >&2; exit 1; }
        # Debian's names: the library, a dash where it ends in a digit, the number.
        package=$(basename "$lib" | sed -E -e 's/^libz\.so\.1$/zlib1g/' -e 's/_/-/g' -e 's/([0-9])\.so\.([0-9]+)$/\1-\2/' -e 's/\.so\.([0-9]+)$/\1/') ;;
    esac
    case " $packages " in *" $package "*) ;; *) packages="$packages $package" ;; esac
done < <(aarch64-linux-gnu-readelf -d "$program" "$stage"/usr/local/lib/libbonnet.so.*.*.* | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u)
packages=${packages# }

cat > "$stage/README.txt" << EOF
$name: bonnet for the ARM cores of a board. Built with GCC 12 against the arm64 libraries of Debian 12. Run in QEMU; no board has run it.

    tar -C / -xzf $name.tar.gz --strip-components=1 --exclude README.txt     (as root; it goes to /usr/local)
    apt-get install $packages
    ldconfig && bonnet selftest

XRT (libxrt1, or the board's own) is used where it is found, and not needed. docs/boards.md has the rest.
EOF

qemu-aarch64 -L "$sysroot" "$program" selftest --device cpu: > /dev/null || { echo "tools/dist_arm64.sh: the packed program fails its selftest" >&2; exit 1; }
mkdir -p "$(dirname "$out")"
tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" \
    --transform "s|^\.|$name|" -c . | gzip -9n > "$out"
echo "$out: $(($(stat -c %s "$out") / 1024)) KB; needs: $packages"
