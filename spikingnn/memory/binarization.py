"""From grey pictures to the patterns of ±1 that a memory stores, and back."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from .._util import checks
from .._util.typing import ArrayLike, FloatArray


__all__ = ["THRESHOLDS", "as_patterns", "binarize", "bit_planes", "from_bit_planes", "grey_levels",
           "threshold_levels", "warn_of_equal_patterns"]

THRESHOLDS = ("mean", "median", "otsu")


def grey_levels(images: ArrayLike) -> FloatArray:
    """Flatten pictures to one row each and check their levels.

    Parameters
    ----------
    images : array_like, (P, height, width) or (P, n)
        Grey levels from 0 (black) to 1 (white).

    Returns
    -------
    numpy.ndarray, (P, n)
        The levels as float64.

    Raises
    ------
    ValueError
        For anything but P pictures of finite numbers from 0 to 1.
    """
    grey = np.asarray(checks.number("binarize", "images", images))
    if grey.ndim < 2 or not grey.size:
        checks.fail("binarize", "images", grey, "pictures of shape (P, height, width) or (P, n)")
    if grey.min() < 0 or grey.max() > 1:
        found = [float(grey.min()), float(grey.max())]
        checks.fail("binarize", "images", found, "from 0 (black) to 1 (white)")
    return grey.reshape(len(grey), -1)


def binarize(images: ArrayLike, threshold: str | ArrayLike = "mean") -> FloatArray:
    """Turn grey pictures into patterns: +1 where a picture is brighter than its own threshold, else −1.

    Pictures that come out in one colour are named in a warning.

    Parameters
    ----------
    images : array_like, (P, height, width) or (P, n)
        Grey levels from 0 (black) to 1 (white).
    threshold : str or array_like
        ``"mean"`` of each picture; its ``"median"`` (of the two possible splits at the median level the more
        even one); ``"otsu"``, the split with the largest variance between its two classes; a number from 0 to
        1 for all pictures; or an array with one number per picture, as `threshold_levels` returns it.

    Returns
    -------
    numpy.ndarray, (P, n)
        Patterns of ±1 as float64.

    Raises
    ------
    ValueError
        For pictures or thresholds that are not from 0 to 1, and for unknown names.

    Examples
    --------
    >>> binarize([[0.0, 0.2, 0.9, 1.0]])
    array([[-1., -1.,  1.,  1.]])

    References
    ----------
    Otsu, IEEE Trans. SMC 9:62 (1979).
    """
    grey = grey_levels(images)
    patterns = np.where(grey > threshold_levels(grey, threshold)[:, None], 1.0, -1.0)
    plain = np.flatnonzero(np.ptp(patterns, axis=1) == 0)
    if plain.size:
        shown = ", ".join(map(str, plain[:8])) + (" …" if plain.size > 8 else "")
        warnings.warn(f"{plain.size} of {len(patterns)} pictures are all black or all white at the threshold "
                      f"{threshold!r}: numbers {shown}", stacklevel=2)
    return patterns


def threshold_levels(images: ArrayLike, threshold: str | ArrayLike = "mean") -> FloatArray:
    """Return the grey level above which `binarize` takes a pixel of each picture for bright.

    Parameters
    ----------
    images : array_like, (P, height, width) or (P, n)
        Grey levels from 0 (black) to 1 (white).
    threshold : str or array_like
        As for `binarize`.

    Returns
    -------
    numpy.ndarray, (P,)
        One level per picture.

    Raises
    ------
    ValueError
        For pictures or thresholds that are not from 0 to 1, and for unknown names.

    Examples
    --------
    >>> threshold_levels([[0.0, 0.25, 0.5, 1.0]])
    array([0.4375])
    """
    grey = grey_levels(images)
    if isinstance(threshold, str):
        checks.one_of("binarize", "threshold", threshold, THRESHOLDS)
        return np.array([_LEVEL[threshold](picture) for picture in grey])
    checks.unit_interval("binarize", "threshold", threshold)
    checks.scalar_or_length("binarize", "threshold", threshold, len(grey))
    return np.broadcast_to(np.asarray(threshold, dtype=np.float64), len(grey))


def bit_planes(images: ArrayLike) -> FloatArray:
    """Code grey pictures of n pixels as patterns of 8 n pixels, from which the exact picture can be read.

    The 256 levels are Gray-coded, so that neighbouring levels differ in one plane. A binary memory that
    holds grey pictures is ``HopfieldAssembly(8 * n).store(bit_planes(images))``; `from_bit_planes` decodes
    its answers.

    Parameters
    ----------
    images : array_like, (P, height, width) or (P, n)
        Grey levels from 0 (black) to 1 (white).

    Returns
    -------
    numpy.ndarray, (P, 8 n)
        Patterns of ±1, plane after plane, the most significant first.

    Raises
    ------
    ValueError
        For pictures whose levels are not from 0 to 1.

    Examples
    --------
    >>> bit_planes([[1.0]])
    array([[ 1., -1., -1., -1., -1., -1., -1., -1.]])

    References
    ----------
    Gray, US patent 2632058 (1953).
    """
    level = np.rint(255 * grey_levels(images)).astype(np.int64)
    code = level ^ (level >> 1)
    return np.concatenate([np.where(code >> bit & 1, 1.0, -1.0) for bit in range(7, -1, -1)], axis=1)


def from_bit_planes(patterns: ArrayLike) -> FloatArray:
    """Decode what `bit_planes` has coded.

    Parameters
    ----------
    patterns : array_like, (P, 8 n) or (8 n,)
        Patterns of ±1 or booleans.

    Returns
    -------
    numpy.ndarray, (P, n) or (n,)
        Grey levels from 0 to 1.

    Raises
    ------
    ValueError
        Where the number of pixels is no multiple of eight.

    Examples
    --------
    >>> from_bit_planes(bit_planes([[0.0, 0.2, 1.0]]))
    array([[0. , 0.2, 1. ]])
    """
    bright = checks.real_array("from_bit_planes", "patterns", patterns) > 0
    if bright.shape[-1] % 8:
        raise ValueError("from_bit_planes: eight planes of n pixels are needed, "
                         f"got {bright.shape[-1]} pixels")
    planes = np.stack(np.split(bright, 8, axis=-1)).astype(np.int64)
    level = np.zeros(planes.shape[1:], np.int64)
    for bit in np.bitwise_xor.accumulate(planes, axis=0):
        level = 2 * level + bit
    return level / 255


def as_patterns(owner: str, patterns: ArrayLike, n: int) -> FloatArray:
    """Check patterns, (P, n) or one (n,), of ±1 or booleans, and return them as (P, n) float64 of ±1."""
    array = checks.real_array(owner, "patterns", patterns)
    if array.dtype == bool:
        array = np.where(array, 1.0, -1.0)
    array = np.atleast_2d(np.asarray(checks.number(owner, "patterns", array)))
    if array.ndim != 2 or array.shape[1] != n or not len(array):
        raise ValueError(f"{owner}.patterns must have the shape (P, {n}) or ({n},), got "
                         f"{np.shape(patterns)}; a picture is one row: images.reshape(len(images), -1)")
    if not (np.abs(array) == 1).all():
        wrong = float(array[np.abs(array) != 1][0])
        accepted = "±1 or booleans (spikingnn.memory.binarize makes them from grey pictures)"
        checks.fail(owner, "patterns", wrong, accepted)
    return array


def warn_of_equal_patterns(patterns: FloatArray) -> None:
    """Warn of patterns (P, n) that are equal to others, or to their negatives: no recall can tell them
    apart."""
    first: dict[bytes, int] = {}
    pairs = []
    for k, pattern in enumerate(patterns * np.where(patterns[:, :1] < 0, -1.0, 1.0)):
        earlier = first.setdefault(pattern.tobytes(), k)
        if earlier != k:
            pairs.append(f"{earlier} and {k}")
    if pairs:
        shown = ", ".join(pairs[:5]) + (" …" if len(pairs) > 5 else "")
        warnings.warn(f"patterns {shown} are the same or negatives of each other: "
                      "recall cannot tell them apart", stacklevel=3)


def _median(picture: FloatArray) -> float:
    level = float(np.median(picture))
    upper, lower = np.mean(picture > level), np.mean(picture >= level)
    return level if abs(upper - 0.5) <= abs(lower - 0.5) else float(np.nextafter(level, -np.inf))


def _otsu(picture: FloatArray) -> float:
    counts, edges = np.histogram(picture, bins=256, range=(0.0, 1.0))
    centre, total = (edges[:-1] + edges[1:]) / 2, picture.size
    below = np.cumsum(counts)
    mass = np.cumsum(counts * centre)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (mass[-1] * below / total - mass) ** 2 / (below * (total - below))
    if not np.isfinite(between).any():
        return float(picture.mean())
    return float(edges[1 + int(np.nanargmax(between))])


def _mean(picture: FloatArray) -> float:
    return float(np.mean(picture))


_LEVEL: dict[str, Callable[[FloatArray], float]] = {"mean": _mean, "median": _median, "otsu": _otsu}
