"""Labelled arrays from files of the user: NumPy's .npz and .npy without pickles, or IDX, distinguished by
their content."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._util import numpy_files
from .._util.brightness import to_levels
from .._util.files import open_regular
from .._util.text import printable
from .._util.typing import IntArray, PathLikeText
from .idx import read_idx
from .splits import Labelled, Split, split


__all__ = ["read_arrays", "read_pair", "read_set", "to_float32"]

PICTURES = ("x", "images", "x_test")        # names of the arrays of a pair
LABELS = ("y", "labels", "y_test")


def read_pair(images: PathLikeText, labels: PathLikeText | None = None, bits: int | None = None, *,
              names: Sequence[str] = ()) -> tuple[NDArray[np.float32], IntArray]:
    """Read pictures and their classes from two files, or from one.

    Each file is IDX (.gz or not), .npy or .npz. In an .npz, pictures are called x, images or x_test, and
    classes y, labels or y_test.

    Parameters
    ----------
    images : str or path
        The file of the pictures, (N, height, width) or (N, height, width, 3), floats from 0 to 1 or integers.
    labels : str or path, optional
        The file of the classes, whole numbers from 0 on or texts; None if they are in the file `images`.
    bits : int, optional
        White is ``2**bits - 1``. None takes 255 or 65,535, by the type of the pixels, and warns if the
        largest value is far below it.
    names : sequence of str
        Names of the classes: a label that is a text becomes its position among them. Without names, labels
        that are texts are numbered in alphabetical order.

    Returns
    -------
    x : ndarray of float32
        Levels in [0, 1], of the shape of the pictures.
    y : ndarray of int64
        Classes, (N,).

    Raises
    ------
    ValueError
        If a file has other content; the message names the file.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "two.npz")
    ...     np.savez(file, x=np.full((2, 4, 4), 255, np.uint8), y=["cat", "bird"])
    ...     x, y = read_pair(file)
    >>> x.shape, float(x.max()), y.tolist()
    ((2, 4, 4), 1.0, [1, 0])
    """
    labels = images if labels is None else labels
    x = _checked_pictures(_array(images, PICTURES), images)
    return to_float32(x, images, bits), _checked_classes(_array(labels, LABELS), len(x), labels, names)[0]


def read_set(file: PathLikeText, held_out: str = "validation") -> Split:
    """Read a labelled set from an .npz file.

    An array names or classes gives the names of the classes; otherwise these are the labels, if they are
    texts.

    Parameters
    ----------
    file : str or path
        With arrays x_train, y_train, x_test and y_test, as Keras distributes MNIST, these are the two parts.
        With pictures (x or images) and classes (y or labels) alone, a part is held out as `split` says, along
        the groups in an array track or group.
    held_out : {"validation", "test"}
        With "test", x_test without y_test is an error; with "validation" it is ignored.

    Returns
    -------
    Split
        Pictures are float32 in [0, 1].

    Raises
    ------
    ValueError
        If an array is missing or has the wrong shape or type.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "set.npz")
    ...     np.savez(file, x=np.zeros((10, 4, 4)), y=np.arange(10) % 2, names=["cat", "bird"])
    ...     data = read_set(file)
    >>> data.x_train.shape, data.x_test.shape, data.names
    ((8, 4, 4), (2, 4, 4), ('cat', 'bird'))
    """
    found, present = numpy_files.read_npz(file, ("x_train", "y_train", "x_test", "y_test", *PICTURES, *LABELS,
                                                 "names", "classes", "track", "group"))
    listed = _first(found, ("names", "classes"))
    names: Sequence[str] = [] if listed is None else [str(name) for name in np.ravel(listed)]
    if "x_train" not in found:
        x, y = (_needed(found, which, file, present) for which in (PICTURES, LABELS))
        y, names = _checked_classes(y, len(_checked_pictures(x, file)), file, names)
        group = _first(found, ("track", "group"))
        if group is not None and group.shape != y.shape:
            raise ValueError(f"{file}: {len(y):,} pictures need as many groups, got "
                             f"an array of shape {group.shape}")
        return split(Labelled(to_float32(x, file), y, group, names))
    x, y = (_needed(found, [which], file, present) for which in ("x_train", "y_train"))
    y, names = _checked_classes(y, len(_checked_pictures(x, file)), file, names)
    if "x_test" not in found or held_out == "validation" and "y_test" not in found:
        return split(Labelled(to_float32(x, file), y, None, names))
    x_test, y_test = (_needed(found, [which], file, present) for which in ("x_test", "y_test"))
    y_test, _ = _checked_classes(y_test, len(_checked_pictures(x_test, file)), file, names)
    return Split(to_float32(x, file), y, to_float32(x_test, file), y_test, names)


def read_arrays(file: PathLikeText, names: Sequence[str]) -> list[NDArray[Any]]:
    """Return the arrays called `names` of an .npz file; nothing in it is executed. ValueError names a missing
    one."""
    found, present = numpy_files.read_npz(file, names)
    return [_needed(found, [name], file, present) for name in names]


def to_float32(x: NDArray[Any], file: object, bits: int | None = None) -> NDArray[np.float32]:
    """Return pictures as float32 in [0, 1], by the rule of `to_levels`."""
    return to_levels(x, f"{file}: pictures", bits, np.float32)


def _array(file: PathLikeText, names: Sequence[str]) -> NDArray[Any]:
    """Return the array of a file, or of several the first one that has one of the `names`."""
    with open_regular(file) as raw:
        begin = raw.read(6)
    if begin == b"\x93NUMPY":
        return numpy_files.read_npy(file)
    if begin[:2] != b"PK":
        return read_idx(file)
    found, present = numpy_files.read_npz(file, names)
    return _needed(found, names, file, present)


def _first(found: Mapping[str, NDArray[Any]], names: Sequence[str]) -> NDArray[Any] | None:
    return next((found[name] for name in names if name in found), None)


def _needed(found: Mapping[str, NDArray[Any]], names: Sequence[str], file: PathLikeText,
            present: Sequence[str]) -> NDArray[Any]:
    """Return the first of the arrays `found` that is called one of `names`."""
    array = _first(found, names)
    if array is None:
        raise ValueError(f"{file} has no array {', '.join(names)}; it has "
                         f"{', '.join(map(printable, present[:20])) or 'none'}")
    return array


def _checked_pictures(x: NDArray[Any], file: PathLikeText) -> NDArray[Any]:
    if x.ndim not in (3, 4) or x.ndim == 4 and x.shape[3] != 3 or not x.size:
        raise ValueError(f"{file}: pictures must have the shape (N, height, width) "
                         f"or (N, height, width, 3), got {x.shape}")
    return x


def _checked_classes(y: NDArray[Any], n: int, file: PathLikeText,
                     names: Sequence[str]) -> tuple[IntArray, tuple[str, ...]]:
    """Return labels as (classes (n,), names): numbers as they are, texts by their position among the
    names."""
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y                   # the labels of CIFAR in Keras
    if y.shape != (n,):
        raise ValueError(f"{file}: {n:,} pictures need as many labels, got an array of shape {y.shape}")
    if y.dtype.kind in "SU":
        decoded = np.char.decode(y, "utf-8", "backslashreplace") if y.dtype.kind == "S" else y
        texts = [str(text) for text in decoded]
        names = tuple(names or sorted(set(texts)))
        position = {name: k for k, name in enumerate(names)}
        for text in sorted(set(texts) - set(names)):
            near = difflib.get_close_matches(text, names, n=1)
            known = ", ".join(map(printable, names[:20]))
            raise ValueError(f"{file}: the label {printable(text)!r} is none of the classes {known}"
                             + (f"; did you mean {near[0]!r}?" if near else ""))
        return np.array([position[text] for text in texts], dtype=np.int64), names
    if y.dtype.kind not in "iu" or y.min() < 0:
        raise ValueError(f"{file}: labels must be whole numbers from 0 on, or texts, got {y.min()!r}")
    return y.astype(np.int64), tuple(names)
