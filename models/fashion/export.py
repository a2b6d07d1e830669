#!/usr/bin/python3
"""Export a network as ONNX (docs/operators.md, section 6).

    models/fashion/export.py --net boolnet_k4 --checkpoint build/train/boolnet_k4.pt --out models/fashion/boolnet_k4.onnx
    models/fashion/export.py --net boolnet_k4 --random 1 --out boolnet_random.onnx      # untrained, for tests
"""
import argparse
import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from bonnet_nn import data, net as nets, onnx_writer, ops, quantise


def random_network(name, seed, images):
    """Random weights, 30 % negative BatchNorm slopes, statistics from real images: every fold rule is exercised."""
    torch.manual_seed(seed)
    network = nets.BinaryNet(name)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            slope = torch.empty_like(module.weight).uniform_(0.5, 1.5)
            module.weight.data = torch.where(torch.rand_like(slope) < 0.3, -slope, slope)
            module.bias.data.normal_(0, 0.3)
            module.momentum = None
    network.prelu.weight.data.uniform_(0.05, 0.5)
    network.stem.choose_shift(images)
    network.train()
    with torch.no_grad():
        network(images)
    return network.eval()


def load_network(name, checkpoint):
    network = nets.BinaryNet(name)
    network.load_state_dict(torch.load(checkpoint)["state"])
    return network.eval()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--net", required=True, choices=sorted(nets.SPECS))
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--checkpoint")
    source.add_argument("--random", type=int, metavar="SEED")
    parser.add_argument("--out", required=True)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    ops.USE_FLOAT32 = True
    images = torch.from_numpy(data.load("train")[0][:1000].copy())
    if args.checkpoint:
        network, name = load_network(args.net, args.checkpoint), args.net
    else:
        network, name = random_network(args.net, args.random, images[:300]), f"{args.net}_random{args.random}"
    head = quantise.quantise_head(network, images)
    onnx_writer.write(network, head, args.out, name)
    with torch.no_grad():
        real = network(images).double().numpy()
    integer = quantise.apply_head(head, *quantise.pooled_maps(network, images))[0]
    print(f"{args.out}: {os.path.getsize(args.out)} bytes, s1 {head['s1']} s2 {head['s2']} "
          f"A {abs(head['A']).max()} B {abs(head['B']).max()} C {abs(head['C']).max()} "
          f"bias {abs(head['bias']).max()} scale {head['scale']:.6g}")
    print(f"on {len(images)} training images: integer logits * scale differ from real ones by at most "
          f"{abs(integer * head['scale'] - real).max():.4f}, same label "
          f"{(integer.argmax(1) == real.argmax(1)).sum()}, logits within {integer.min()}..{integer.max()}")


if __name__ == "__main__":
    main()
