"""Arrays that begin at a line of the cache."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


__all__ = ["aligned"]

LINE = 64               # bytes: cache line, and the widest vector of the processor


def aligned(shape: int | tuple[int, ...], dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Return zeros in an array that begins at a cache line: a vector on two lines takes twice as long to
    load."""
    shape = (shape,) if isinstance(shape, (int, np.integer)) else shape
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.zeros(size + LINE, np.uint8)
    begin = -memory.ctypes.data % LINE
    return memory[begin:begin + size].view(dtype).reshape(shape)
