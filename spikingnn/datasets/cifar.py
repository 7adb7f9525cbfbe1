"""CIFAR-10 and CIFAR-100 from their binary records, or from the pickles of the archives "for Python", of which nothing is executed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from .._util import checks
from .._util.files import open_regular, printable, read_bytes
from .pickled import is_pickle, read_pickle, text_of


__all__ = ["read_cifar", "read_names"]

SIDE = 32
PIXELS = 3 * SIDE * SIDE        # bytes: a red, a green and a blue plane
LABELS = {10: (10,), 100: (20, 100)}        # the label bytes before the pixels, each with its number of classes
LARGEST_NAMES = 1_000_000       # bytes of a file of names


def read_cifar(files, classes=10, coarse=False):
    """The records of one or more `files`, as pictures (N, 32, 32, 3) uint8 and labels (N,) int64.

    `classes`: 10, records of 1 + 3,072 bytes; or 100, of 2 + 3,072, of which the first label is one of 20 coarse classes (taken
    with `coarse`), the second one of 100. A file may also be one of the archives "for Python", a pickled dictionary. ValueError names
    the file that is empty, has a record in part, or a label out of range.
    Source: Krizhevsky, Learning multiple layers of features from tiny images (2009).
    """
    counts = LABELS[checks.one_of("read_cifar", "classes", classes, LABELS)]
    column = 0 if coarse else len(counts) - 1
    records = [_records(Path(file), counts) for file in ([files] if isinstance(files, (str, Path)) else files)]
    records = np.concatenate(records)
    planes = records[:, len(counts):].reshape(-1, 3, SIDE, SIDE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, column].astype(np.int64)


def read_names(file, coarse=False):
    """The names of the classes, in a text file of one a line, or in the pickle of the archives "for Python"."""
    content = read_bytes(file, LARGEST_NAMES)
    if not is_pickle(content):
        return tuple(content.decode("utf-8", "backslashreplace").split())
    found = read_pickle(file)
    which = "label_names" if "label_names" in found else f"{'coarse' if coarse else 'fine'}_label_names"
    return tuple(map(text_of, found.get(which, ())))


def _records(file, counts):
    with open_regular(file) as opened:
        length = os.fstat(opened.fileno()).st_size                          # before it is read: any file may be named
        if is_pickle(opened.read(1)):
            records = _pickled(file, counts)
        else:
            size = len(counts) + PIXELS
            if not length or length % size:
                raise ValueError(f"{file} is truncated or no CIFAR-{counts[-1]} file: {length:,} bytes are not a whole number of records "
                                 f"of {size:,} bytes")
            opened.seek(0)
            records = np.frombuffer(opened.read(length), dtype=np.uint8).reshape(-1, size)
    for column, count in enumerate(counts):
        largest = records[:, column].max()
        if largest >= count:
            raise ValueError(f"{file} is no CIFAR-{counts[-1]} file: it has the label {largest}, of {count} classes")
    return records


def _pickled(file, counts):
    """The records of a pickled dictionary, with the label bytes first as in the binary files."""
    found = read_pickle(file)
    names = ["data", "labels"] if len(counts) == 1 else ["data", "coarse_labels", "fine_labels"]
    missing = [name for name in names if name not in found]
    if missing:
        raise ValueError(f"{file} is no CIFAR-{counts[-1]} file: it has no {', '.join(missing)}; "
                         f"it has {', '.join(map(printable, found))}")
    data, *labels = (found[name] for name in names)
    if getattr(data, "dtype", None) != np.uint8 or data.ndim != 2 or data.shape[1] != PIXELS or not len(data):
        raise ValueError(f"{file} is no CIFAR-{counts[-1]} file: its data must be bytes of the shape (N, {PIXELS:,})")
    columns = [_column(file, name, label, len(data)) for name, label in zip(names[1:], labels)]
    return np.hstack([*columns, data])


def _column(file, name, labels, n):
    """A list or an array of labels as a column of bytes."""
    whole = isinstance(labels, np.ndarray) or isinstance(labels, list) and all(isinstance(label, int) for label in labels)
    array = np.array(labels if whole else [])
    if array.shape != (n,) or array.dtype.kind not in "iu" or array.min() < 0 or array.max() > 255:
        raise ValueError(f"{file}: {name} must be {n:,} whole numbers from 0 to 255, one for each picture")
    return array.astype(np.uint8)[:, None]
