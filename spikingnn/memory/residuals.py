"""Statistics of what differs between a cue and an answer: is it noise, or another picture?"""

from __future__ import annotations

from itertools import product

import numpy as np

from .._util.typing import BoolArray, FloatArray


__all__ = ["LARGEST_SCORE", "REACH", "are_pictures", "best_shift", "excess_in_span", "log_ratio", "moran",
           "pearson", "regressed", "uniform_squares"]

LARGEST_SCORE = 10.0    # –     scores are within ± this
PICTURE = 0.2           # –     smallest correlation of neighbouring pixels of a picture
REACH = 2               # px    largest shift, and half the side of the smallest occluder


def log_ratio(over: float, under: float) -> float:
    """Return log(over / under) within ±LARGEST_SCORE; a value that is not positive counts as none."""
    with np.errstate(divide="ignore"):
        ratio = np.log(max(over, 0.0)) - np.log(max(under, 1e-9))
    return float(np.clip(ratio, -LARGEST_SCORE, LARGEST_SCORE))


def pearson(x: FloatArray, y: FloatArray) -> float:
    """Return the correlation of two arrays (n,) of any numbers, 0 where one of them is constant."""
    x, y = x - x.mean(), y - y.mean()
    size = np.linalg.norm(x) * np.linalg.norm(y)
    return float(x @ y / size) if size > 1e-9 else 0.0


def regressed(cue: FloatArray, answer: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Regress `cue` (m,) on `answer` (m,) and a constant.

    Returns the residual (m,), in units of the cue's standard deviation, and the orthonormal design (m, 1 or
    2).
    """
    centred = answer - answer.mean()
    size = np.linalg.norm(centred)
    design = np.full((cue.size, 1), cue.size**-0.5)
    if size > 1e-9:
        design = np.column_stack([design, centred / size])
    residual = cue - design @ (design.T @ cue)
    return residual / max(float(np.std(cue)), 1e-9), design


def excess_in_span(residual: FloatArray, design: FloatArray, near: FloatArray) -> float:
    """Return how much more of a residual (m,) lies in the span of patterns `near` (m, k) than of white noise.

    A χ² that its cube root makes standard normal; the patterns are made orthogonal to the `design` first.

    References
    ----------
    Wilson & Hilferty, PNAS 17:684 (1931).
    """
    near = near - design @ (design.T @ near)
    values, vectors = np.linalg.eigh(near.T @ near)
    kept = values > 1e-6 * residual.size
    directions, freedom = int(kept.sum()), residual.size - design.shape[1]
    if not 0 < directions < freedom:
        return 0.0
    part = np.square((residual @ near) @ vectors[:, kept]) / values[kept]
    mean, variance = part.sum() / directions / (residual @ residual / freedom), 2.0 / (9.0 * directions)
    return float((np.cbrt(mean) - 1.0 + variance) / np.sqrt(variance * (1.0 - directions / freedom)))


def moran(residual: FloatArray, known: BoolArray) -> float:
    """Return Moran's statistic of a residual (height, width): standard normal for white noise.

    The weights are exp(−d²/4) for pixels at a distance d of at most 3 along each axis. The residual is zero
    where it is not `known`.

    References
    ----------
    Moran, Biometrika 37:17 (1950).
    """
    from scipy.ndimage import correlate1d

    def around(picture: FloatArray, width: float) -> FloatArray:
        window = np.exp(-np.square(np.arange(-3, 4)) / width)
        rows = correlate1d(picture, window, 0, mode="constant")
        return np.asarray(correlate1d(rows, window, 1, mode="constant") - picture)
    seen = known.astype(np.float64)
    pairs, squares, count = np.sum(seen * around(seen, 4.0)), np.sum(seen * around(seen, 2.0)), seen.sum()
    if not squares > 0:
        return 0.0
    weighted = np.sum(residual * around(residual, 4.0)) * count / np.sum(residual * residual)
    return float((weighted + pairs / count) / np.sqrt(2.0 * squares))


def best_shift(cue: FloatArray, known: BoolArray, answer: FloatArray,
               shape: tuple[int, int]) -> tuple[FloatArray, BoolArray]:
    """Shift `answer` by up to REACH pixels so that it is nearest to `cue` where the cue is known.

    Returns the shifted answer (n,), and where it is defined (n,).
    """
    height, width = shape
    picture, least = np.pad(answer.reshape(shape), REACH), np.inf
    inside = np.pad(np.ones(shape, bool), REACH)
    best = answer, np.zeros(answer.size, bool)
    for down, right in product(range(2 * REACH + 1), repeat=2):
        if (down, right) != (REACH, REACH):
            rows, columns = slice(down, down + height), slice(right, right + width)
            moved, defined = picture[rows, columns].ravel(), inside[rows, columns].ravel()
            seen = known & defined
            distance = np.sum(np.square(moved - cue), where=seen) / max(seen.sum(), 1)
            if seen.any() and distance < least:
                least, best = distance, (moved, defined)
    return best


def uniform_squares(cue: FloatArray, known: BoolArray, shape: tuple[int, int]) -> BoolArray:
    """Return the pixels (n,) of all squares of 2 REACH + 1 pixels in which the cue is known and of one
    level."""
    from scipy.ndimage import maximum_filter, minimum_filter

    side, picture = 2 * REACH + 1, np.where(known, cue, np.inf).reshape(shape)
    low, high = (over(picture, side, mode="nearest") for over in (minimum_filter, maximum_filter))
    same = np.isfinite(high) & (low == high)
    return np.asarray(maximum_filter(same, side, mode="constant").ravel())


def are_pictures(patterns: FloatArray, shape: tuple[int, int]) -> bool:
    """Are neighbouring pixels of patterns (k, n) correlated along both axes, more than by accident?"""
    pictures = (patterns - patterns.mean(axis=1, keepdims=True)).reshape(-1, *shape)
    power = np.mean(np.square(pictures))
    if not power > 1e-9 or min(shape) < 2 * REACH + 1:
        return False
    down = np.mean(pictures[:, 1:] * pictures[:, :-1])
    right = np.mean(pictures[:, :, 1:] * pictures[:, :, :-1])
    return bool(min(down, right) / power > max(PICTURE, 3.0 / np.sqrt(pictures.size)))
