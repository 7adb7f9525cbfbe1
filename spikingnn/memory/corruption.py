"""Corruptions of a picture before the memory sees it: blur, noise, flips, shifts, erased lines, occlusion.

Each kind draws from a random stream of its own, so that adding one does not change the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from .._util import checks
from .._util.typing import ArrayLike, FloatArray, IntArray
from .binarization import binarize, threshold_levels


__all__ = ["FILLS", "corrupt", "corrupt_images"]

FILLS = {"silent": np.nan, "black": 0.0, "white": 1.0}
FLIP, SALT_PEPPER, GAUSSIAN, OCCLUDE, SHIFT, LINES = range(6)       # numbers of the random streams
SIDES = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))      # (down, right) of a shift
Shape: TypeAlias = tuple[int, int]


def corrupt(pattern: ArrayLike, flip: float = 0.0, occlude: float = 0.0, salt_pepper: float = 0.0,
            gaussian: float = 0.0, seed: int | None = None, fill: str = "silent", *, shift: int = 0,
            blur: float = 0.0, lines: float = 0.0, shape: tuple[int, ...] | None = None) -> FloatArray:
    """Return a corrupted copy of a pattern, of the same shape.

    Corruptions are applied in this order: blur, gaussian, salt_pepper, flip, shift, lines, occlude. Those
    that hit a fraction of n pixels hit exactly round(fraction · n) different ones.

    Parameters
    ----------
    pattern : array_like, (n,) or (k, n)
        Patterns of ±1 (all ones are such a pattern) or booleans, for which the result is of ±1; or grey
        levels from 0 to 1, to which the result is clipped. Each row has random draws of its own.
    flip : float
        Fraction of the pixels that is flipped (grey levels: x → 1 − x).
    occlude : float
        Fraction of the pixels, a band in reading order at a random place, that becomes `fill`.
    salt_pepper : float
        Fraction of the pixels that becomes black or white with equal odds.
    gaussian : float
        Standard deviation of white noise, 1 being the step from black to white. A pattern of ±1 is cut at
        the middle again: a pixel flips with probability Q(1 / (2 gaussian)).
    seed : int or None
        Same seed, same result.
    fill : str
        ``"silent"``: NaN, unknown, the memory gets no input there; ``"black"`` or ``"white"``.
    shift : int
        Pixels by which the picture moves towards one of eight sides; the edge becomes `fill`.
    blur : float
        Pixels: standard deviation of a Gaussian blur; a pattern of ±1 is cut at the middle again.
    lines : float
        Fraction of the rows that becomes `fill`.
    shape : tuple of int or None
        (height, width) for blur, shift and lines; None: a square.

    Returns
    -------
    numpy.ndarray, (n,) or (k, n)
        float64.

    Raises
    ------
    ValueError, TypeError
        For other values of the pattern, and for options out of range.

    Examples
    --------
    >>> pattern = np.ones(10)
    >>> int(np.sum(corrupt(pattern, flip=0.3, seed=1) != pattern))
    3
    """
    corruption = _Corruption(flip, occlude, salt_pepper, gaussian, fill, shift, blur, lines)
    levels, binary = _levels(pattern)
    n = levels.shape[-1]
    picture = _shape(shape, n) if blur or shift or lines else (1, n)
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(6)]
    for row in levels.reshape(-1, n):
        corruption.apply(row, picture, binary, streams)
    return 2.0 * levels - 1.0 if binary else levels


@dataclass(frozen=True)
class _Corruption:
    """The options of `corrupt`, checked."""

    flip: float
    occlude: float
    salt_pepper: float
    gaussian: float
    fill: str
    shift: int
    blur: float
    lines: float

    def __post_init__(self) -> None:
        def number(name: str) -> float:
            return checks.single_number("corrupt", name, getattr(self, name))

        for name in ("flip", "occlude", "salt_pepper", "lines"):
            checks.unit_interval("corrupt", name, number(name))
        for name in ("gaussian", "blur"):
            checks.non_negative("corrupt", name, number(name))
        checks.integer("corrupt", "shift", self.shift, minimum=0)
        checks.one_of("corrupt", "fill", self.fill, FILLS)

    def apply(self, row: FloatArray, picture: Shape, binary: bool,
              streams: Sequence[np.random.Generator]) -> None:
        """Corrupt one row of levels, of the shape `picture`, in place."""
        fill = FILLS[self.fill]
        _blur(row, self.blur, picture, binary)
        _add_noise(row, self.gaussian, streams[GAUSSIAN], binary)
        hit = _choose(row.size, self.salt_pepper, streams[SALT_PEPPER])
        row[hit] = streams[SALT_PEPPER].random(hit.size) < 0.5
        hit = _choose(row.size, self.flip, streams[FLIP])
        row[hit] = 1.0 - row[hit]
        _shift(row, self.shift, picture, streams[SHIFT], fill)
        if self.lines:
            row.reshape(picture)[_choose(picture[0], self.lines, streams[LINES])] = fill
        width = round(self.occlude * row.size)
        start = streams[OCCLUDE].integers(row.size - width + 1)
        row[start:start + width] = fill


def corrupt_images(images: ArrayLike, threshold: str | ArrayLike = "mean", gaussian: float = 0.0,
                   seed: int | None = None, fill: str = "silent", blur: float = 0.0, flip: float = 0.0,
                   occlude: float = 0.0, salt_pepper: float = 0.0, shift: int = 0,
                   lines: float = 0.0) -> FloatArray:
    """Make cues of ±1 from grey pictures: blur and noise act on the grey levels, the other corruptions on
    the cue.

    A picture is cut at the threshold of its original.

    Parameters
    ----------
    images : array_like, (P, height, width) or (P, n)
        Grey levels from 0 to 1.
    threshold : str or array_like
        Level above which a pixel is bright, as for `binarize`.
    gaussian : float
        Standard deviation of white noise on the grey levels, 1 being the step from black to white.
    seed : int or None
        Same seed, same result.
    fill : str
        What hidden pixels become: ``"silent"``, unknown; ``"black"`` or ``"white"``.
    blur : float
        Pixels: standard deviation of a Gaussian blur of the grey levels.
    flip, occlude, salt_pepper : float
        Fractions of the pixels that are flipped, hidden by a band, or become black or white at random, as
        for `corrupt`.
    shift : int
        Pixels by which the picture moves towards one of eight sides.
    lines : float
        Fraction of the rows that are hidden.

    Returns
    -------
    numpy.ndarray, (P, n)
        Cues of ±1, NaN where unknown.

    Raises
    ------
    ValueError, TypeError
        For levels that are not from 0 to 1, and for options out of range.

    Examples
    --------
    >>> corrupt_images([[[0.0, 0.2], [0.9, 1.0]]])
    array([[-1., -1.,  1.,  1.]])
    """
    images = np.asarray(images)
    grey, shape = np.reshape(images, (len(images), -1)), images.shape[1:] if images.ndim == 3 else None
    noisy = grey
    if gaussian or blur:                                # pictures that are all white come back as ±1
        noisy = np.maximum(corrupt(grey, gaussian=gaussian, blur=blur, shape=shape, seed=seed), 0.0)
    patterns = binarize(noisy, threshold_levels(grey, threshold))
    return corrupt(patterns, flip, occlude, salt_pepper, seed=seed, fill=fill, shift=shift, lines=lines,
                   shape=shape)


def _levels(pattern: ArrayLike) -> tuple[FloatArray, bool]:
    """Return a copy of `pattern` as levels from 0 to 1, and whether it came as ±1 or booleans."""
    array = checks.real_array("corrupt", "pattern", pattern)
    if array.ndim not in (1, 2) or not array.size:
        raise ValueError(f"corrupt.pattern must have the shape (n,) or (k, n), got {array.shape}")
    if array.dtype == bool:
        return array.astype(np.float64), True
    array = np.asarray(checks.number("corrupt", "pattern", array))
    if (np.abs(array) == 1).all():
        return (array + 1.0) / 2.0, True
    if array.min() < 0 or array.max() > 1:
        found = [float(array.min()), float(array.max())]
        checks.fail("corrupt", "pattern", found, "±1, booleans, or grey levels from 0 to 1")
    return array.copy(), False


def _shape(shape: tuple[int, ...] | None, n: int) -> Shape:
    side = round(n**0.5)
    shape = (side, side) if shape is None else shape
    lengths = shape if np.shape(shape) == (2,) else ()
    if math.prod(checks.integer("corrupt", "shape", length) for length in lengths) != n or not lengths:
        checks.fail("corrupt", "shape", shape, f"(height, width) of {n} pixels")
    return shape[0], shape[1]


def _choose(n: int, fraction: float, stream: np.random.Generator) -> IntArray:
    return stream.choice(n, size=round(fraction * n), replace=False)


def _blur(row: FloatArray, deviation: float, shape: Shape, binary: bool) -> None:
    if deviation > 0:
        from scipy.ndimage import gaussian_filter

        levels = gaussian_filter(row.reshape(shape), deviation, mode="nearest").ravel()
        row[:] = levels > 0.5 if binary else levels


def _add_noise(row: FloatArray, deviation: float, stream: np.random.Generator, binary: bool) -> None:
    if deviation > 0:
        row += deviation * stream.standard_normal(row.size)
        row[:] = row > 0.5 if binary else np.clip(row, 0.0, 1.0)


def _shift(row: FloatArray, pixels: int, shape: Shape, stream: np.random.Generator, fill: float) -> None:
    if pixels:
        down, right = SIDES[stream.integers(8)]
        picture = row.reshape(shape)
        moved = np.roll(picture, (down * pixels, right * pixels), axis=(0, 1))
        for axis, step in ((0, down), (1, right)):
            edge = slice(0, pixels) if step > 0 else slice(-pixels, None)
            if step:
                moved[edge if axis == 0 else slice(None), edge if axis == 1 else slice(None)] = fill
        picture[:] = moved
