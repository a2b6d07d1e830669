#!/usr/bin/python3
"""Test accuracy of a trained network before and after the step to integers, over all 10,000 test images.

    models/fashion/measure.py --net float      --checkpoint build/train/float.pt
    models/fashion/measure.py --net boolnet_k4 --checkpoint build/train/boolnet_k4.pt --onnx models/fashion/boolnet_k4.onnx
"""
import argparse
import os
import sys
import time

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), HERE]
import integer_ref
import train
from bonnet_nn import data, ops


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--net", required=True)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--onnx", help="compare with the integer reference on this file")
    parser.add_argument("--images", type=int, default=10000)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    ops.USE_FLOAT32 = True
    images, labels = (a[:args.images] for a in data.load("t10k"))
    network = train.build(args.net)
    network.load_state_dict(torch.load(args.checkpoint)["state"])
    real = train.logits_of(network, torch.from_numpy(images.copy())).numpy()
    print(f"{args.net}, torch float32: {100 * (real.argmax(1) == labels).mean():.2f} % of {len(images)}", flush=True)
    if not args.onnx:
        return
    reference = integer_ref.load(args.onnx)
    start = time.time()
    logits = np.concatenate([integer_ref.infer(reference, images[i:i + 50]) for i in range(0, len(images), 50)])
    scaled = logits * float(reference["metadata"]["bonnet.logit_scale"])
    print(f"{args.onnx}, integers only: {100 * (logits.argmax(1) == labels).mean():.2f} % of {len(images)} "
          f"({(time.time() - start) / len(images) * 1e3:.1f} ms per image)")
    print(f"same label as torch: {(logits.argmax(1) == real.argmax(1)).sum()}, largest difference of a logit "
          f"{abs(scaled - real).max():.4f}, logits within {logits.min()}..{logits.max()}, ties for the first place "
          f"{((logits == logits.max(1, keepdims=True)).sum(1) > 1).sum()}")


if __name__ == "__main__":
    main()
