#!/usr/bin/python3
"""Train a network on Fashion-MNIST.

    models/fashion/train.py --net float      --epochs 5  --out build/train     # anchor and teacher
    models/fashion/train.py --net basenet_k1 --epochs 4  --out build/train
    models/fashion/train.py --net boolnet_k4 --epochs 18 --out build/train --teacher build/train/float.pt

Adam, cosine to zero, per-image flip, optional distillation. Nothing is selected on the test images: the state after the
last epoch is the result; test accuracy is printed per epoch for the record only. A checkpoint is written every epoch
(OUT/NAME.pt) and --resume continues from it.
"""
import argparse
import math
import os
import sys
import time

# Large blocks are kept by malloc instead of being returned to the kernel after every tensor: set before torch starts.
TUNABLES = "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296"
if __name__ == "__main__" and os.environ.get("GLIBC_TUNABLES") != TUNABLES:
    os.environ["GLIBC_TUNABLES"] = TUNABLES
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", os.environ["OMP_NUM_THREADS"])
    os.execv(sys.executable, [sys.executable] + sys.argv)

import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from bonnet_nn import data, net as nets, ops


def build(name):
    return nets.FloatNet().to(memory_format=torch.channels_last) if name == "float" else nets.BinaryNet(name)


def logits_of(network, images, batch=500):
    network.eval()
    with torch.no_grad():
        result = torch.cat([network(images[i:i + batch]) for i in range(0, len(images), batch)])
    network.train()
    return result


def accuracy(network, images, labels):
    return 100 * (logits_of(network, images).argmax(1) == labels).float().mean().item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--net", required=True, choices=["float"] + sorted(nets.SPECS))
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=math.inf,
                        help="end after this time at the latest: the cosine follows epochs or minutes, whichever is further along")
    parser.add_argument("--lr", type=float, default=1e-2)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flip", type=int, default=1, help="mirror every image with probability 1/2")
    parser.add_argument("--teacher", default="", help="checkpoint of the float network")
    parser.add_argument("--distil", type=float, default=0.7, help="weight of the distillation loss")
    parser.add_argument("--smoothing", type=float, default=0.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--float32", action="store_true", help="convolutions in float32 instead of bfloat16")
    parser.add_argument("--out", default="build/train")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--iterations", type=int, default=0, help="stop early (timing)")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(args.seed)
    ops.USE_FLOAT32 = args.float32
    os.makedirs(args.out, exist_ok=True)
    path = os.path.join(args.out, args.net + ".pt")
    print("command: models/fashion/train.py", *sys.argv[1:], flush=True)

    images, labels = (torch.from_numpy(a.copy()) for a in data.load("train"))
    test_images, test_labels = (torch.from_numpy(a.copy()) for a in data.load("t10k"))
    network = build(args.net)
    binary = [] if args.net == "float" else network.binary_weights()
    print("parameters", sum(p.numel() for p in network.parameters()), "of them binary",
          sum(p.numel() for p in binary), "seed", args.seed, "threads", args.threads, flush=True)

    targets = None
    if args.teacher:            # teacher's probabilities for every image, and for every mirrored image
        teacher = build("float")
        teacher.load_state_dict(torch.load(args.teacher)["state"])
        with torch.cpu.amp.autocast(dtype=torch.bfloat16):
            targets = torch.stack([F.softmax(logits_of(teacher, x), 1) for x in (images, images.flip(2))])
        print("teacher targets ready", flush=True)

    optimiser = torch.optim.Adam(network.parameters(), args.lr, foreach=True)
    per_epoch = len(images) // args.batch
    total = per_epoch * args.epochs
    step = first = 0
    spent = 0.0
    if args.resume and os.path.exists(path):
        saved = torch.load(path)
        network.load_state_dict(saved["state"])
        optimiser.load_state_dict(saved["optimiser"])
        first, spent = saved["epoch"], saved["wall"]
        step = first * per_epoch
        torch.manual_seed(args.seed + first)
    network.train()
    start = time.time() - spent
    progress = 0.0
    for epoch in range(first, args.epochs):
        if binary:
            network.stem.calibrate = progress < 0.3
        order = torch.randperm(len(images))
        loss_sum = right = done = 0
        for b in range(per_epoch):
            progress = max(step / total, (time.time() - start) / (60 * args.minutes))
            if progress >= 1:
                break
            for group in optimiser.param_groups:
                group["lr"] = args.lr * 0.5 * (1 + math.cos(math.pi * progress))
            index = order[b * args.batch:(b + 1) * args.batch]
            x, y = images[index], labels[index]
            flip = (torch.rand(len(index)) < 0.5) & bool(args.flip)
            x[flip] = x[flip].flip(2)
            if args.net == "float":
                with torch.cpu.amp.autocast(dtype=torch.bfloat16):
                    out = network(x).float()
            else:
                out = network(x)
            loss = F.cross_entropy(out, y, label_smoothing=args.smoothing)
            if targets is not None:
                loss = (1 - args.distil) * loss + args.distil * F.kl_div(
                    F.log_softmax(out, 1), targets[flip.long(), index], reduction="batchmean")
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            with torch.no_grad():
                for w in binary:
                    w.clamp_(-1, 1)
            loss_sum += loss.item()
            right += (out.argmax(1) == y).sum().item()
            step += 1
            done += 1
            if args.iterations and step >= args.iterations:
                print(f"{(time.time() - start) / step * 1e3:.0f} ms per step, loss {loss_sum / done:.3f}", flush=True)
                return
        wall = time.time() - start
        print(f"{args.net} epoch {epoch + 1}/{args.epochs} step {step} wall {wall:.0f} s "
              f"loss {loss_sum / max(done, 1):.4f} train {100 * right / max(done * args.batch, 1):.2f} "
              f"test {accuracy(network, test_images, test_labels):.2f}", flush=True)
        torch.save(dict(state=network.state_dict(), optimiser=optimiser.state_dict(), epoch=epoch + 1, wall=wall,
                        net=args.net, command=" ".join(sys.argv[1:])), path + ".new")
        os.replace(path + ".new", path)
        if progress >= 1:
            break


if __name__ == "__main__":
    main()
