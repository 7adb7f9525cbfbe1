"""Data sets by name: the full sets if the user has them, else the bundled part, never without a message."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .._util import checks
from .._util.brightness import to_levels
from .._util.typing import PathLikeText
from .bundled import fashion_mnist_sample, mnist_sample
from .cifar import read_cifar, read_names
from .idx import read_idx
from .locate import FileFinder, find_in, search_roots
from .npz import read_arrays, to_float32
from .signs import read_signs
from .splits import Labelled, Split, split


__all__ = ["BUNDLED", "KNOWN", "NAMES", "bundled_sample", "data_source", "find_file", "load"]

BUNDLED = "bundled"         # what `data_source` returns for the parts that come with the package
CLOTHES = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
           "ankle boot")
SAMPLES: dict[str, Callable[[], Split]] = {"mnist-sample": mnist_sample,
                                           "fashion-mnist-sample": fashion_mnist_sample}

Reader: TypeAlias = "Callable[[], Labelled]"
PartReader: TypeAlias = "Callable[[str, FileFinder], Reader | None]"


def load(name: str, data_home: PathLikeText | None = None, held_out: str = "validation") -> Split:
    """Load a data set by name.

    If the training files of MNIST or Fashion-MNIST are in none of the usual places, and no place was named,
    the bundled 1,000 + 500 pictures are loaded and a line on stderr says so.

    Parameters
    ----------
    name : str
        One of `NAMES`; "mnist-sample" and "fashion-mnist-sample" are the bundled parts.
    data_home : str or path, optional
        The only folder that is searched; None takes ``$SPIKINGNN_DATA``, else the usual places.
    held_out : {"validation", "test"}
        What `x_test` is: a part of the published training files, see `split`, or the published test files,
        which are for the final result only.

    Returns
    -------
    Split
        Pictures to learn from, held-out pictures, and their classes.

    Raises
    ------
    FileNotFoundError
        If a file is missing; the message names it, and what is there.
    ValueError
        For an unknown name or a damaged file.

    Examples
    --------
    >>> data = load("mnist-sample")
    >>> data.x_train.shape, data.x_test.shape
    ((1000, 28, 28), (500, 28, 28))
    """
    readers, _ = _locate(name, data_home, held_out)
    if not readers:
        return bundled_sample(name)
    found = [reader() for reader in readers]
    return split(found[0]) if len(found) == 1 else Split(*found[0][:2], *found[1][:2], found[0].names)


def find_file(name: str, stem: str, data_home: PathLikeText | None = None) -> Path | None:
    """Find a file or folder of a data set.

    It is searched in the set's own folder, in those that its archives, torchvision, Keras and Kaggle create,
    and directly in the place: `data_home`, else ``$SPIKINGNN_DATA``, else the XDG cache and the system's
    share/datasets.

    Parameters
    ----------
    name : str
        One of `KNOWN`.
    stem : str
        Name of the file, with or without .gz; with "-idx" or ".idx".
    data_home : str or path, optional
        The only place that is searched.

    Returns
    -------
    Path or None
        None if there is no such file.

    Examples
    --------
    >>> find_file("mnist", "train-images-idx3-ubyte", data_home="/nowhere") is None
    True
    """
    roots = search_roots(data_home)
    return next((found for root in roots if (found := find_in(root, _folders(name), stem))), None)


def data_source(name: str, data_home: PathLikeText | None = None, held_out: str = "validation") -> str:
    """Return the folder in which `load` finds the set `name`, or "bundled"; parameters and errors as for
    `load`.

    >>> data_source("mnist-sample")
    'bundled'
    """
    return _locate(name, data_home, held_out)[1]


def bundled_sample(name: str) -> Split:
    """Return the bundled part of the set `name`; if the full set was requested, a line on stderr says that it
    is not this."""
    if name not in SAMPLES:
        print(f"spikingnn: no training files of {name} in the usual places (set SPIKINGNN_DATA to "
              "their folder); the bundled 1,000 + 500 pictures are used", file=sys.stderr)
    return SAMPLES[name.removesuffix("-sample") + "-sample"]()


def _folders(name: str) -> Iterable[str]:
    return dict.fromkeys((name, *KNOWN[name][1], "."))


def _locate(name: str, data_home: PathLikeText | None, held_out: str) -> tuple[list[Reader], str]:
    """Return (functions that read the parts, their folder), or ([], "bundled") if the bundled part is to be
    used."""
    checks.one_of("load", "name", name, NAMES)
    checks.one_of("load", "held_out", held_out, ("validation", "test"))
    if name in SAMPLES:
        return [], BUNDLED
    find, readers = FileFinder(name, _folders(name), data_home), []
    for part in ("train",) if held_out == "validation" else ("train", "test"):
        reader = KNOWN[name][0](part, find)
        if reader is None and held_out == "validation" and name + "-sample" in SAMPLES and find.named is None:
            return [], BUNDLED
        if reader is None:
            raise FileNotFoundError(find.problem(part))
        readers.append(reader)
    return readers, str(find.root.absolute() if find.root else "")


# --- the parts of each set: (part, find) -> a function that reads it, or None if a file is missing ----------

def _idx(part: str, find: FileFinder, names: Sequence[str] = (), archive: str | None = None) -> Reader | None:
    stem = {"train": "train", "test": "t10k"}[part]
    images, labels = (find(f"{stem}-{what}-ubyte") for what in ("images-idx3", "labels-idx1"))
    if images and labels:
        return partial(_read_idx, images, labels, names)
    keras = find(archive) if archive else None
    return partial(_read_keras, keras, part, names) if keras else None


def _read_idx(images: Path, labels: Path, names: Sequence[str]) -> Labelled:
    return _labelled(read_idx(images, 3), read_idx(labels, 1), names, images, labels)


def _read_keras(file: Path, part: str, names: Sequence[str]) -> Labelled:
    x, y = read_arrays(file, [f"x_{part}", f"y_{part}"])
    if x.ndim != 3 or x.dtype != np.uint8 or y.ndim != 1 or y.dtype.kind not in "iu":
        raise ValueError(f"{file}: pictures must be bytes of the shape (N, height, width), "
                         "and classes whole numbers, one for each")
    return _labelled(x, y, names, file, file)


def _labelled(x: NDArray[Any], y: NDArray[Any], names: Sequence[str], images: Path, labels: Path) -> Labelled:
    if len(x) != len(y) or not len(x):
        raise ValueError(f"{images} has {len(x)} pictures and {labels} has {len(y)} labels")
    return Labelled(to_levels(x, f"{images}: pictures"), y.astype(np.int64), names=names)


def _cifar(part: str, find: FileFinder, classes: int, files: dict[str, tuple[list[str], list[str]]],
           names: tuple[str, str], coarse: bool = False) -> Reader | None:
    """Find the binary records, else the pickles of the "Python version"."""
    for stems, listed in zip(files[part], names):
        found = {stem: find(stem) for stem in stems}
        present = [file for file in found.values() if file]
        if len(present) == len(stems):
            return partial(_read_cifar, present, classes, coarse, find(listed))
        # the set is incomplete: a file of this form is missing
        if present:
            find.missing = [stem for stem, file in found.items() if file is None]
            return None
    return None


def _read_cifar(files: list[Path], classes: int, coarse: bool, listed: Path | None) -> Labelled:
    x, y = read_cifar(files, classes, coarse)
    names = read_names(listed, coarse) if listed else ()
    return Labelled(to_float32(x, files), y, names=names if len(names) == (20 if coarse else classes) else ())


def _signs(part: str, find: FileFinder) -> Reader | None:
    """Find the published folders, else Kaggle's table, else (of the training set) the arrays of its even
    tracks."""
    if part == "test":
        images, table = find("Final_Test/Images"), find("GT-final_test.csv")
        kaggle = find("Test.csv")
        if images and table:
            return partial(_read_signs, images, table)
        return partial(_read_signs, kaggle.parent, kaggle) if kaggle else None
    folder, kaggle = find("Training") or find("Final_Training/Images"), find("Train.csv")
    if folder:
        return partial(_read_signs, folder)
    if kaggle:
        return partial(_read_signs, kaggle.parent, kaggle)
    file = find("gtsrb32_gray_dev_eventracks.npz")
    return partial(_read_tracks, file) if file else None


def _read_signs(folder: Path, table: Path | None = None) -> Labelled:
    x, y, track = read_signs(folder, table=table)
    if y.min() < 0:
        raise ValueError(f"{table} has no column ClassId: its signs can be predicted, but "
                         "nothing can be learned from or tested on them")
    return Labelled(to_float32(x, folder), y, track)


def _read_tracks(file: Path) -> Labelled:
    x, y, track = read_arrays(file, ["x", "y", "track"])
    return Labelled(to_float32(x, file), y.astype(np.int64), track)


_CIFAR10 = {"train": ([f"data_batch_{k}.bin" for k in range(1, 6)], [f"data_batch_{k}" for k in range(1, 6)]),
            "test": (["test_batch.bin"], ["test_batch"])}
_CIFAR100 = {"train": (["train.bin"], ["train"]), "test": (["test.bin"], ["test"])}
_CIFAR10_FOLDERS = ("cifar-10-batches-bin", "cifar-10/cifar-10-batches-bin", "cifar-10-batches-py",
                    "cifar-10/cifar-10-batches-py", "cifar10", "CIFAR10", "cifar10/cifar-10-batches-py",
                    "CIFAR10/cifar-10-batches-py")
_CIFAR100_FOLDERS = ("cifar-100-binary", "cifar-100/cifar-100-binary", "cifar-100", "cifar-100-python",
                     "cifar-100/cifar-100-python", "cifar100", "CIFAR100", "cifar100/cifar-100-python",
                     "CIFAR100/cifar-100-python")
_FASHION_FOLDERS = ("FashionMNIST/raw", "FashionMNIST", "fashion-mnist/FashionMNIST/raw", "fashionmnist",
                    "fashion_mnist")

# name -> (its parts, other folders that it may be in)
KNOWN: dict[str, tuple[PartReader, tuple[str, ...]]] = {
    "mnist": (partial(_idx, archive="mnist.npz"), ("MNIST/raw", "MNIST", "mnist/MNIST/raw")),
    "fashion-mnist": (partial(_idx, names=CLOTHES, archive="fashion-mnist.npz"), _FASHION_FOLDERS),
    "cifar-10": (partial(_cifar, classes=10, files=_CIFAR10, names=("batches.meta.txt", "batches.meta")),
                 _CIFAR10_FOLDERS),
    "cifar-100": (partial(_cifar, classes=100, files=_CIFAR100, names=("fine_label_names.txt", "meta")),
                  _CIFAR100_FOLDERS),
    "cifar-100-coarse": (partial(_cifar, classes=100, files=_CIFAR100,
                                 names=("coarse_label_names.txt", "meta"),
                                 coarse=True), _CIFAR100_FOLDERS),
    "gtsrb": (_signs, ("GTSRB", "gtsrb/GTSRB", "gtsrb-german-traffic-sign")),
}
NAMES = (*KNOWN, *SAMPLES)      # all that `load` accepts
