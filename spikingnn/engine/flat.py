"""Parts that lie one after the other in one flat array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .._util.arrays import aligned
from .._util.typing import FloatArray, IntArray


__all__ = ["Flat", "joined", "offsets"]


def joined(arrays: Sequence[FloatArray]) -> FloatArray:
    """Return flat arrays one after the other in one that is aligned."""
    return np.concatenate(arrays, out=aligned(sum(each.size for each in arrays)))


class Flat:
    """Arrays put one after the other: `add` returns where an array begins, `array` is the whole.

    Parameters
    ----------
    dtype : dtype
        Type of the numbers.
    size : int
        How many numbers are expected: room for these is made at once, for more when they come.
    """

    def __init__(self, dtype: DTypeLike, size: int = 0) -> None:
        self.size, self._whole = 0, aligned(size, dtype)

    def reserve(self, size: int) -> tuple[int, NDArray[Any]]:
        """Return (offset, array) of the next `size` numbers, which the caller sets."""
        begin, self.size = self.size, self.size + size
        if self.size > self._whole.size:
            larger = aligned(max(self.size, 2 * begin), self._whole.dtype)
            larger[:begin] = self._whole[:begin]
            self._whole = larger
        return begin, self._whole[begin:self.size]

    def add(self, array: ArrayLike) -> int:
        """Append `array`, flattened, and return its offset."""
        flat = np.ravel(array)
        begin, mine = self.reserve(flat.size)
        mine[:] = flat
        return begin

    @property
    def array(self) -> NDArray[Any]:
        """The numbers in one writable array."""
        return self._whole[:self.size]


def offsets(sizes: ArrayLike) -> IntArray:
    """Return where each of consecutive parts begins, and where the last one ends."""
    each = np.asarray(sizes, dtype=np.int64)
    begin = np.zeros(each.size + 1, np.int64)
    each.cumsum(out=begin[1:])
    return begin
