"""What befalls a picture before the memory sees it: flips, salt and pepper, Gaussian noise, occlusion.

Each kind draws from a stream of its own, so that adding one does not move the others.
"""

from __future__ import annotations

import numpy as np

from ..core import checks

__all__ = ["FILLS", "corrupt"]

FILLS = {"silent": np.nan, "black": 0.0, "white": 1.0}
FLIP, SALT_PEPPER, GAUSSIAN, OCCLUDE = range(4)


def corrupt(pattern, flip=0.0, occlude=0.0, salt_pepper=0.0, gaussian=0.0, seed=None, fill="silent"):
    """A corrupted copy of `pattern`, float64 of its shape: (n,), or (k, n) with draws of its own for each row.

    `pattern`: ±1 (nothing but ones, too) or booleans; the result is ±1. Or grey levels in [0, 1]; the result is clipped to
    [0, 1]. In this order:

    - `gaussian`: white noise of this standard deviation, 1 being the step from black to white, is added to every pixel (a
      ±1 pattern is cut at the middle again: a pixel turns over with probability Q(1 / (2 gaussian)));
    - `salt_pepper`: this fraction of the pixels becomes black or white with equal odds;
    - `flip`: this fraction turns over (grey: x → 1 − x);
    - `occlude`: a band of this fraction, in reading order, at a random place, becomes `fill`: "silent" (NaN: unknown, the
      memory gets no input there), "black" or "white".

    Of n pixels exactly round(fraction · n), different ones, are hit by each kind. Same `seed`, same result.
    """
    for name, fraction in (("flip", flip), ("occlude", occlude), ("salt_pepper", salt_pepper)):
        checks.unit_interval("corrupt", name, fraction)
    checks.non_negative("corrupt", "gaussian", gaussian)
    checks.one_of("corrupt", "fill", fill, FILLS)
    levels, binary = _levels(pattern)
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(4)]
    rows = levels.reshape(-1, levels.shape[-1])
    for row in rows:
        _gaussian(row, gaussian, streams[GAUSSIAN], binary)
        hit = _choose(row.size, salt_pepper, streams[SALT_PEPPER])
        row[hit] = streams[SALT_PEPPER].random(hit.size) < 0.5
        hit = _choose(row.size, flip, streams[FLIP])
        row[hit] = 1.0 - row[hit]
        width = round(occlude * row.size)
        start = streams[OCCLUDE].integers(row.size - width + 1)
        row[start:start + width] = FILLS[fill]
    return 2.0 * levels - 1.0 if binary else levels


def _levels(pattern):
    """A copy of `pattern` in [0, 1], and whether it came as ±1 or booleans."""
    array = np.asarray(pattern)
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
