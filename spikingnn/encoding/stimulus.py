"""Pictures as stimuli."""

from __future__ import annotations

import numpy as np

from .._util import checks
from .._util.brightness import LUMA, to_levels


__all__ = ["stimulus"]


def stimulus(picture, grey=False, bits=None):
    """A picture of any size and bit depth as the stimulus of n units: (n,) in [0, 1], row by row.

    picture     (height, width), or in colour (height, width, 3); bool, integers (black 0, white 255, or 65,535
                of uint16), or floats in [0, 1]
    grey        turn colours into their luma 0.299 R + 0.587 G + 0.114 B first: n = height·width, not height·width·3, where
                the three channels of a pixel are neighbours
    bits        of the integers, where fewer are used than they have: 12 for a 12-bit camera that writes uint16,
                1 for zeros and ones; without it a warning says where the largest value is far below white

    ValueError where a value is NaN or out of range or the shape is another, TypeError where the type is. Several pictures in
    turn: np.stack([stimulus(picture) for picture in pictures]), (rows, n), each held for duration/rows.
    """
    accepted = "an array of booleans, integers or floats in [0, 1]"
    pixels = checks.real_array("stimulus", "picture", picture, accepted)
    if not (pixels.ndim == 2 or pixels.ndim == 3 and pixels.shape[2] == 3) or not pixels.size:
        checks.fail("stimulus", "picture", pixels.shape, "of shape (height, width) or (height, width, 3), not empty")
    width = 8 * pixels.itemsize if pixels.dtype.kind in "iu" else 0
    if bits is not None and checks.integer("stimulus", "bits", bits) > width:
        checks.fail("stimulus", "bits", bits, f"None, or for integers at most {width} ({pixels.dtype.name})")
    pixels = to_levels(pixels, "stimulus.picture", bits)
    if grey and pixels.ndim == 3:
        pixels = np.minimum(pixels @ np.array(LUMA), 1.0)
    return pixels.ravel()
