#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A small binary network of your own, from PyTorch to a file that Bonnet compiles: docs/tutorials/your-own-network.md.

  small.py train [-o small.pt] [--epochs 3] [--images 60000]   Fashion-MNIST (the first SMALL_IMAGES, or 60000);
                                                               writes the weights, prints the accuracy on the test images
  small.py export small.pt -o small.onnx                       ONNX
  small.py tensors small.pt small.onnx PICTURE.pgm -o small.npz   what PyTorch computes of one picture, under the names of the ONNX file

Images go in as the bytes of the picture, 0..255, [N, 1, 28, 28] float32.
"""
import argparse
import os
import pathlib
import sys
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from bonnet_nn import data  # noqa: E402 - Fashion-MNIST as Debian packs it


class Sign(torch.autograd.Function):
    """+1 or -1, sign(0) = +1; its gradient is that of a clip to -1..1 (straight through)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x.abs() <= 1)

    @staticmethod
    def symbolic(graph, x):
        return graph.op("Sign", x)


class BinaryConv2d(nn.Conv2d):
    def forward(self, x):
        return self._conv_forward(x, Sign.apply(self.weight), None)


class BinaryLinear(nn.Linear):
    def forward(self, x):
        return functional.linear(x, Sign.apply(self.weight))


class Binarise(nn.Module):
    def forward(self, x):
        return Sign.apply(x)


def network():
    """A first convolution of 8-bit pixels and 1-bit weights, then 1-bit everything; channels need not be multiples of anything."""
    return nn.Sequential(
        BinaryConv2d(1, 40, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(40), Binarise(),                # 40 x 14 x 14
        BinaryConv2d(40, 72, 3, padding=1, bias=False), nn.MaxPool2d(2), nn.BatchNorm2d(72), Binarise(),        # 72 x  7 x  7
        BinaryConv2d(72, 96, 3, bias=False), nn.BatchNorm2d(96), Binarise(),                                    # 96 x  5 x  5
        nn.Flatten(), BinaryLinear(96 * 25, 10, bias=False))


def train(args):
    torch.manual_seed(args.seed)
    images, labels = (torch.from_numpy(a[:args.images].copy()) for a in data.load("train"))
    images = images.reshape(-1, 1, 28, 28).float()
    net = network()
    optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.01, args.epochs * ((len(images) + 99) // 100))
    for epoch in range(args.epochs):
        net.train()
        for batch in torch.randperm(len(images)).split(100):
            loss = functional.cross_entropy(net(images[batch]) / 48, labels[batch].long())  # sums of 2,400 signs, made gentle
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            for module in net:
                if hasattr(module, "weight") and not isinstance(module, nn.BatchNorm2d):
                    module.weight.data.clamp_(-1, 1)
        print(f"epoch {epoch + 1} of {args.epochs}: loss {loss.item():.3f}", flush=True)
    images, labels = data.load("t10k")
    net.eval()
    with torch.no_grad():
        right = sum((net(torch.from_numpy(i.reshape(-1, 1, 28, 28).astype(np.float32))).argmax(1).numpy() == l).sum()
                    for i, l in zip(np.array_split(images, 20), np.array_split(labels, 20)))
    print(f"{100 * right / len(labels):.2f} % of {len(labels)} test images")
    torch.save(net.state_dict(), args.out)


def load(path):
    net = network()
    net.load_state_dict(torch.load(path))
    return net.eval()


def export(args):
    warnings.filterwarnings("ignore", category=FutureWarning)  # PyTorch 1.13 warns of what it gives to every symbolic()
    torch.onnx.export(load(args.weights), torch.zeros(1, 1, 28, 28), args.out, input_names=["image"], output_names=["logits"], opset_version=13)


def tensors(args):
    """Which value of the graph a module made: the order of the Signs that are taken of values, not of weights, is theirs."""
    import onnx
    graph = onnx.load(args.onnx).graph
    constant = {i.name for i in graph.initializer}
    signs = [n.output[0] for n in graph.node if n.op_type == "Sign" and n.input[0] not in constant]
    pixels = np.frombuffer(pathlib.Path(args.picture).read_bytes()[-784:], np.uint8).reshape(1, 1, 28, 28).astype(np.float32)
    x, found = torch.from_numpy(pixels), {"image": pixels}
    with torch.no_grad():
        for module in load(args.weights):
            x = module(x)
            if isinstance(module, Binarise):
                found[signs[len(found) - 1]] = x.numpy()
    assert len(found) == len(signs) + 1
    np.savez(args.out, logits=x.numpy(), **found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    p = commands.add_parser("train")
    p.add_argument("-o", "--out", default="small.pt")
    p.add_argument("--epochs", type=int, default=3)
    p.add_argument("--images", type=int, default=int(os.environ.get("SMALL_IMAGES", 60000)))
    p.add_argument("--seed", type=int, default=1)
    p.set_defaults(run=train)
    p = commands.add_parser("export")
    p.add_argument("weights")
    p.add_argument("-o", "--out", default="small.onnx")
    p.set_defaults(run=export)
    p = commands.add_parser("tensors")
    p.add_argument("weights")
    p.add_argument("onnx")
    p.add_argument("picture")
    p.add_argument("-o", "--out", default="small.npz")
    p.set_defaults(run=tensors)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
