"""CIFAR-10 and CIFAR-100 from their binary records (the archives "for Python" are pickles, which are not read)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..core import checks

__all__ = ["read_cifar"]

SIDE = 32
PIXELS = 3 * SIDE * SIDE        # bytes: a red, a green and a blue plane
LABELS = {10: (10,), 100: (20, 100)}        # the label bytes before the pixels, each with its number of classes


def read_cifar(files, classes=10, coarse=False):
    """The records of one or more `files`, as pictures (N, 32, 32, 3) uint8 and labels (N,) int64.

    `classes`: 10, records of 1 + 3,072 bytes; or 100, of 2 + 3,072, of which the first label is one of 20 coarse classes (taken
    with `coarse`), the second one of 100. ValueError names the file that is empty, has a record in part, or a label out of range.
    Source: Krizhevsky, Learning multiple layers of features from tiny images (2009).
    """
    counts = LABELS[checks.one_of("read_cifar", "classes", classes, LABELS)]
    column = 0 if coarse else len(counts) - 1
    records = [_records(Path(file), counts) for file in ([files] if isinstance(files, (str, Path)) else files)]
    records = np.concatenate(records)
    planes = records[:, len(counts):].reshape(-1, 3, SIDE, SIDE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, column].astype(np.int64)


def _records(file, counts):
    size = len(counts) + PIXELS
    length = file.stat().st_size                    # before it is read: any file may be named
    if not length or length % size:
        raise ValueError(f"{file} is truncated or no CIFAR-{counts[-1]} file: {length:,} bytes are not a whole number of records "
                         f"of {size:,} bytes")
    records = np.fromfile(file, dtype=np.uint8).reshape(-1, size)
    for column, count in enumerate(counts):
        largest = records[:, column].max()
        if largest >= count:
            raise ValueError(f"{file} is no CIFAR-{counts[-1]} file: it has the label {largest}, of {count} classes")
    return records
