"""Arrays from files that a user names: NumPy's .npz and .npy without pickles, or IDX, told apart by their content."""

from __future__ import annotations

import difflib

import numpy as np

from .._util import arrays
from .._util.brightness import brightness
from .._util.files import open_regular, printable
from .idx import read_idx
from .splits import Labelled, Split, split


__all__ = ["read_npz", "read_pair", "read_set"]

PICTURES = ("x", "images", "x_test")        # what the arrays of a pair are called
LABELS = ("y", "labels", "y_test")


def read_pair(images, labels=None, bits=None, *, names=()):
    """Pictures and their classes from the files of that name: x float32 in [0, 1], y (N,) int64.

    Each file is IDX (.gz or not), .npy or .npz; in an .npz, pictures are called x, images or x_test, and their classes y, labels
    or y_test. Without `labels` both are in the file `images`. Pictures are (N, height, width) or (N, height, width, 3), floats from 0 to 1
    or integers, whose white is 2^bits - 1; without `bits` 255 or 65,535, by their type, with a warning where the largest value is far
    below. Classes are whole numbers from 0 on, or texts: one of the `names`, whose place among
    them is the class; without `names`, they are counted in alphabetical order. ValueError names the file where something else is in it.
    """
    labels = images if labels is None else labels
    x = _pictures(_array(images, PICTURES), images)
    return as_float(x, images, bits), _classes(_array(labels, LABELS), len(x), labels, names)[0]


def read_set(file, held_out="validation"):
    """The labelled pictures of an .npz `file` as `Split`.

    With x_train, y_train, x_test and y_test in it, as Keras keeps MNIST, those are the two parts; with pictures (x, images) and classes
    (y, labels) alone, a part is held out as `split` says, along the groups in an array track or group. The classes' names are those of an
    array names or classes, or the labels themselves where these are texts.
    """
    found, present = arrays.read_npz(file, ("x_train", "y_train", "x_test", "y_test", *PICTURES, *LABELS,
                                            "names", "classes", "track", "group"))
    names = [str(name) for name in np.ravel(_first(found, ("names", "classes"), ()))]
    if "x_train" not in found:
        x, y = (_needed(found, which, file, present) for which in (PICTURES, LABELS))
        y, names = _classes(y, len(_pictures(x, file)), file, names)
        group = _first(found, ("track", "group"), None)
        if group is not None and group.shape != y.shape:
            raise ValueError(f"{file}: {len(y):,} pictures need as many groups, got an array of shape {group.shape}")
        return split(Labelled(as_float(x, file), y, group, names))
    x, y = (_needed(found, [which], file, present) for which in ("x_train", "y_train"))
    y, names = _classes(y, len(_pictures(x, file)), file, names)
    if "x_test" not in found or held_out == "validation" and "y_test" not in found:
        return split(Labelled(as_float(x, file), y, None, names))
    x_test, y_test = (_needed(found, [which], file, present) for which in ("x_test", "y_test"))
    y_test, _ = _classes(y_test, len(_pictures(x_test, file)), file, names)
    return Split(as_float(x, file), y, as_float(x_test, file), y_test, names)


def read_npz(file, names):
    """The arrays called `names` of an .npz `file`, as a list; nothing in it is executed. ValueError names what is not there."""
    found, present = arrays.read_npz(file, names)
    return [_needed(found, [name], file, present) for name in names]


def as_float(x, file, bits=None):
    """Pictures as float32 in [0, 1] by the rule of `brightness`."""
    return brightness(x, f"{file}: pictures", bits, np.float32)


def _array(file, names):
    """The array of a file, or of several the first that has one of the `names`."""
    with open_regular(file) as raw:
        begin = raw.read(6)
    if begin == b"\x93NUMPY":
        return arrays.read_npy(file)
    if begin[:2] != b"PK":
        return read_idx(file)
    found, present = arrays.read_npz(file, names)
    return _needed(found, names, file, present)


def _first(found, names, default):
    return next((found[name] for name in names if name in found), default)


def _needed(found, names, file, present):
    """Of an .npz's arrays `found` the first that is called one of `names`."""
    array = _first(found, names, None)
    if array is None:
        raise ValueError(f"{file} has no array {', '.join(names)}; it has {', '.join(map(printable, present[:20])) or 'none'}")
    return array


def _pictures(x, file):
    if x.ndim not in (3, 4) or x.ndim == 4 and x.shape[3] != 3 or not x.size:
        raise ValueError(f"{file}: pictures must have the shape (N, height, width) or (N, height, width, 3), got {x.shape}")
    return x


def _classes(y, n, file, names):
    """Labels as (classes (n,) int64, names): numbers as they are, texts by their place among the names."""
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y                   # as Keras keeps those of CIFAR
    if y.shape != (n,):
        raise ValueError(f"{file}: {n:,} pictures need as many labels, got an array of shape {y.shape}")
    if y.dtype.kind in "SU":
        texts = [str(text) for text in (np.char.decode(y, "utf-8", "backslashreplace") if y.dtype.kind == "S" else y)]
        names = tuple(names or sorted(set(texts)))
        place = {name: k for k, name in enumerate(names)}
        for text in sorted(set(texts) - set(names)):
            near = difflib.get_close_matches(text, names, n=1)
            known = ", ".join(map(printable, names[:20]))
            raise ValueError(f"{file}: the label {printable(text)!r} is none of the classes {known}"
                             + (f"; did you mean {near[0]!r}?" if near else ""))
        return np.array([place[text] for text in texts], dtype=np.int64), names
    if y.dtype.kind not in "iu" or y.min() < 0:
        raise ValueError(f"{file}: labels must be whole numbers from 0 on, or texts, got {y.min()!r}")
    return y.astype(np.int64), tuple(names)
