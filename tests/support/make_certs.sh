#!/bin/sh
# SPDX-License-Identifier: MIT
# make_certs.sh DIR - certificates for a test, made by openssl in DIR:
#
#   ca.crt                     signs all but the last
#   one, two                   of a server (.crt, .key)
#   good, expired, purpose     of clients; purpose may only be a server's
#   foreign                    of a client, signed by ca2.crt
set -eu
cd "$1"

cat >ca.cnf <<'CNF'
[ca]
default_ca = it
[it]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[ca_ext]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[server]
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1
[client]
extendedKeyUsage = clientAuth
CNF
: >index
echo 01 >serial

key() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
    openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
}

# authority NAME
authority() {
    key "$1"
    openssl ca -batch -notext -config ca.cnf -selfsign -keyfile "$1.key" \
        -extensions ca_ext -days 30 -in "$1.csr" -out "$1.crt"
}

# certificate NAME AUTHORITY EXTENSIONS END
certificate() {
    key "$1"
    openssl ca -batch -notext -config ca.cnf -cert "$2.crt" \
        -keyfile "$2.key" -extensions "$3" -startdate 20200101000000Z \
        -enddate "$4" -in "$1.csr" -out "$1.crt"
}

{
    authority ca
    authority ca2
    certificate one ca server 20991231000000Z
    certificate two ca server 20991231000000Z
    certificate good ca client 20991231000000Z
    certificate expired ca client 20200102000000Z
    certificate purpose ca server 20991231000000Z
    certificate foreign ca2 client 20991231000000Z
} >made.log 2>&1 || { cat made.log >&2; exit 1; }
