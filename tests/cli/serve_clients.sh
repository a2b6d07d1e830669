#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bonnet serve as Triton's and KServe's HTTP clients see it: every request that they can make, the schema of the protocol, classifications, compressed bodies.
. "$ROOT/tests/cli/serve_lib.sh"
tail -c 784 "$pictures"/00000_*.pgm > shoe.raw
start "$bool"
says '^[0-9]+ exchanges$' timeout 120 /usr/bin/python3 -B "$ROOT/tests/cli/serve_clients.py" "$port" boolnet_k4 shoe.raw
get 200 '^bonnet_body_bytes 0$' /metrics
stop 5 0
passed
