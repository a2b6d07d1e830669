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

# Set before torch starts: malloc keeps large blocks instead of returning them to the kernel after every tensor.
TUNABLES = "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296"
if __name__ == "__main__" and os.environ.get("GLIBC_TUNABLES") != TUNABLES:
    os.environ["GLIBC_TUNABLES"] = TUNABLES
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
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


class Team:
    """Processes of one thread each that share every batch and average their gradients.

    Preferred to one process with many threads: one rendezvous per step instead of hundreds, and it sleeps, where the
    backward convolutions of oneDNN spin. All members hold the same weights and take the same steps.
    """

    def __init__(self, size, network):
        self.size = size
        self.barrier = torch.multiprocessing.Barrier(size)
        count = sum(p.numel() for p in network.parameters())
        self.gradients = torch.zeros(2, size, count).share_memory_()
        self.clock = torch.zeros(2).share_memory_()        # progress of this and the next step, written by member 0
        self.statistics = torch.zeros(size, sum(b.numel() for b in network.buffers())).share_memory_()

    def average_gradients(self, rank, step, network):
        mine = self.gradients[step % 2]         # two sets: nobody overwrites what another still reads
        torch.cat([p.grad.flatten() for p in network.parameters()], out=mine[rank])
        self.barrier.wait()
        mean, at = mine.mean(0), 0
        for p in network.parameters():
            p.grad = mean[at:at + p.numel()].view_as(p)
            at += p.numel()

    def average_buffers(self, rank, network):
        """BatchNorm statistics; the other buffers are equal on all members"""
        torch.cat([b.flatten().float() for b in network.buffers()], out=self.statistics[rank])
        self.barrier.wait()
        mean, at = self.statistics.mean(0), 0
        for b in network.buffers():
            b.copy_(mean[at:at + b.numel()].view_as(b))
            at += b.numel()
        self.barrier.wait()


def learn(rank, args, team, network, images, labels, test, targets):
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    ops.USE_FLOAT32 = args.float32
    path = os.path.join(args.out, args.net + ".pt")
    # every member works on its own copy: what came from the parent is shared memory
    mine = build(args.net)
    mine.load_state_dict(network.state_dict())
    network = mine
    binary = [] if args.net == "float" else network.binary_weights()
    optimiser = torch.optim.Adam(network.parameters(), args.lr, foreach=True)
    per_epoch = len(images) // args.batch
    share = args.batch // team.size
    total = per_epoch * args.epochs
    step = first = 0
    spent = progress = 0.0
    if args.resume and os.path.exists(path):
        saved = torch.load(path)
        network.load_state_dict(saved["state"])
        optimiser.load_state_dict(saved["optimiser"])
        first, spent, step = saved["epoch"], saved["wall"], saved["step"]
    network.train()
    clock = team.clock
    clock.fill_(max(step / total, spent / (60 * args.minutes)))
    start = time.time() - spent
    for epoch in range(first, args.epochs):
        torch.manual_seed(args.seed + 1000 * epoch)         # the same order for all members
        order = torch.randperm(len(images))
        flips = (torch.rand(len(images)) < 0.5) & bool(args.flip)
        if binary and progress < 0.3:
            network.stem.choose_shift(images[order[:300]])
        loss_sum = right = done = 0
        for b in range(per_epoch):
            if rank == 0:       # read by the others after the rendezvous of the previous step
                clock[(step + 1) % 2] = max((step + 1) / total, (time.time() - start) / (60 * args.minutes))
            progress = clock[step % 2].item()
            if progress >= 1:
                break
            for group in optimiser.param_groups:
                group["lr"] = args.lr * 0.5 * (1 + math.cos(math.pi * progress))
            index = order[b * args.batch + rank * share:b * args.batch + (rank + 1) * share]
            x, y, flip = images[index], labels[index], flips[index]
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
            team.average_gradients(rank, step, network)
            optimiser.step()
            with torch.no_grad():
                for w in binary:
                    w.clamp_(-1, 1)
            loss_sum += loss.item()
            right += (out.argmax(1) == y).sum().item()
            step += 1
            done += 1
            if args.report and rank == 0 and done % args.report == 0:
                print(f"  step {step} {(time.time() - start):.0f} s loss {loss_sum / done:.4f}", flush=True)
            if args.iterations and step >= args.iterations:
                return
        team.average_buffers(rank, network)
        wall = time.time() - start
        if rank == 0 and done:
            print(f"{args.net} epoch {epoch + 1}/{args.epochs} step {step} wall {wall:.0f} s "
                  f"loss {loss_sum / done:.4f} train {100 * right / (done * share):.2f} "
                  f"test {accuracy(network, *test):.2f}", flush=True)
            torch.save(dict(state=network.state_dict(), optimiser=optimiser.state_dict(), epoch=epoch + 1, wall=wall,
                            step=step, net=args.net, command=" ".join(sys.argv[1:])), path + ".new")
            os.replace(path + ".new", path)
        if progress >= 1:
            break


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--net", required=True, choices=["float"] + sorted(nets.SPECS))
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=math.inf,
                        help="end after this time at the latest: the cosine follows epochs or minutes, whichever is "
                             "further along")
    parser.add_argument("--lr", type=float, default=1e-2)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flip", type=int, default=1, help="mirror every image with probability 1/2")
    parser.add_argument("--teacher", default="", help="checkpoint of the float network")
    parser.add_argument("--distil", type=float, default=0.7, help="weight of the distillation loss")
    parser.add_argument("--smoothing", type=float, default=0.0)
    parser.add_argument("--processes", type=int, default=2, help="one thread each; divides the batch")
    parser.add_argument("--float32", action="store_true", help="convolutions in float32 instead of bfloat16")
    parser.add_argument("--out", default="build/train")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--iterations", type=int, default=0, help="stop early (timing)")
    parser.add_argument("--report", type=int, default=0, help="print the loss every so many steps")
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    ops.USE_FLOAT32 = args.float32
    os.makedirs(args.out, exist_ok=True)
    print("command: models/fashion/train.py", *sys.argv[1:], flush=True)

    images, labels = (torch.from_numpy(a.copy()) for a in data.load("train"))
    test = [torch.from_numpy(a.copy()) for a in data.load("t10k")]
    network = build(args.net)
    print("parameters", sum(p.numel() for p in network.parameters()), "of them binary",
          0 if args.net == "float" else sum(p.numel() for p in network.binary_weights()), "seed", args.seed,
          "processes", args.processes, flush=True)

    targets = None
    if args.teacher:            # teacher's probabilities for every image, and for every mirrored image
        cache = args.teacher + ".targets"
        if not os.path.exists(cache):
            teacher = build("float")
            teacher.load_state_dict(torch.load(args.teacher)["state"])
            with torch.cpu.amp.autocast(dtype=torch.bfloat16):
                torch.save(torch.stack([F.softmax(logits_of(teacher, x), 1) for x in (images, images.flip(2))]), cache)
        targets = torch.load(cache)
        print("teacher targets ready", flush=True)

    team = Team(args.processes, network)
    ops.compile_kernels()       # once, before the members start
    torch.multiprocessing.start_processes(learn, (args, team, network, images, labels, test, targets),
                                          args.processes, start_method="fork")


if __name__ == "__main__":
    main()
