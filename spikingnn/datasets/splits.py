"""Labelled pictures, and which of them are held out: always the same ones, so that figures can be compared."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


__all__ = ["Labelled", "Split", "split"]

VALIDATION = 10_000         # of a training file, its last: what is held out, and no more than
SHARE = 5                   # one part in SHARE


class Split(NamedTuple):
    """A labelled set: `x_train`, `x_test` (N, height, width) or in colour (N, height, width, 3), floats in [0, 1]; `y_train`,
    `y_test` (N,) integer classes; `names` of the classes, empty where they have numbers only."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    names: tuple = ()


class Labelled(NamedTuple):
    """What a set's files hold: pictures `x`, classes `y`, and where pictures belong together, the `group` of each."""

    x: np.ndarray
    y: np.ndarray
    group: np.ndarray | None = None
    names: tuple = ()


def split(data):
    """`Labelled` as `Split`: what is held out are the last 10,000 pictures, or the last fifth where that is less.

    Where pictures belong together (30 of one traffic sign, on one drive past it), it is every fifth group of each class, so that
    no group is on both sides; the second one is the first to go, for a class of a single group is to be learned.
    """
    x, y, group, names = data
    if group is None:
        cut = len(x) - min(VALIDATION, len(x) // SHARE)
        return Split(x[:cut], y[:cut], x[cut:], y[cut:], names)
    out = np.zeros(len(y), dtype=bool)
    for label in np.unique(y):
        mine = y == label
        out |= mine & np.isin(group, np.unique(group[mine])[1::SHARE])
    return Split(x[~out], y[~out], x[out], y[out], names)
