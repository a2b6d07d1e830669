#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# examples/serve: the manifests have the fields they should have, and a server really starts with each one's arguments, but for paths, ports and a board; its probes are answered.
# The image has every library that the program is linked with.
. "$ROOT/tests/cli/serve_lib.sh"
. "$ROOT/tests/cli/certs_lib.sh"
/usr/bin/python3 -c 'import yaml' 2> /dev/null || { echo "skipped: no python3-yaml"; exit 77; }
mapfile -t files < <(cd "$ROOT" && ls examples/serve/*/*.yaml)
[ ${#files[@]} -ge 3 ] || die "only ${#files[@]} manifests"
(cd "$ROOT" && /usr/bin/python3 -B tests/cli/manifests.py "${files[@]}") > list 2> err || die "$(cat err)"
authority ca
server_certificate tls
cp pki/tls.pem pki/tls.crt; cp pki/ca.pem pki/ca.crt
client_certificate probe
while read -r line; do
    mapfile -t args < <(jq -r '.args[1:][]' <<< "$line" | sed -e "s|^/.*/\([a-z0-9_]*\.bonnet\)$|$MODELS/\1|; s|^/tls/|$work/pki/|; s|^uio:$|mock:|; s|^0\.0\.0\.0:.*|127.0.0.1:0|")
    start "${args[@]}"
    curl_with=(--cacert pki/ca.pem --cert pki/probe.pem --key pki/probe.key)
    get 200 '"ready":true' /v2/models/boolnet_k4/ready
    for path in $(jq -r '.gets[]' <<< "$line"); do get 200 true "$path"; done
    stop 5 0
done < list
[ "$(wc -l < list)" -ge 3 ] || die "only $(wc -l < list) containers"
# The image.
image=$ROOT/examples/serve/kubernetes/Dockerfile
head -2 "$image" | grep -q 'NOT EXERCISED HERE' || die "the Dockerfile's head"
if command -v dpkg > /dev/null && grep -q '^VERSION_ID="12"' /etc/os-release; then
    for lib in $(LC_ALL=C objdump -p "$BONNET" | awk '/NEEDED/ { print $2 }'); do
        case $lib in libc.so* | libm.so* | libpthread* | ld-linux*) continue ;; esac
        package=$(dpkg -S "*/$("${CC:-cc}" -dumpmachine)/$lib" 2> /dev/null | sed -n '1s/:.*//p')
        [ -z "$package" ] || tr -s ' ' '\n' < "$image" | grep -Fxq "$package" || die "$lib is of $package, which the Dockerfile does not install"
        checks=$((checks + 1))
    done
fi
passed
