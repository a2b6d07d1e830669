#!/usr/bin/python3
"""Feature maps of the float network, and what is left of its accuracy when they cross a cut in 1 to 8 bits.

    models/fashion/feature_maps.py --checkpoint build/train/float.pt --out build/train/maps.npy            # of the first test images
    models/fashion/feature_maps.py --checkpoint build/train/float.pt --bonnet build/bonnet [--range 0.999] # accuracy by bits, through bonnet codec
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torch.nn.functional as F

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")]
from bonnet_nn import data, net as nets


def block(network, i, x):
    """As FloatNet.forward() does it."""
    b = network.blocks[i]
    r = b["downsample"](x) if "downsample" in b else x
    return F.relu(b["conv2"](F.relu(b["conv1"](x))) + r)


def head(network, pixels, blocks):
    x = network.stem((pixels.float().unsqueeze(1) / 255 - 0.286) / 0.353)
    for i in range(blocks):
        x = block(network, i, x)
    return x


def tail(network, x, blocks):
    for i in range(blocks, len(network.blocks)):
        x = block(network, i, x)
    return network.fc(x.mean((2, 3)))


def batches(function, x, size=250):
    with torch.no_grad():
        return torch.cat([function(x[i:i + size]) for i in range(0, len(x), size)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--blocks", type=int, default=1, help="residual blocks before the cut, 0 to 4")
    parser.add_argument("--images", type=int, default=2000, help="test images")
    parser.add_argument("--out", help="write the maps, float32 [images, channels, rows, columns]")
    parser.add_argument("--bonnet", help="the program: measure the accuracy behind its codec")
    parser.add_argument("--range", default="1", help="as bonnet codec --range")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    images, labels = (a[:args.images] for a in data.load("t10k"))
    network = nets.FloatNet()
    network.load_state_dict(torch.load(args.checkpoint)["state"])
    network.eval()
    maps = batches(lambda x: head(network, x, args.blocks), torch.from_numpy(images.copy())).contiguous()
    if args.out:
        np.save(args.out, maps.numpy())
        print(f"{args.out}: float32 {list(maps.shape)}, {100 * (maps == 0).float().mean():.1f} % zeros")
    if not args.bonnet:
        return

    def accuracy(x):
        return 100 * (batches(lambda y: tail(network, y, args.blocks), x).argmax(1).numpy() == labels).mean()

    print(f"float32: {accuracy(maps):.2f} % of {len(images)}", flush=True)
    with tempfile.TemporaryDirectory() as work:
        np.save(f"{work}/maps.npy", maps.numpy())
        for bits in range(1, 9):
            subprocess.run([args.bonnet, "codec", f"{work}/maps.npy", "--bits", str(bits), "--codec", "zstd", "--range", args.range,
                            "-o", f"{work}/maps.codec"], check=True, stdout=subprocess.DEVNULL)
            subprocess.run([args.bonnet, "codec", "--decode", f"{work}/maps.codec", "-o", f"{work}/back.npy"], check=True, stdout=subprocess.DEVNULL)
            back = torch.from_numpy(np.load(f"{work}/back.npy"))
            print(f"{bits} bits: {accuracy(back):.2f} %, {os.stat(f'{work}/maps.codec').st_size / len(images):.0f} bytes an image", flush=True)


if __name__ == "__main__":
    main()
