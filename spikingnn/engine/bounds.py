"""Checks of what must stay inside the engine's arrays: numbers of units, and weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._util import checks
from .._util.typing import FloatArray


__all__ = ["as_precision", "check_units", "check_weights"]


def check_units(owner: object, field: str, units: ArrayLike, n: int) -> NDArray[Any]:
    """Return numbers of units as an array; refuse them if they are not whole, or not from 0 to n - 1."""
    try:
        array = np.asarray(units)
    except ValueError:                              # rows of different lengths
        array = np.empty(0, object)
    if array.ndim != 1 or array.size and array.dtype.kind not in "iu" or array.dtype == object:
        checks.fail(owner, field, units, "whole numbers in one flat array", TypeError)
    if array.size and not (0 <= array.min() and array.max() < n):
        checks.fail(owner, field, int(array.min() if array.min() < 0 else array.max()), f"from 0 to {n - 1}")
    return array


def check_weights(owner: object, weight: ArrayLike, shapes: Sequence[tuple[int, ...]]) -> FloatArray:
    """Return weights as floats, float32 as it is; refuse what is not finite, or of none of the `shapes`."""
    single = getattr(weight, "dtype", None) == np.float32
    try:
        array: Any = np.asarray(weight, dtype=np.float32 if single else np.float64)
    except (ValueError, TypeError):
        checks.fail(owner, "weight", weight, "numbers", TypeError)
    if array.shape not in shapes:
        checks.fail(owner, "weight", array.shape, "of shape " + " or ".join(map(str, dict.fromkeys(shapes))))
    if array.size and not (np.isfinite(array.min()) and np.isfinite(array.max())):
        extreme = array.max() if np.isfinite(array.min()) else array.min()
        checks.fail(owner, "weight", float(extreme), "finite")
    return cast(FloatArray, array)


def as_precision(owner: object, weight: FloatArray, dtype: np.dtype[Any]) -> FloatArray:
    """Return weights as float64 or float32; refuse what is too large for that."""
    with np.errstate(over="ignore"):
        converted: Any = weight.astype(dtype, copy=False)
    if converted.dtype != weight.dtype and not checks.is_finite(converted):
        checks.fail(owner, "weight", float(np.abs(weight).max()), f"within the range of {dtype.name}")
    return cast(FloatArray, converted)
