"""Mini-batches whose order has no state: it follows from the seed and the number of the epoch, so that a run can go on anywhere."""

from __future__ import annotations

import numpy as np

from .._util import checks
from ..engine.random import mix, stream_key


__all__ = ["batches", "order"]


def order(n, seed, epoch):
    """A random permutation of 0 … n − 1 for this epoch: the samples are sorted by a random number each."""
    key = np.uint64(stream_key(seed, f"order/{epoch}"))
    return np.argsort(mix(key, np.arange(n, dtype=np.uint64)), kind="stable")


def batches(n, size, seed, epoch):
    """The epoch's mini-batches of `n` samples: a list of index arrays of `size`, the last one of what is left.

    Being a list, it is also where a run that was cut off goes on: `batches(…)[done:]`.
    """
    n, size = checks.integer("batches", "n", n), checks.integer("batches", "size", size)
    shuffled = order(n, seed, epoch)
    return [shuffled[begin:begin + size] for begin in range(0, n, size)]
