"""Arrays from files that a user names: NumPy's .npz and .npy without pickles, or IDX, told apart by their content."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np

from ..core.brightness import brightness
from .idx import read_idx

__all__ = ["read_npz", "read_pair"]

PICTURES = ("x", "images", "x_test")        # what the arrays of a pair are called
LABELS = ("y", "labels", "y_test")


def read_pair(images, labels=None, bits=None):
    """Pictures and their classes from the files of that name: x float32 in [0, 1], y (N,) int64.

    Each file is IDX (.gz or not), .npy or .npz; in an .npz, pictures are called x, images or x_test, and
    their classes y, labels or y_test. Without `labels` both are in the file `images`. Pictures are (N,
    height, width) or (N, height, width, 3), floats from 0 to 1 or integers, whose white is 2^bits - 1;
    without `bits` 255 or 65,535, by their type, with a warning where the largest value is far below.
    ValueError names the file where something else is in it.
    """
    labels = images if labels is None else labels
    x, y = _array(Path(images), PICTURES), _array(Path(labels), LABELS)
    if x.ndim not in (3, 4) or x.ndim == 4 and x.shape[3] != 3 or not x.size:
        raise ValueError(f"{images}: pictures must have the shape (N, height, width) or (N, height, width, 3), got {x.shape}")
    if y.shape != (len(x),):
        raise ValueError(f"{labels}: {len(x):,} pictures need as many labels, got an array of shape {y.shape}")
    if y.dtype.kind not in "iu" or y.min() < 0:
        raise ValueError(f"{labels}: labels must be whole numbers from 0 on, got {y.min()!r}")
    return as_float(x, images, bits), y.astype(np.int64)


def read_npz(file, names):
    """The arrays called `names` of an .npz `file`, as a list; nothing in it is executed. ValueError names what is not there."""
    arrays, present = _arrays(file, names)
    for name in names:
        if name not in arrays:
            raise ValueError(f"{file} has no array {name!r}; it has {', '.join(present) or 'none'}")
    return [arrays[name] for name in names]


def as_float(x, file, bits=None):
    """Pictures as float32 in [0, 1] by the rule of `brightness`."""
    return brightness(x, f"{file}: pictures", bits, np.float32)


def _array(file, names):
    """The array of a file, or of several the first that has one of the `names`."""
    if not file.is_file():
        raise FileNotFoundError(f"{file}: no such file")
    with file.open("rb") as raw:
        begin = raw.read(6)
    if begin == b"\x93NUMPY":
        with _sound(file):
            return np.load(file, allow_pickle=False)
    if begin[:2] != b"PK":
        return read_idx(file)
    arrays, present = _arrays(file, names)
    for name in names:
        if name in arrays:
            return arrays[name]
    raise ValueError(f"{file} has no array {', '.join(names)}; it has {', '.join(present) or 'none'}")


def _arrays(file, names):
    """Those of the `names` that are in an .npz, as a dictionary, and all names that are."""
    with _sound(file), np.load(file, allow_pickle=False) as archive:
        return {name: archive[name] for name in names if name in archive.files}, archive.files


@contextlib.contextmanager
def _sound(file):
    """One error that names the file, whatever NumPy and zipfile meet in a broken one."""
    try:
        yield
    except Exception as problem:            # ValueError, zlib.error, tokenize.TokenError, MemoryError of an absurd shape, …
        raise ValueError(f"{file} is damaged or not an array: {problem}") from None
