"""Data sets by name: the full sets where the user keeps them, else the bundled cut, never silently."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from .bundled import Split, fashion_mnist_sample, mnist_sample
from .idx import read_idx

__all__ = ["KNOWN", "find", "load"]

KNOWN = {"mnist": (mnist_sample, "MNIST"), "fashion-mnist": (fashion_mnist_sample, "FashionMNIST")}
VALIDATION = 10_000         # of the training file, its last: what is held out


def find(name, stem, data_home=None):
    """The file `stem` (with or without .gz, `-idx` or `.idx`) of the set `name`, or None.

    Looked for in data_home, $SPIKINGNN_DATA, the XDG cache, the system's share/datasets, and in torchvision's layout (raw/).
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    roots = [data_home, os.environ.get("SPIKINGNN_DATA"), cache / "spikingnn", "/usr/share/datasets", "/usr/local/share/datasets"]
    for root in (Path(root) for root in roots if root):
        for folder in (root / name, root / KNOWN[name][1] / "raw", root):
            for spelling in (stem, stem.replace("-idx", ".idx")):
                for ending in ("", ".gz"):
                    if (folder / (spelling + ending)).is_file():
                        return folder / (spelling + ending)
    return None


def load(name, data_home=None):
    """The set `name` ("mnist", "fashion-mnist", or with "-sample" the bundled cut) as `Split`.

    Of the full set the training file is split: its last 10,000 pictures are `x_test`. Where it is not found the bundled
    1,000 + 500 pictures are taken, and a line on stderr says so.
    """
    sample = name.removesuffix("-sample")
    if sample not in KNOWN:
        names = sorted([*KNOWN, *(known + "-sample" for known in KNOWN)])
        raise ValueError(f"there is no data set {name!r}; known are {', '.join(names)}")
    if name != sample:
        return KNOWN[sample][0]()
    images, labels = (find(name, f"train-{what}-ubyte", data_home) for what in ("images-idx3", "labels-idx1"))
    if images is None or labels is None:
        print(f"spikingnn: {name} is not on this machine (set SPIKINGNN_DATA to its folder); the bundled 1,000 + 500 pictures are used",
              file=sys.stderr)
        return KNOWN[name][0]()
    x, y = read_idx(images, 3) / 255.0, read_idx(labels, 1).astype(np.int64)
    if len(x) != len(y) or len(x) <= VALIDATION:
        raise ValueError(f"{images} has {len(x)} pictures and {labels} has {len(y)} labels")
    return Split(x[:-VALIDATION], y[:-VALIDATION], x[-VALIDATION:], y[-VALIDATION:])
