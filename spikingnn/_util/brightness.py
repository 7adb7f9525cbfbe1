"""One rule for the brightness of pictures: where black and white are, whatever type the pixels have."""

from __future__ import annotations

import warnings

import numpy as np

from . import checks


__all__ = ["brightness", "white_of"]

OWN_WHITE = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65_535}
FAR_BELOW = {255: 32, 65_535: 16_384}       # below this three bits of eight, two of sixteen are not used


def white_of(pixels, bits=None):
    """(white, remark): the integer that stands for white in an array, and what is doubtful about it.

    White is 2^bits - 1; without `bits` it is the largest value of uint8 and of uint16. Other integers have no
    white of their own: it is 255, or 65,535 where a pixel is larger. The remark is None where there is no
    doubt. ValueError where a pixel is negative or larger than white, or `bits` larger than the type.
    """
    low, high, kind = int(pixels.min()), int(pixels.max()), pixels.dtype.name
    if bits is not None:
        if not 1 <= bits <= 8 * pixels.itemsize:
            raise ValueError(f"must have bits= from 1 to {8 * pixels.itemsize} ({kind}), got {bits!r}")
        white = 2 ** bits - 1
    else:
        white = OWN_WHITE.get(pixels.dtype, 255 if high <= 255 else 65_535)
    if low < 0:
        raise ValueError(f"must be zero (black) or positive, got {low}")
    if high > white:
        depth = white.bit_length()
        raise ValueError(f"must be at most {white}, the largest value of {depth} bits, got {high}")
    if bits is not None or high in (0, white):
        return white, None
    say = f"bits={high.bit_length()} would say that white is {2 ** high.bit_length() - 1}"
    if high < FAR_BELOW[white]:
        return white, f"go up to {high} only, far below white, {white} ({kind}), and come out dark; {say}"
    if pixels.dtype not in OWN_WHITE:
        return white, f"go up to {high}, and {kind} has no white of its own: {white} is taken; {say}"
    return white, None


def brightness(pixels, what, bits=None, dtype=np.float64):
    """`pixels` as levels from 0 (black) to 1 (white), of `dtype`; `what` names them in messages.

    Booleans are black and white, integers are divided by their white, with a warning where that is doubtful;
    floats have to be levels already. ValueError where a pixel is NaN or out of range.
    """
    if pixels.dtype.kind in "iu" and pixels.size:
        try:
            white, remark = white_of(pixels, bits)
        except ValueError as problem:
            raise ValueError(f"{what} {problem}") from None
        if remark:
            warnings.warn(f"{what} {remark}", stacklevel=3)
        return (pixels / dtype(white)).astype(dtype, copy=False)
    if pixels.dtype.kind not in "bf" or bits is not None:
        accepted = "integers where bits= is given" if bits is not None else "booleans, integers or floats"
        raise ValueError(f"{what} must be {accepted}, got {pixels.dtype}")
    if pixels.size and not (checks.finite(pixels) and pixels.min() >= 0 and pixels.max() <= 1):
        found = f"{pixels.min():g} to {pixels.max():g}"
        raise ValueError(f"{what} must be from 0 to 1 and finite where they are floats, got {found}")
    return pixels.astype(dtype, copy=False)
