"""What befalls a picture before the memory sees it: blur, noise, salt and pepper, flips, shifts, erased lines, occlusion.

Each kind draws from a stream of its own, so that adding one does not move the others.
"""

from __future__ import annotations

import numpy as np

from .._util import checks


__all__ = ["FILLS", "corrupt"]

FILLS = {"silent": np.nan, "black": 0.0, "white": 1.0}
FLIP, SALT_PEPPER, GAUSSIAN, OCCLUDE, SHIFT, LINES = range(6)


def corrupt(pattern, flip=0.0, occlude=0.0, salt_pepper=0.0, gaussian=0.0, seed=None, fill="silent", *, shift=0, blur=0.0, lines=0.0,
            shape=None):
    """A corrupted copy of `pattern`, float64 of its shape: (n,), or (k, n) with draws of its own for each row.

    `pattern`: ±1 (nothing but ones, too) or booleans; the result is ±1. Or grey levels in [0, 1]; the result is clipped to
    [0, 1]. In this order:

    - `blur`: a Gaussian of this standard deviation in pixels goes over the picture (a ±1 pattern is cut at the middle again);
    - `gaussian`: white noise of this standard deviation, 1 being the step from black to white, is added to every pixel (a
      ±1 pattern is cut at the middle again: a pixel turns over with probability Q(1 / (2 gaussian)));
    - `salt_pepper`: this fraction of the pixels becomes black or white with equal odds;
    - `flip`: this fraction turns over (grey: x → 1 − x);
    - `shift`: the picture moves by so many pixels to one of eight sides; what comes in at the edge is `fill`;
    - `lines`: this fraction of its rows becomes `fill`;
    - `occlude`: a band of this fraction, in reading order, at a random place, becomes `fill`: "silent" (NaN: unknown, the
      memory gets no input there), "black" or "white".

    Of n pixels exactly round(fraction · n), different ones, are hit by each kind. `shape`: (height, width) for blur, shift and
    lines; None: a square. Same `seed`, same result.
    """
    for name, fraction in (("flip", flip), ("occlude", occlude), ("salt_pepper", salt_pepper), ("lines", lines)):
        checks.unit_interval("corrupt", name, checks.single_number("corrupt", name, fraction))
    checks.non_negative("corrupt", "gaussian", checks.single_number("corrupt", "gaussian", gaussian))
    checks.non_negative("corrupt", "blur", checks.single_number("corrupt", "blur", blur))
    checks.integer("corrupt", "shift", shift, minimum=0)
    checks.one_of("corrupt", "fill", fill, FILLS)
    levels, binary = _levels(pattern)
    shape = _shape(shape, levels.shape[-1]) if blur or shift or lines else None
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(6)]
    rows = levels.reshape(-1, levels.shape[-1])
    for row in rows:
        _blur(row, blur, shape, binary)
        _gaussian(row, gaussian, streams[GAUSSIAN], binary)
        hit = _choose(row.size, salt_pepper, streams[SALT_PEPPER])
        row[hit] = streams[SALT_PEPPER].random(hit.size) < 0.5
        hit = _choose(row.size, flip, streams[FLIP])
        row[hit] = 1.0 - row[hit]
        _shift(row, shift, shape, streams[SHIFT], FILLS[fill])
        if lines:
            row.reshape(shape)[_choose(shape[0], lines, streams[LINES])] = FILLS[fill]
        width = round(occlude * row.size)
        start = streams[OCCLUDE].integers(row.size - width + 1)
        row[start:start + width] = FILLS[fill]
    return 2.0 * levels - 1.0 if binary else levels


def _levels(pattern):
    """A copy of `pattern` in [0, 1], and whether it came as ±1 or booleans."""
    array = checks.real_array("corrupt", "pattern", pattern)
    if array.ndim not in (1, 2) or not array.size:
        raise ValueError(f"corrupt.pattern must have the shape (n,) or (k, n), got {array.shape}")
    if array.dtype == bool:
        return array.astype(np.float64), True
    array = np.asarray(checks.number("corrupt", "pattern", array))
    if (np.abs(array) == 1).all():
        return (array + 1.0) / 2.0, True
    if array.min() < 0 or array.max() > 1:
        checks.fail("corrupt", "pattern", [float(array.min()), float(array.max())], "±1, booleans, or grey levels from 0 to 1")
    return array.copy(), False


def _gaussian(row, deviation, stream, binary):
    if deviation > 0:
        row += deviation * stream.standard_normal(row.size)
        row[:] = row > 0.5 if binary else np.clip(row, 0.0, 1.0)


def _choose(n, fraction, stream):
    return stream.choice(n, size=round(fraction * n), replace=False)


def _shape(shape, n):
    side = round(n**0.5)
    shape = (side, side) if shape is None else shape
    if np.shape(shape) != (2,) or np.prod([checks.integer("corrupt", "shape", length) for length in shape]) != n:
        checks.fail("corrupt", "shape", shape, f"(height, width) of {n} pixels")
    return tuple(shape)


def _blur(row, deviation, shape, binary):
    if deviation > 0:
        from scipy.ndimage import gaussian_filter

        levels = gaussian_filter(row.reshape(shape), deviation, mode="nearest").ravel()
        row[:] = levels > 0.5 if binary else levels


def _shift(row, pixels, shape, stream, fill):
    if pixels:
        down, right = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))[stream.integers(8)]
        picture = row.reshape(shape)
        moved = np.roll(picture, (down * pixels, right * pixels), axis=(0, 1))
        for axis, step in ((0, down), (1, right)):
            edge = slice(0, pixels) if step > 0 else slice(-pixels, None)
            if step:
                moved[edge if axis == 0 else slice(None), edge if axis == 1 else slice(None)] = fill
        picture[:] = moved
