"""Data sets by name: the full sets where the user keeps them, else the bundled cut, never silently."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import numpy as np

from ..core import checks
from ..core.brightness import brightness
from .bundled import fashion_mnist_sample, mnist_sample
from .cifar import read_cifar
from .idx import read_idx
from .npz import as_float, read_npz
from .signs import read_signs
from .splits import Labelled, Split, split

__all__ = ["KNOWN", "NAMES", "find", "home", "load"]

CLOTHES = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
SAMPLES = {"mnist-sample": mnist_sample, "fashion-mnist-sample": fashion_mnist_sample}


def home():
    """Where data sets are kept that the user did not put elsewhere: spikingnn's folder in the XDG cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "spikingnn"


def find(name, stem, data_home=None):
    """The file or folder `stem` (with or without .gz, `-idx` or `.idx`) of the set `name`, or None.

    Looked for in data_home, $SPIKINGNN_DATA, the XDG cache and the system's share/datasets: in the set's own folder, in those that
    its archives and torchvision make, and in the place itself.
    """
    roots = [data_home, os.environ.get("SPIKINGNN_DATA"), home(), "/usr/share/datasets", "/usr/local/share/datasets"]
    _, folders = KNOWN[name]
    for root in (Path(root) for root in roots if root):
        for folder in (name, *folders, "."):
            for spelling in (stem, stem.replace("-idx", ".idx")):
                for ending in ("", ".gz"):
                    if (root / folder / (spelling + ending)).exists():
                        return root / folder / (spelling + ending)
    return None


def load(name, data_home=None, held_out="validation"):
    """The set `name`, one of `KNOWN`, as `Split`; "mnist-sample" and "fashion-mnist-sample" are the bundled cuts.

    `held_out`: what `x_test` is. "validation": a part of the published training files, see `split`. "test": the published test
    files, for the last figure of all. Where the training files of MNIST or Fashion-MNIST are not found, the bundled 1,000 + 500
    pictures are taken and a line on stderr says so; of any other set, FileNotFoundError says what is missing.
    """
    checks.one_of("load", "name", name, NAMES)
    checks.one_of("load", "held_out", held_out, ("validation", "test"))
    if name in SAMPLES:
        return SAMPLES[name]()
    read, _ = KNOWN[name]
    look = partial(find, name, data_home=data_home)
    parts = ("train",) if held_out == "validation" else ("train", "test")
    found = [read(part, look) for part in parts]
    if None not in found:
        return split(found[0]) if len(found) == 1 else Split(*found[0][:2], *found[1][:2], found[0].names)
    if len(found) == 1 and name + "-sample" in SAMPLES:
        print(f"spikingnn: {name} is not on this machine (set SPIKINGNN_DATA to its folder); the bundled 1,000 + 500 pictures are used",
              file=sys.stderr)
        return SAMPLES[name + "-sample"]()
    raise FileNotFoundError(f"the {parts[found.index(None)]} files of {name} are not on this machine; set SPIKINGNN_DATA to their folder, "
                            "or fetch them with spikingnn.datasets.download")


def _idx(part, look, names=()):
    stem = {"train": "train", "test": "t10k"}[part]
    images, labels = (look(f"{stem}-{what}-ubyte") for what in ("images-idx3", "labels-idx1"))
    if images is None or labels is None:
        return None
    x, y = read_idx(images, 3), read_idx(labels, 1).astype(np.int64)
    if len(x) != len(y) or not len(x):
        raise ValueError(f"{images} has {len(x)} pictures and {labels} has {len(y)} labels")
    return Labelled(brightness(x, f"{images}: pictures"), y, names=names)


def _cifar(part, look, classes, files, names, coarse=False):
    found = [look(file) for file in files[part]]
    if None in found:
        return None
    x, y = read_cifar(found, classes, coarse)
    listed = look(names)
    return Labelled(as_float(x, found), y, names=tuple(listed.read_text(encoding="ascii").split()) if listed else ())


def _signs(part, look):
    if part == "test":
        source, table = look("Final_Test/Images"), look("GT-final_test.csv")
        found = read_signs(source, table=table) if source and table else None
    elif source := look("Training") or look("Final_Training/Images"):
        found = read_signs(source)
    else:
        source = look("gtsrb32_gray_dev_eventracks.npz")
        found = read_npz(source, ["x", "y", "track"]) if source else None
    if found is None:
        return None
    x, y, track = found
    return Labelled(as_float(x, source), y.astype(np.int64), track)


_CIFAR10 = {"train": [f"data_batch_{k}.bin" for k in range(1, 6)], "test": ["test_batch.bin"]}
_CIFAR100 = {"train": ["train.bin"], "test": ["test.bin"]}
_HUNDRED = ("cifar-100-binary", "cifar-100/cifar-100-binary", "cifar-100")

KNOWN = {               # name -> (its reader, the folders that it may be in beside one of its name)
    "mnist": (_idx, ("MNIST/raw",)),
    "fashion-mnist": (partial(_idx, names=CLOTHES), ("FashionMNIST/raw",)),
    "cifar-10": (partial(_cifar, classes=10, files=_CIFAR10, names="batches.meta.txt"),
                 ("cifar-10-batches-bin", "cifar-10/cifar-10-batches-bin")),
    "cifar-100": (partial(_cifar, classes=100, files=_CIFAR100, names="fine_label_names.txt"), _HUNDRED),
    "cifar-100-coarse": (partial(_cifar, classes=100, files=_CIFAR100, names="coarse_label_names.txt", coarse=True), _HUNDRED),
    "gtsrb": (_signs, ("GTSRB", "gtsrb/GTSRB")),
}
NAMES = (*KNOWN, *SAMPLES)      # all that `load` takes
