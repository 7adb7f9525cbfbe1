"""Types that signatures share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, TypeAlias, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray


__all__ = ["ArrayLike", "BoolArray", "FloatArray", "IntArray", "PathLikeText", "Progress", "Scalar",
           "Stimulus", "Traces"]

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]
Scalar: TypeAlias = Union[float, Sequence[float], NDArray[Any]]
"""One number, or one value per neuron."""
Stimulus: TypeAlias = ArrayLike
"""One number, one value per unit (n,), or (rows, n) where each row is held for duration/rows."""
Traces: TypeAlias = tuple[tuple[float, int], ...]
"""(time constant in ms, ADD | SET | HOOK) of each trace of a plasticity rule."""
PathLikeText: TypeAlias = Union[str, "PathLike[str]"]
Progress: TypeAlias = Callable[[Any], Any]
