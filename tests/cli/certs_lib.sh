# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# certs_lib.sh - certificates for tests, in the folder pki: authorities ca and ca2, and what they sign. Sourced.
command -v openssl > /dev/null || { echo "skipped: no openssl"; exit 77; }
mkdir -p pki
: > pki/index.txt
echo 01 > pki/serial
echo 01 > pki/crlnumber
echo 'unique_subject = no' > pki/index.txt.attr
cat > pki/ca.cnf << 'EOF'
[ca]
default_ca = d
[d]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
default_md = sha256
policy = p
copy_extensions = copy
[p]
commonName = supplied
EOF
tls() { (cd pki && openssl "$@") > pki/log 2>&1 || { cat pki/log; echo "FAIL: openssl $*"; exit 1; }; }
day() { date -u -d "$1" +%Y%m%d%H%M%SZ; }
authority() { # authority NAME
    tls req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" -days 3 -subj "/CN=$1" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}
certificate() { # certificate NAME AUTHORITY USAGE ALTERNATIVE-NAMES FROM TO; the common name is NAME
    tls req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" \
        ${3:+-addext "extendedKeyUsage=$3"} ${4:+-addext "subjectAltName=$4"}
    tls ca -batch -config ca.cnf -cert "$2.pem" -keyfile "$2.key" -in "$1.csr" -out "$1.pem" -notext \
        -startdate "$(day "${5:-yesterday}")" -enddate "$(day "${6:-tomorrow}")"
}
# Usage and names of the usual ones.
server_certificate() { certificate "$1" "${2:-ca}" serverAuth DNS:localhost,IP:127.0.0.1 "${3:-}" "${4:-}"; }
client_certificate() { certificate "$1" "${2:-ca}" clientAuth "DNS:$1.site1.example" "${3:-}" "${4:-}"; }
revocations() { # revocations FILE FROM TO [NAME...] - the list, with those as well
    local file=$1 from=$2 to=$3 name
    shift 3
    for name; do tls ca -config ca.cnf -cert ca.pem -keyfile ca.key -revoke "$name.pem"; done
    tls ca -config ca.cnf -cert ca.pem -keyfile ca.key -gencrl -crl_lastupdate "$(day "$from")" -crl_nextupdate "$(day "$to")" -out "$file"
}
