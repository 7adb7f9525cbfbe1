"""Pictures as stimuli."""

from __future__ import annotations

import numpy as np

from .._util import checks
from .._util.brightness import LUMA, to_levels
from .._util.typing import ArrayLike, FloatArray


__all__ = ["stimulus"]


def stimulus(picture: ArrayLike, grey: bool = False, bits: int | None = None) -> FloatArray:
    """Return a picture of any size and bit depth as the stimulus of n units, row by row.

    Several pictures in turn are ``np.stack([stimulus(picture) for picture in pictures])``, (rows, n),
    where each row is held for duration/rows.

    Parameters
    ----------
    picture : array_like, (height, width) or (height, width, 3)
        Brightness: booleans, integers (black 0, white 255, or 65,535 for uint16), or floats in [0, 1].
    grey : bool
        Convert colours to their luma 0.299 R + 0.587 G + 0.114 B first, so that n is height·width;
        otherwise n is height·width·3, and the three channels of a pixel are neighbours.
    bits : int, optional
        Number of bits in use, where the integers use fewer than they have: 12 for a 12-bit camera that
        writes uint16, 1 for zeros and ones. Without it a warning is given where the largest value is far
        below white.

    Returns
    -------
    ndarray, (n,)
        Stimulus in [0, 1].

    Raises
    ------
    ValueError
        If a value is NaN or out of range, or the shape is another.
    TypeError
        If the values are no numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.encoding import stimulus
    >>> stimulus(np.array([[0, 51], [102, 255]], dtype=np.uint8))
    array([0. , 0.2, 0.4, 1. ])
    """
    accepted = "an array of booleans, integers or floats in [0, 1]"
    pixels = checks.real_array("stimulus", "picture", picture, accepted)
    if not (pixels.ndim == 2 or pixels.ndim == 3 and pixels.shape[2] == 3) or not pixels.size:
        accepted = "of shape (height, width) or (height, width, 3), not empty"
        checks.fail("stimulus", "picture", pixels.shape, accepted)
    width = 8 * pixels.itemsize if pixels.dtype.kind in "iu" else 0
    if bits is not None and checks.integer("stimulus", "bits", bits) > width:
        checks.fail("stimulus", "bits", bits, f"None, or for integers at most {width} ({pixels.dtype.name})")
    pixels = to_levels(pixels, "stimulus.picture", bits)
    if grey and pixels.ndim == 3:
        pixels = np.minimum(pixels @ np.array(LUMA), 1.0)
    return pixels.ravel()
