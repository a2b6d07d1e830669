#!/usr/bin/python3
"""Early exits of the trained BoolNet for Fashion-MNIST; its own weights stay as they are.

    models/fashion/exits.py train                    # branches, from the maps that `bonnet run --until CUT` gives
    models/fashion/exits.py export                   # network and branches as one ONNX file with several outputs
    models/fashion/exits.py evaluate                 # test accuracy of every exit, by `bonnet`
    models/fashion/exits.py logits                   # logits of the held-out images, for `bonnet calibrate`
    models/fashion/exits.py alone                    # each exit as a network of its own, OUT/EXIT.onnx and .bonnet, and its cycles

Of the 60,000 training images a sixth, drawn by --seed, is kept from the branches: the logits of those are what thresholds
are calibrated with. (The network itself was trained on all.) Nothing is selected on the test images, and nothing on the
held-out ones: the state after the last epoch is the result; accuracies are printed for the record. One thread.
"""
import argparse
import json
import math
import os
import subprocess
import sys
import time

# Set before torch starts: malloc keeps large blocks instead of returning them to the kernel after every tensor.
TUNABLES = "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296"
if __name__ == "__main__" and os.environ.get("GLIBC_TUNABLES") != TUNABLES:
    os.environ["GLIBC_TUNABLES"] = TUNABLES
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.execv(sys.executable, [sys.executable] + sys.argv)

import numpy as np
import onnx
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
from bonnet_nn import data, exits, ops, quantise

TRUNK = os.path.join(HERE, "boolnet_k4.onnx")
WITH_EXITS = os.path.join(HERE, "boolnet_k4_exits.onnx")
CUTS = {"exit1": "stem.conv", "exit2": "layer1.0.conv2"}
FLIP = ("", ".mirrored")


class Product:
    """The command `bonnet` on files of a folder."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        os.makedirs(folder, exist_ok=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def call(self, *arguments):
        done = subprocess.run([self.program, *arguments], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            raise SystemExit(f"{self.program} {' '.join(arguments)}: exit status {done.returncode}")
        return done.stdout

    def compiled(self, model, name):
        """A .bonnet file of an ONNX model."""
        onnx.save(model, self.path(name + ".onnx"))
        self.call("compile", self.path(name + ".onnx"), "-o", self.path(name + ".bonnet"))
        return self.path(name + ".bonnet")

    def logits(self, model, name, *source):
        told = json.loads(self.call("run", self.compiled(model, name), *source, "--json", "--quiet"))
        return np.array([image["logits"] for image in told["images"]], np.int32)

    def all_logits(self, path, *source):
        """{exit: int32 [N, classes]}, the end as `final`; `labels` where the source has them"""
        self.call("run", self.compiled(onnx.load(path), "exits"), *source, "--all-exits", "-o", self.path("logits.npz"), "--quiet")
        return dict(np.load(self.path("logits.npz")))


def held_out(seed, count):
    """indices of the held-out images, a sixth, ascending, and of the others"""
    order = np.random.default_rng(seed).permutation(count)
    return np.sort(order[:count // 6]), order[count // 6:]


def teacher(product, images):
    """The network's own probabilities, of the images and of their mirror images."""
    model = onnx.load(TRUNK)
    scale = float({p.key: p.value for p in model.metadata_props}["bonnet.logit_scale"])
    targets = []
    for flip in FLIP:
        np.save(product.path("images.npy"), images[:, :, ::-1] if flip else images)
        logits = product.logits(model, "trunk", product.path("images.npy"))
        targets.append(F.softmax(torch.from_numpy(logits * scale).float(), 1))
    return torch.stack(targets)


def maps_of(product, images, cut):
    """Maps behind the cut, of the images and of their mirror images."""
    trunk = product.compiled(onnx.load(TRUNK), "trunk")
    maps = []
    for flip in FLIP:
        np.save(product.path("images.npy"), images[:, :, ::-1] if flip else images)
        product.call("run", trunk, product.path("images.npy"), "--until", cut, "-o", product.path(f"maps{flip}.cut"), "--quiet")
        maps.append(exits.Maps(product.path(f"maps{flip}.cut")))
    return maps


def right(network, maps, labels, indices, batch=250):
    network.eval()
    with torch.no_grad():
        count = sum((network(maps[part]).argmax(1) == labels[part]).sum().item() for part in np.array_split(indices, len(indices) // batch + 1))
    network.train()
    return count


def learn(name, maps, labels, targets, args):
    """Trains one exit and returns it."""
    torch.manual_seed(args.seed)
    network = exits.Exit(maps[0].channels, maps[0].k)
    optimiser = torch.optim.Adam(network.parameters(), args.lr, foreach=True)
    held, others = held_out(args.seed, len(labels))
    steps = len(others) // args.batch
    start = time.time()
    for epoch in range(args.epochs):
        random = np.random.default_rng([args.seed, epoch])
        order, flips = random.permutation(others), random.random(len(others)) < 0.5
        loss_sum = 0
        for step in range(steps):
            for group in optimiser.param_groups:
                group["lr"] = args.lr * 0.5 * (1 + math.cos(math.pi * (epoch + step / steps) / args.epochs))
            part = slice(step * args.batch, (step + 1) * args.batch)
            index, flip = order[part], flips[part]
            plain, mirrored = index[~flip], index[flip]
            index = np.concatenate((plain, mirrored))
            out = network(torch.cat((maps[0][plain], maps[1][mirrored])))
            target = torch.cat((targets[0, plain], targets[1, mirrored]))
            loss = (1 - args.distil) * F.cross_entropy(out, labels[index]) + args.distil * F.kl_div(
                F.log_softmax(out, 1), target, reduction="batchmean")
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            with torch.no_grad():
                for w in network.binary_weights():
                    w.clamp_(-1, 1)
            loss_sum += loss.item()
        print(f"{name} epoch {epoch + 1}/{args.epochs} wall {time.time() - start:.0f} s loss {loss_sum / steps:.4f} "
              f"held-out {100 * right(network, maps[0], labels, held) / len(held):.2f}", flush=True)
    return network.eval()


def train(args, product):
    print("command: models/fashion/exits.py", *sys.argv[1:], flush=True)
    images, labels = (a[:args.images] for a in data.load("train"))
    targets, labels = teacher(product, images), torch.from_numpy(labels.copy())
    for name, cut in CUTS.items():
        if args.only and name != args.only:
            continue
        maps = maps_of(product, images, cut)
        network = learn(name, maps, labels, targets, args)
        print(f"{name} behind {cut}: parameters {sum(p.numel() for p in network.parameters())} of them binary "
              f"{sum(p.numel() for p in network.binary_weights())} seed {args.seed}", flush=True)
        ops.USE_FLOAT32 = True          # every sum exact
        head = quantise.quantise_head(network, maps[0][held_out(args.seed, len(labels))[1][:1000]])
        ops.USE_FLOAT32 = False
        torch.save(dict(state=network.state_dict(), inputs=network.inputs, k=network.k, head=head), product.path(name + ".pt"))
        for flip in FLIP:
            os.remove(product.path(f"maps{flip}.cut"))
    os.remove(product.path("images.npy"))


def export(args, product):
    model = onnx.load(TRUNK)
    for name, cut in CUTS.items():
        saved = torch.load(product.path(name + ".pt"))
        network = exits.Exit(saved["inputs"], saved["k"]).eval()
        network.load_state_dict(saved["state"])
        exits.graft(model, network, saved["head"], name, cut)
    exits.metadata(model, {"bonnet.name": "boolnet_k4_exits"})
    exits.save(model, args.model)
    print(f"{args.model}: {os.path.getsize(args.model)} bytes, outputs {', '.join(o.name for o in model.graph.output)}")


def margins(logits):
    """largest logit less the second"""
    top = np.sort(logits.astype(np.int64), 1)
    return top[:, -1] - top[:, -2]


def evaluate(args, product):
    logits = product.all_logits(args.model, "--dataset", "fashion-mnist")
    labels = logits.pop("labels")
    scales = {p.key: float(p.value) for p in onnx.load(args.model).metadata_props if p.key.startswith("bonnet.logit_scale")}
    same = {name: rows.argmax(1) == labels for name, rows in logits.items()}
    for name in [*CUTS, "final"]:
        print(f"{name:8} {CUTS.get(name, 'end'):16} {100 * same[name].mean():.2f} % of {len(labels)}")
    print("leave with margin of at least         share   accuracy of those   the network's on those")
    for name in CUTS:
        margin = margins(logits[name]) * scales["bonnet.logit_scale." + name]
        for least in (0.5, 1, 2, 3, 4):
            sure = margin >= least
            print(f"{name:8} {least:10.1f} {100 * sure.mean():26.1f} % {100 * same[name][sure].mean():14.2f} % {100 * same['final'][sure].mean():18.2f} %")


def logits(args, product):
    images, labels = (a[:args.images] for a in data.load("train"))
    held = held_out(args.seed, len(labels))[0]
    np.save(product.path("held.npy"), images[held])
    found = product.all_logits(args.model, product.path("held.npy"))
    np.savez_compressed(args.npz, labels=labels[held].astype(np.uint8), **found)
    print(f"{args.npz}: {len(held)} images, " + ", ".join(f"{n} {100 * (found[n].argmax(1) == labels[held]).mean():.2f} %" for n in [*CUTS, "final"]))


def alone(args, product):
    model = onnx.load(args.model)
    for output in model.graph.output:
        path = product.compiled(exits.only(model, output.name), output.name)
        told = json.loads(product.call("estimate", path, "--json"))
        print(f"{path}: {told['totals']['cycles']} cycles")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["train", "export", "evaluate", "logits", "alone"])
    parser.add_argument("--model", default=WITH_EXITS, help="the ONNX file with exits")
    parser.add_argument("--out", default="build/train", help="checkpoints and what is in between; about 2 GB while training")
    parser.add_argument("--bonnet", default=os.path.join(HERE, "..", "..", "build", "bonnet"), help="the program")
    parser.add_argument("--npz", default="build/train/exits_val.npz", help="where `logits` writes to")
    parser.add_argument("--only", default="", help="train this exit only")
    parser.add_argument("--images", type=int, default=60000, help="train on the first so many images, the held-out sixth among them")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--lr", type=float, default=1e-2)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--distil", type=float, default=0.5, help="share of the loss that compares with the network's own probabilities")
    parser.add_argument("--seed", type=int, default=1, help="also of the choice of held-out images")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    {"train": train, "export": export, "evaluate": evaluate, "logits": logits, "alone": alone}[args.step](args, Product(args.bonnet, args.out))


if __name__ == "__main__":
    main()
