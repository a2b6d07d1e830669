#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# networks.sh NAME - one of seven published networks as a list of layers ("bonnet_layers", docs/estimate.md), on stdout. README.md says where the sizes are from.
set -eu
n=0 last='' shape=''
# layer KIND "H,W,C" [KERNEL [STRIDE [EXTRA]]]: behind $from, or the layer before; $last is its name, $shape its size.
layer() {
    local kind=$1 out=$2 k=${3:-} s=${4:-1} extra=${5:-}
    last=$kind$n
    [ $n -eq 0 ] || printf ',\n'
    printf '{"name": "%s", "kind": "%s", "out": [%s]' "$last" "$kind" "$out"
    [ -z "$from" ] || printf ', "in": ["%s"]' "${from// /\", \"}"
    [ -z "$k" ] || printf ', "kernel": [%s, %s], "stride": [%s, %s]' "$k" "$k" "$s" "$s"
    printf '%s}' "$extra"
    n=$((n + 1)) shape=$out from=''
}
conv() { layer conv "$1" "$2" "${3:-1}" "${4:-}"; layer relu "$1"; }
after() { from=$*; }
from=''

resnet() { # resnet BLOCKS... : bottlenecks of four stages, the stride in their first 1x1
    layer input 224,224,3
    conv 112,112,64 7 2
    layer maxpool 56,56,64 3 2
    local side=56 w=64 stage b in s side2
    for stage in "$@"; do
        for ((b = 0; b < stage; b++)); do
            in=$last s=1
            if [ $b -eq 0 ] && [ $w -gt 64 ]; then s=2; fi
            side2=$((side / s))
            if [ "$bottleneck" -eq 1 ]; then
                conv $side2,$side2,$w 1 $s
                conv $side2,$side2,$w 3
                layer conv $side2,$side2,$((4 * w)) 1
            else
                conv $side2,$side2,$w 3 $s
                layer conv $side2,$side2,$w 3
            fi
            side=$side2
            local branch=$last sum=$shape
            if [ $b -eq 0 ]; then
                after "$in"
                layer conv "$sum" 1 $s
                in=$last
            fi
            after "$in" "$branch"
            layer add "$sum"
            layer relu "$sum"
        done
        w=$((2 * w))
    done
    layer avgpool "1,1,${shape##*,}" 7
    layer flatten "1,1,${shape##*,}"
    layer fc 1,1,1000
}
resnet50() { bottleneck=1; resnet 3 4 6 3; layer softmax 1,1,1000; }
resnet18() { bottleneck=0; resnet 2 2 2 2; }

vgg16() {
    local side=224 c i j
    layer input 224,224,3
    for i in '2 64' '2 128' '3 256' '3 512' '3 512'; do
        c=${i#* }
        for ((j = 0; j < ${i% *}; j++)); do conv $side,$side,"$c" 3; done
        side=$((side / 2))
        layer maxpool $side,$side,"$c" 2 2
    done
    for i in 4096 4096; do
        layer flatten 1,1,$((${shape//,/*}))
        layer fc 1,1,$i
        layer relu 1,1,$i
        layer dropout 1,1,$i
    done
    layer flatten 1,1,4096
    layer fc 1,1,1000
}

alexnet() {
    layer input 224,224,3
    conv 56,56,96 11 4
    layer lrn 56,56,96
    layer maxpool 28,28,96 3 2
    conv 28,28,256 5 1 ', "groups": 2'
    layer lrn 28,28,256
    layer maxpool 14,14,256 3 2
    conv 14,14,384 3
    conv 14,14,384 3 1 ', "groups": 2'
    conv 14,14,256 3 1 ', "groups": 2'
    layer maxpool 7,7,256 3 2
    layer reshape 1,1,9216
    for i in 1 2; do
        layer fc 1,1,4096
        layer relu 1,1,4096
        layer dropout 1,1,4096
    done
    layer fc 1,1,1000
    layer softmax 1,1,1000
}

yolov3() { # 288 high, 512 wide, four scales, 75 outputs at each
    local h=288 w=512 c=32 i b in up scale=''
    layer input $h,$w,3
    conv $h,$w,32 3
    for i in '1 64' '2 128' '8 256' '8 512' '4 1024'; do
        h=$((h / 2)) w=$((w / 2)) c=${i#* }
        conv $h,$w,"$c" 3 2
        for ((b = 0; b < ${i% *}; b++)); do
            in=$last
            conv $h,$w,$((c / 2)) 1
            conv $h,$w,"$c" 3
            after "$in" "$last"
            layer add $h,$w,"$c"
        done
        scale="$last $scale"
    done
    scale=${scale#* } # the coarsest is where we are
    for c in 512 256 128 64; do
        conv $h,$w,$c 1
        for i in 1 2; do
            conv $h,$w,$((2 * c)) 3
            conv $h,$w,$c 1
        done
        in=$last
        conv $h,$w,$((2 * c)) 3
        layer conv $h,$w,75 1
        [ $c -gt 64 ] || break
        up=$((c / 2))
        after "$in"
        conv $h,$w,$up 1
        h=$((2 * h)) w=$((2 * w))
        layer upsample $h,$w,$up
        after "$last" "${scale%% *}"
        layer concat $h,$w,$((up + c))
        scale=${scale#* }
    done
}

inception() { # inception H W IN 1x1 3x3-REDUCE 3x3 5x5-REDUCE 5x5 POOL
    local h=$1 w=$2 in=$last a b c
    conv "$h,$w,$4" 1
    a=$last
    after "$in"
    conv "$h,$w,$5" 1
    conv "$h,$w,$6" 3
    b=$last
    after "$in"
    conv "$h,$w,$7" 1
    conv "$h,$w,$8" 5
    c=$last
    after "$in"
    layer maxpool "$h,$w,$3" 3
    conv "$h,$w,$9" 1
    after "$a" "$b" "$c" "$last"
    layer concat "$h,$w,$(($4 + $6 + $8 + $9))"
}

fpn() { # GoogLeNet as the backbone of a feature pyramid, 256 high, 512 wide
    local p2 p3 p4 side i
    layer input 256,512,3
    conv 128,256,64 7 2
    layer maxpool 64,128,64 3 2
    conv 64,128,64 1
    conv 64,128,192 3
    side=$last
    after "$side"
    layer conv 64,128,32 1
    p2=$last
    after "$side"
    layer maxpool 32,64,192 3 2
    inception 32 64 192 64 96 128 16 32 32
    inception 32 64 256 128 128 192 32 96 64
    side=$last
    layer conv 32,64,32 1
    p3=$last
    after "$side"
    layer maxpool 16,32,480 3 2
    inception 16 32 480 192 96 208 16 48 64
    inception 16 32 512 160 112 224 24 64 64
    inception 16 32 512 128 128 256 24 64 64
    inception 16 32 512 112 144 288 32 64 64
    inception 16 32 528 256 160 320 32 128 128
    side=$last
    layer conv 16,32,32 1
    p4=$last
    after "$side"
    layer maxpool 8,16,832 3 2
    inception 8 16 832 256 160 320 32 128 128
    inception 8 16 832 384 192 384 48 128 128
    layer conv 8,16,32 1
    for i in "16,32,32 $p4" "32,64,32 $p3" "64,128,32 $p2"; do
        layer transposed "${i% *}" 4 2
        after "$last" "${i#* }"
        layer add "${i% *}"
        [ "${i#* }" = "$p2" ] || layer conv "${i% *}" 3
    done
    layer transposed 128,256,19 4 2
}

mobilenetv2() { # 1.4 times as wide as the original
    local side=112 c=48 i t co count stride b s in
    layer input 224,224,3
    layer conv 112,112,48 3 2
    layer relu6 112,112,48
    for i in '1 24 1 1' '6 32 2 2' '6 48 3 2' '6 88 4 2' '6 136 3 1' '6 224 3 2' '6 448 1 1'; do
        read -r t co count stride <<< "$i"
        for ((b = 0; b < count; b++)); do
            in=$last s=$((b ? 1 : stride))
            if [ "$t" -gt 1 ]; then
                layer conv $side,$side,$((t * c)) 1
                layer relu6 $side,$side,$((t * c))
            fi
            side=$((side / s))
            layer depthwise $side,$side,$((t * c)) 3 $s
            layer batchnorm $side,$side,$((t * c))
            layer relu6 $side,$side,$((t * c))
            layer conv $side,$side,"$co" 1
            c=$co
            if [ $b -gt 0 ]; then
                after "$last" "$in"
                layer add $side,$side,"$c"
            fi
        done
    done
    layer conv 7,7,1792 1
    layer relu6 7,7,1792
    layer avgpool 1,1,1792 7
    layer conv 1,1,1001 1
    layer squeeze 1,1,1001
    layer softmax 1,1,1001
}

case ${1:-} in
resnet50 | resnet18 | vgg16 | alexnet | yolov3 | fpn | mobilenetv2) ;;
*)
    echo "usage: networks.sh resnet50|resnet18|vgg16|alexnet|yolov3|fpn|mobilenetv2" >&2
    exit 2
    ;;
esac
printf '{"bonnet_layers": 1, "name": "%s", "layers": [\n' "$1"
"$1"
printf ']}\n'
