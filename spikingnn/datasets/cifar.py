"""CIFAR-10 and CIFAR-100, from their binary files or from the pickles of their "Python version"; nothing is
executed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._util import checks
from .._util.files import open_regular, read_bytes
from .._util.text import printable
from .._util.typing import IntArray, PathLikeText
from .pickled import is_pickle, read_pickle, text_of


__all__ = ["read_cifar", "read_names"]

SIDE = 32
PIXELS = 3 * SIDE * SIDE        # bytes: a red, a green and a blue plane
LABELS = {10: (10,), 100: (20, 100)}        # the number of classes of each label byte in front of the pixels
LARGEST_NAMES = 1_000_000       # bytes of a file of names


def read_cifar(files: PathLikeText | Iterable[PathLikeText], classes: int = 10,
               coarse: bool = False) -> tuple[NDArray[np.uint8], IntArray]:
    """Read pictures and labels from files of CIFAR-10 or CIFAR-100.

    A binary file has records of one label byte (CIFAR-100: two, for the coarse and the fine class) and 3,072
    bytes of pixels. The pickled dictionaries of the "Python version" are read too.

    Parameters
    ----------
    files : str or path, or several of them
        The files, of which the records are concatenated.
    classes : {10, 100}
        Which of the two sets it is.
    coarse : bool
        Take the 20 coarse classes of CIFAR-100 instead of the 100 fine ones.

    Returns
    -------
    pictures : ndarray of uint8
        (N, 32, 32, 3)
    labels : ndarray of int64
        (N,)

    Raises
    ------
    ValueError
        If a file is empty, ends within a record or has a label out of range; the message names the file.
    FileNotFoundError
        If there is no such file.

    References
    ----------
    Krizhevsky, Learning multiple layers of features from tiny images (2009).

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "data_batch_1.bin")
    ...     _ = file.write_bytes(bytes([6]) + bytes(3072))
    ...     pictures, labels = read_cifar(file)
    >>> pictures.shape, labels.tolist()
    ((1, 32, 32, 3), [6])
    """
    counts = LABELS[checks.one_of("read_cifar", "classes", classes, LABELS)]
    column = 0 if coarse else len(counts) - 1
    paths = [files] if isinstance(files, (str, os.PathLike)) else files
    records = np.concatenate([_records(Path(file), counts) for file in paths])
    planes = records[:, len(counts):].reshape(-1, 3, SIDE, SIDE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, column].astype(np.int64)


def read_names(file: PathLikeText, coarse: bool = False) -> tuple[str, ...]:
    """Return the names of the classes, from a text file with one per line or from the pickle of the "Python
    version"."""
    content = read_bytes(file, LARGEST_NAMES)
    if not is_pickle(content):
        return tuple(content.decode("utf-8", "backslashreplace").split())
    found = read_pickle(file)
    which = "label_names" if "label_names" in found else f"{'coarse' if coarse else 'fine'}_label_names"
    return tuple(map(text_of, found.get(which, ())))


def _records(file: Path, counts: Sequence[int]) -> NDArray[np.uint8]:
    with open_regular(file) as opened:
        # checked before reading: any file may be named
        length = os.fstat(opened.fileno()).st_size
        if is_pickle(opened.read(1)):
            records = _pickled_records(file, counts)
        else:
            size = len(counts) + PIXELS
            if not length or length % size:
                raise ValueError(f"{file} is truncated or no CIFAR-{counts[-1]} file: {length:,} "
                                 f"bytes are not a whole number of records of {size:,} bytes")
            opened.seek(0)
            records = np.frombuffer(opened.read(length), dtype=np.uint8).reshape(-1, size)
    for column, count in enumerate(counts):
        largest = records[:, column].max()
        if largest >= count:
            raise ValueError(f"{file} is no CIFAR-{counts[-1]} file: it has the label {largest}, "
                             f"of {count} classes")
    return records


def _pickled_records(file: Path, counts: Sequence[int]) -> NDArray[np.uint8]:
    """Return the records of a pickled dictionary, with the label bytes first as in the binary files."""
    found = read_pickle(file)
    names = ["data", "labels"] if len(counts) == 1 else ["data", "coarse_labels", "fine_labels"]
    missing = [name for name in names if name not in found]
    if missing:
        raise ValueError(f"{file} is no CIFAR-{counts[-1]} file: it has no {', '.join(missing)}; "
                         f"it has {', '.join(map(printable, found))}")
    data, *labels = (found[name] for name in names)
    if getattr(data, "dtype", None) != np.uint8 or data.ndim != 2 or data.shape[1] != PIXELS or not len(data):
        raise ValueError(f"{file} is no CIFAR-{counts[-1]} file: its data must be bytes of the shape "
                         f"(N, {PIXELS:,})")
    columns = [_label_column(file, name, label, len(data)) for name, label in zip(names[1:], labels)]
    return np.hstack([*columns, data])


def _label_column(file: Path, name: str, labels: Any, n: int) -> NDArray[np.uint8]:
    """Return a list or an array of labels as a column of bytes."""
    whole = (isinstance(labels, np.ndarray)
             or isinstance(labels, list) and all(isinstance(label, int) for label in labels))
    array = np.array(labels if whole else [])
    if array.shape != (n,) or array.dtype.kind not in "iu" or array.min() < 0 or array.max() > 255:
        raise ValueError(f"{file}: {name} must be {n:,} whole numbers from 0 to 255, one for each picture")
    return array.astype(np.uint8)[:, None]
