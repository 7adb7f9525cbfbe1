"""Arrays from files that a user names: NumPy's .npz and .npy without pickles, or IDX, told apart by their content."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np

from .idx import read_idx

__all__ = ["read_npz", "read_pair"]

PICTURES = ("x", "images", "x_test")        # what the arrays of a pair are called
LABELS = ("y", "labels", "y_test")


def read_pair(images, labels=None):
    """Pictures and their classes from the files of that name: x float32 in [0, 1], y (N,) int64.

    Each file is IDX (.gz or not), .npy or .npz; in an .npz, pictures are called x, images or x_test, and their classes y, labels
    or y_test. Without `labels` both are in the file `images`. Pictures are (N, height, width) or (N, height, width, 3), whole
    numbers from 0 to 255 or floats from 0 to 1. ValueError names the file where something else is in it.
    """
    labels = images if labels is None else labels
    x, y = _array(Path(images), PICTURES), _array(Path(labels), LABELS)
    if x.ndim not in (3, 4) or x.ndim == 4 and x.shape[3] != 3 or not x.size:
        raise ValueError(f"{images}: pictures must have the shape (N, height, width) or (N, height, width, 3), got {x.shape}")
    if y.shape != (len(x),):
        raise ValueError(f"{labels}: {len(x):,} pictures need as many labels, got an array of shape {y.shape}")
    if y.dtype.kind not in "iu" or y.min() < 0:
        raise ValueError(f"{labels}: labels must be whole numbers from 0 on, got {y.min()!r}")
    return as_float(x, images), y.astype(np.int64)


def read_npz(file, names):
    """The arrays called `names` of an .npz `file`, as a list; nothing in it is executed. ValueError names what is not there."""
    arrays, present = _arrays(file, names)
    for name in names:
        if name not in arrays:
            raise ValueError(f"{file} has no array {name!r}; it has {', '.join(present) or 'none'}")
    return [arrays[name] for name in names]


def as_float(x, file):
    """Pictures as float32 in [0, 1]: bytes are divided by 255, floats must be in the interval."""
    if x.dtype.kind == "f":
        if not (x.min() >= 0 and x.max() <= 1):                     # a NaN fails the comparison, too
            raise ValueError(f"{file}: pictures of floats must be from 0 to 1")
        return x.astype(np.float32)
    if x.dtype != bool and (x.dtype.kind not in "iu" or x.min() < 0 or x.max() > 255):
        raise ValueError(f"{file}: pictures must be whole numbers from 0 to 255 or floats from 0 to 1, got {x.dtype}")
    return x.astype(np.float32) if x.dtype == bool else x / np.float32(255)


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
        what = "it holds Python objects, which are not read" if "allow_pickle" in str(problem) else problem
        raise ValueError(f"{file} is damaged or not an array: {what}") from None
