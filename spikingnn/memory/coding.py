"""From grey pictures to the ±1 patterns that a memory stores."""

from __future__ import annotations

import warnings

import numpy as np

from .._util import checks


__all__ = ["THRESHOLDS", "as_patterns", "binarize", "bit_planes", "from_bit_planes", "grey_levels", "levels"]

THRESHOLDS = ("mean", "median", "otsu")


def grey_levels(images):
    """`images` flattened to (P, n) float64; refuses what is not P pictures of finite numbers in [0, 1]."""
    images = np.asarray(checks.number("binarize", "images", images))
    if images.ndim < 2 or not images.size:
        checks.fail("binarize", "images", images, "pictures of shape (P, height, width) or (P, n)")
    if images.min() < 0 or images.max() > 1:
        checks.fail("binarize", "images", [float(images.min()), float(images.max())], "from 0 (black) to 1 (white)")
    return images.reshape(len(images), -1)


def binarize(images, threshold="mean"):
    """Patterns (P, n) float64: +1 where a picture is brighter than its own threshold, else −1.

    `images`: (P, height, width) or (P, n) in [0, 1]. `threshold`: "mean" of each picture, its "median" (of two possible
    splits at the median level the more even one), "otsu" (the split with the largest variance between its halves, N. Otsu,
    IEEE Trans. SMC 9:62, 1979), a number in [0, 1] for all, or an array with one number for each picture, as
    `levels(images, threshold)` returns it. Warns of pictures that come out in one colour.
    """
    grey = grey_levels(images)
    patterns = np.where(grey > levels(grey, threshold)[:, None], 1.0, -1.0)
    plain = np.flatnonzero(np.ptp(patterns, axis=1) == 0)
    if plain.size:
        warnings.warn(f"{plain.size} of {len(patterns)} pictures are all black or all white at the threshold {threshold!r}: "
                      f"numbers {', '.join(map(str, plain[:8]))}{' …' if plain.size > 8 else ''}", stacklevel=2)
    return patterns


def levels(images, threshold="mean"):
    """The grey level above which a pixel of each picture is bright: (P,) float64; arguments as for `binarize`."""
    grey = grey_levels(images)
    if isinstance(threshold, str):
        checks.one_of("binarize", "threshold", threshold, THRESHOLDS)
        return np.array([_LEVEL[threshold](picture) for picture in grey])
    checks.unit_interval("binarize", "threshold", threshold)
    checks.scalar_or_length("binarize", "threshold", threshold, len(grey))
    return np.broadcast_to(np.asarray(threshold, dtype=np.float64), len(grey))


def bit_planes(images):
    """Grey levels as patterns of 8 n pixels of ±1, (P, 8n), plane after plane, the highest first: an exact picture for a binary memory.

    The 256 levels are Gray-coded (F. Gray, US patent 2632058, 1953), so that neighbouring levels differ in one plane.
    `HopfieldAssembly(8 * n).store(bit_planes(images))`; `from_bit_planes` goes back. `images` as for `binarize`.
    """
    level = np.rint(255 * grey_levels(images)).astype(np.int64)
    code = level ^ (level >> 1)
    return np.concatenate([np.where(code >> bit & 1, 1.0, -1.0) for bit in range(7, -1, -1)], axis=1)


def from_bit_planes(patterns):
    """Levels in [0, 1], (P, n) or (n,), of what `bit_planes` made of them, (P, 8n) or (8n,)."""
    planes = checks.real_array("from_bit_planes", "patterns", patterns) > 0
    if planes.shape[-1] % 8:
        raise ValueError(f"from_bit_planes: eight planes of n pixels are needed, got {planes.shape[-1]} pixels")
    planes = np.stack(np.split(planes, 8, axis=-1)).astype(np.int64)
    level = np.zeros(planes.shape[1:], np.int64)
    for bit in np.bitwise_xor.accumulate(planes, axis=0):
        level = 2 * level + bit
    return level / 255


def as_patterns(owner, patterns, n):
    """`patterns`, (P, n) or one (n,), of ±1 or booleans, as (P, n) float64 of ±1."""
    array = checks.real_array(owner, "patterns", patterns)
    if array.dtype == bool:
        array = np.where(array, 1.0, -1.0)
    array = np.atleast_2d(np.asarray(checks.number(owner, "patterns", array)))
    if array.ndim != 2 or array.shape[1] != n or not len(array):
        raise ValueError(f"{owner}.patterns must have the shape (P, {n}) or ({n},), got {np.shape(patterns)}; "
                         "a picture is one row: images.reshape(len(images), -1)")
    if not (np.abs(array) == 1).all():
        wrong = array[np.abs(array) != 1]
        checks.fail(owner, "patterns", float(wrong[0]), "±1 or booleans (spikingnn.memory.binarize makes them from grey pictures)")
    return array


def _median(picture):
    level = np.median(picture)
    upper, lower = np.mean(picture > level), np.mean(picture >= level)
    return level if abs(upper - 0.5) <= abs(lower - 0.5) else np.nextafter(level, -np.inf)


def _otsu(picture):
    counts, edges = np.histogram(picture, bins=256, range=(0.0, 1.0))
    centre, total = (edges[:-1] + edges[1:]) / 2, picture.size
    below = np.cumsum(counts)
    mass = np.cumsum(counts * centre)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (mass[-1] * below / total - mass) ** 2 / (below * (total - below))
    return edges[1 + int(np.nanargmax(between))] if np.isfinite(between).any() else picture.mean()


_LEVEL = {"mean": np.mean, "median": _median, "otsu": _otsu}
