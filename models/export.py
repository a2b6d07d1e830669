#!/usr/bin/python3
"""Export a BaseNet or BoolNet for ImageNet as ONNX (docs/operators.md, section 6).

    models/export.py CHECKPOINT -o net.onnx                             # a checkpoint of the published training code
    models/export.py --random 1 --net boolnet_k4 -o random.onnx         # untrained weights, calibrated, for tests
    build/bonnet compile net.onnx -o net.bonnet

The checkpoint's keys and shapes say which network it is. Nothing in the file is executed, and torch is not needed.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")
from bonnet_nn import checkpoint, imagenet, imagenet_float, imagenet_fold, imagenet_onnx

MAX_LABELS = 1 << 20        # bytes


def read_labels(path, classes):
    with open(path, encoding="utf-8") as f:
        lines = [line.strip().replace(",", ";") for line in f.read(MAX_LABELS).splitlines()]
    lines = [line for line in lines if line]
    if len(lines) != classes:
        raise ValueError(f"{path}: {len(lines)} labels for {classes} classes; one label a line")
    return lines


def export(args):
    imagenet.check_size(args.size)
    if args.checkpoint:
        state = checkpoint.read(args.checkpoint)
        name = os.path.splitext(os.path.basename(args.checkpoint))[0]
    else:
        classes = args.classes or imagenet.CLASSES[1]
        if not imagenet.CLASSES[0] <= classes <= imagenet.CLASSES[1]:
            raise ValueError(f"{classes} classes; {imagenet.CLASSES[0]} to {imagenet.CLASSES[1]} fit")
        if args.random < 0:
            raise ValueError("the seed is negative; give one from 0")
        state = imagenet_float.random_state(imagenet.NETS[args.net], classes, args.random)
        name = f"{args.net}_random{args.random}"
    net = imagenet_fold.fold(state, args.size)
    labels = read_labels(args.labels, net["classes"]) if args.labels else ()
    name = "".join(c if 32 <= ord(c) < 127 else "_" for c in name)[:60]
    imagenet_onnx.write(imagenet_onnx.build(net, name, labels), args.output)
    table = imagenet.layers(net["spec"], net["size"], net["classes"])
    print(f"{args.output}: {net['spec'].name}, {net['size']} x {net['size']}, {net['classes']} classes, "
          f"{sum(l.bmacs for l in table)} binary and {sum(l.imacs for l in table)} 8-bit MACs a frame, "
          f"{os.path.getsize(args.output)} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", nargs="?", metavar="CHECKPOINT")
    parser.add_argument("-o", "--output", required=True, metavar="NET.onnx")
    parser.add_argument("--random", type=int, metavar="SEED", help="calibrated random weights instead of a checkpoint")
    parser.add_argument("--net", choices=sorted(imagenet.NETS), help="with --random")
    parser.add_argument("--classes", type=int, help="with --random; 1000")
    parser.add_argument("--size", type=int, default=224, help="side of the image, %d to %d; 224" % imagenet.SIZES)
    parser.add_argument("--labels", metavar="FILE", help="names of the classes, one a line")
    args = parser.parse_args()
    if (args.checkpoint is None) == (args.random is None):
        parser.error("give a CHECKPOINT or --random SEED")
    if args.random is not None and not args.net:
        parser.error("--random needs --net")
    if args.checkpoint and (args.net or args.classes):
        parser.error("--net and --classes go with --random; a checkpoint knows them itself")
    try:
        export(args)
    except (ValueError, OSError) as e:
        text = f"{e.filename}: {e.strerror}" if isinstance(e, OSError) and e.strerror else str(e)
        where = f"{args.checkpoint}: " if args.checkpoint and not isinstance(e, OSError) else ""
        sys.exit(f"export.py: {where}{text}")


if __name__ == "__main__":
    main()
