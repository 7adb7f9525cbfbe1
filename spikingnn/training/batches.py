"""Mini-batches in random order: without a generator, so that an epoch can be continued anywhere."""

from __future__ import annotations

import numpy as np

from .._util import checks
from .._util.typing import IntArray
from ..engine.random import mix, stream_key


__all__ = ["epoch_order", "mini_batches"]


def epoch_order(n: int, seed: int, epoch: int) -> IntArray:
    """Return a random permutation of 0 … n − 1 for an epoch: the samples are sorted by a random number each.

    Examples
    --------
    >>> sorted(epoch_order(4, seed=0, epoch=1).tolist())
    [0, 1, 2, 3]
    """
    key = np.uint64(stream_key(seed, f"order/{epoch}"))
    return np.argsort(mix(key, np.arange(n, dtype=np.uint64)), kind="stable")


def mini_batches(n: int, size: int, seed: int, epoch: int) -> list[IntArray]:
    """Return the mini-batches of `n` samples in an epoch: index arrays of `size`, the last one of the rest.

    A run that was interrupted after k batches continues with ``mini_batches(…)[k:]``.

    Raises
    ------
    ValueError
        If a number is below 1.

    Examples
    --------
    >>> [len(batch) for batch in mini_batches(10, 4, seed=0, epoch=0)]
    [4, 4, 2]
    """
    n, size = checks.integer("mini_batches", "n", n), checks.integer("mini_batches", "size", size)
    shuffled = epoch_order(n, seed, epoch)
    return [shuffled[begin:begin + size] for begin in range(0, n, size)]
