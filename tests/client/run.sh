#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh CLIENT_TEST SEED - the client's test with a server of both networks.
. "$ROOT/tests/cli/serve_lib.sh"
test=$1 seed=$2
check 0 '' "$BONNET" compile "$ROOT/models/fashion/boolnet_k4_exits.onnx" -o exits.bonnet
start "$bool" exits.bonnet
"$test" "$bool" exits.bonnet "$url" "$pid" --seed "$seed"
code=$?
kill -9 "$pid"; wait "$pid" 2> /dev/null; pid=
exit $code
