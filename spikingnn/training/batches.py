"""Mini-batches in random order: without a generator, so that an epoch can be continued anywhere."""

from __future__ import annotations

import numpy as np

from .._util import checks
from .._util.typing import IntArray
from ..engine.random import mix, stream_key


__all__ = ["epoch_order", "mini_batches"]


def epoch_order(n: int, seed: int, epoch: int) -> IntArray:
    """Return the order of the samples in an epoch: a random permutation, the same at every call.

    Parameters
    ----------
    n : int
        Number of samples.
    seed : int
        Seed of the run.
    epoch : int
        Number of the epoch, each of which has another order.

    Returns
    -------
    array (n,)
        Permutation of 0 … n − 1.

    Examples
    --------
    >>> import numpy as np
    >>> order = epoch_order(100, seed=0, epoch=1)
    >>> np.array_equal(np.sort(order), np.arange(100))
    True
    >>> [np.array_equal(order, epoch_order(100, seed=0, epoch=epoch)) for epoch in (1, 2)]
    [True, False]
    """
    key = np.uint64(stream_key(seed, f"order/{epoch}"))
    return np.argsort(mix(key, np.arange(n, dtype=np.uint64)), kind="stable")


def mini_batches(n: int, size: int, seed: int, epoch: int) -> list[IntArray]:
    """Return the mini-batches of an epoch: `size` samples each, in random order; the last has the rest.

    A run that was interrupted after k batches continues with ``mini_batches(…)[k:]``.

    Parameters
    ----------
    n : int
        Number of samples.
    size : int
        Samples per mini-batch.
    seed : int
        Seed of the run.
    epoch : int
        Number of the epoch.

    Returns
    -------
    list of array (size,)
        Numbers of the samples in each mini-batch.

    Raises
    ------
    ValueError
        If `n` or `size` is below 1.

    Examples
    --------
    >>> [len(batch) for batch in mini_batches(10, 4, seed=0, epoch=0)]
    [4, 4, 2]
    """
    n, size = checks.integer("mini_batches", "n", n), checks.integer("mini_batches", "size", size)
    shuffled = epoch_order(n, seed, epoch)
    return [shuffled[begin:begin + size] for begin in range(0, n, size)]
