"""Labelled pictures, and which of them are held out: always the same ones, so that results can be
compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


__all__ = ["Labelled", "Split", "split"]

VALIDATION = 10_000         # largest number of pictures that are held out from the end of a training file
FRACTION = 5                # one picture or group in five is held out


class Split(NamedTuple):
    """A labelled data set in two parts.

    Pictures are floats from 0 (black) to 1 (white), (N, height, width) or, in colour, (N, height, width, 3);
    classes are integers, (N,).

    Parameters
    ----------
    x_train : NDArray[Any]
        Pictures to learn from.
    y_train : NDArray[Any]
        Their classes.
    x_test : NDArray[Any]
        Pictures that are held out.
    y_test : NDArray[Any]
        Their classes.
    names : Sequence[str], default ()
        Names of the classes; empty if they only have numbers.

    Examples
    --------
    >>> from spikingnn.datasets import mnist_sample
    >>> x_train, y_train, x_test, y_test, names = mnist_sample()
    >>> x_train.shape, y_test.shape
    ((1000, 28, 28), (500,))
    """

    x_train: NDArray[Any]
    """Pictures to learn from."""
    y_train: NDArray[Any]
    """Their classes."""
    x_test: NDArray[Any]
    """Pictures that are held out."""
    y_test: NDArray[Any]
    """Their classes."""
    names: Sequence[str] = ()
    """Names of the classes; empty if they only have numbers."""


class Labelled(NamedTuple):
    """Labelled pictures as the files of a data set contain them, before they are split.

    Parameters
    ----------
    x : NDArray[Any]
        Pictures, (N, height, width) or (N, height, width, 3).
    y : NDArray[Any]
        Integer classes, (N,).
    group : NDArray[Any] | None, default None
        Number of the group that each picture belongs to, (N,), if some belong together; a group is
        not split.
    names : Sequence[str], default ()
        Names of the classes; empty if they only have numbers.

    Examples
    --------
    >>> data = Labelled(np.zeros((10, 28, 28)), np.arange(10))
    >>> len(split(data).x_test)
    2
    """

    x: NDArray[Any]
    """Pictures, (N, height, width) or (N, height, width, 3)."""
    y: NDArray[Any]
    """Integer classes, (N,)."""
    group: NDArray[Any] | None = None
    """Number of the group that each picture belongs to, (N,), if some belong together; a group is not
    split."""
    names: Sequence[str] = ()
    """Names of the classes; empty if they only have numbers."""


def split(data: Labelled) -> Split:
    """Split labelled pictures into a part to learn from and a part that is held out.

    Held out are the last 10,000 pictures, or the last fifth if that is less. If pictures belong together (30
    of one traffic sign, taken while driving past it), every fifth group of each class is held out, so that no
    group is in both parts; it starts with the second group, since a class with a single group is learned.

    Parameters
    ----------
    data : Labelled
        Pictures and classes.

    Returns
    -------
    Split
        The two parts.

    Examples
    --------
    >>> data = Labelled(np.zeros((6, 4, 4)), np.zeros(6, int), group=np.array([7, 7, 8, 8, 9, 9]))
    >>> split(data).y_test.shape
    (2,)
    """
    x, y, group, names = data
    if group is None:
        cut = len(x) - min(VALIDATION, len(x) // FRACTION)
        return Split(x[:cut], y[:cut], x[cut:], y[cut:], names)
    out = np.zeros(len(y), dtype=bool)
    for label in np.unique(y):
        mine = y == label
        out |= mine & np.isin(group, np.unique(group[mine])[1::FRACTION])
    return Split(x[~out], y[~out], x[out], y[out], names)
