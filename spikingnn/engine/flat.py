"""Parts that lie one after the other in one flat array."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .._util.typing import IntArray


__all__ = ["Flat", "by_delay", "offsets"]


class Flat:
    """Arrays put one after the other: `add` returns where an array begins, `array` is the whole."""

    def __init__(self, dtype: DTypeLike) -> None:
        self.dtype, self.size = dtype, 0
        self.parts: list[NDArray[Any]] = [np.empty(0, dtype)]

    def add(self, array: ArrayLike) -> int:
        """Append `array`, flattened, and return its offset."""
        flat = np.ravel(array)
        self.parts.append(flat)
        self.size += flat.size
        return self.size - flat.size

    @property
    def array(self) -> NDArray[Any]:
        """One writable array; the parts are released."""
        if len(self.parts) == 1:
            return self.parts[0]
        whole: NDArray[Any] = np.concatenate(self.parts, dtype=self.dtype, casting="unsafe")
        self.parts = [whole]
        return whole


def offsets(sizes: ArrayLike) -> IntArray:
    """Return where each of consecutive parts begins, and where the last one ends."""
    each = np.asarray(sizes, dtype=np.int64)
    begin = np.zeros(each.size + 1, np.int64)
    each.cumsum(out=begin[1:])
    return begin


def by_delay(n_pre: int, sources: NDArray[Any], steps: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Sort synapses whose `sources` rise by delay: return (order, delays, pointers).

    There is one block of row pointers, (n_pre + 1,), for each distinct delay.
    """
    delays, bucket = np.unique(steps, return_inverse=True)
    order = np.argsort(bucket.astype(np.uint16 if delays.size < 65536 else np.int64), kind="stable")
    counts = np.bincount(bucket.astype(np.int64) * n_pre + sources, minlength=delays.size * n_pre)
    pointers = np.zeros((delays.size, n_pre + 1), dtype=np.int64)
    pointers[:, 1:] = np.cumsum(counts, out=counts).reshape(delays.size, n_pre)
    pointers[1:, 0] = pointers[:-1, -1]
    return order, delays, pointers
