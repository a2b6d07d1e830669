"""Fashion-MNIST from Debian's dataset-fashion-mnist package."""
import gzip
import os

import numpy as np

FOLDER = os.environ.get("BONNET_FASHION_DIR", "/usr/share/datasets/fashion-mnist")
LABELS = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


def load(kind):
    """kind 'train' or 't10k' -> (uint8 [N,28,28], int64 [N])"""
    with gzip.open(os.path.join(FOLDER, kind + "-images-idx3-ubyte.gz")) as f:
        images = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 28, 28)
    with gzip.open(os.path.join(FOLDER, kind + "-labels-idx1-ubyte.gz")) as f:
        labels = np.frombuffer(f.read(), np.uint8, offset=8).astype(np.int64)
    return images, labels
