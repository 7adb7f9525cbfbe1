"""One rule for the brightness of pictures: which levels are black and white, whatever type the pixels
have."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from . import checks


__all__ = ["LUMA", "to_levels", "white_level"]

LUMA = (0.299, 0.587, 0.114)                # weights of red, green and blue in a grey level: ITU-R BT.601

OWN_WHITE: dict[np.dtype[Any], int] = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65_535}
FAR_BELOW = {255: 32, 65_535: 16_384}       # below this, three of eight bits or two of sixteen are unused


def white_level(pixels: NDArray[Any], bits: int | None = None) -> tuple[int, str | None]:
    """Return the integer that is white in an array of pixels, and a remark if that is doubtful, else None.

    White is ``2**bits - 1``; without `bits` it is the largest value of uint8 and of uint16. Other integer
    types have no white of their own: it is then 255, or 65,535 if a pixel is larger. ValueError if a pixel is
    negative or larger than white, or `bits` larger than the type.
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


def to_levels(pixels: NDArray[Any], what: object, bits: int | None = None,
              dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Return `pixels` as levels from 0 (black) to 1 (white), of the type `dtype`; errors call them `what`.

    Booleans are black and white, integers are divided by their white level, with a warning if that is
    doubtful, and floats must be levels already. ValueError if a pixel is NaN or out of range.
    """
    kind = np.dtype(dtype)
    if pixels.dtype.kind in "iu" and pixels.size:
        try:
            white, remark = white_level(pixels, bits)
        except ValueError as problem:
            raise ValueError(f"{what} {problem}") from None
        if remark:
            warnings.warn(f"{what} {remark}", stacklevel=3)
        return (pixels / kind.type(white)).astype(kind, copy=False)
    if pixels.dtype.kind not in "bf" or bits is not None:
        accepted = "integers where bits= is given" if bits is not None else "booleans, integers or floats"
        raise ValueError(f"{what} must be {accepted}, got {pixels.dtype}")
    if pixels.size and not (checks.is_finite(pixels) and pixels.min() >= 0 and pixels.max() <= 1):
        found = f"{pixels.min():g} to {pixels.max():g}"
        raise ValueError(f"{what} must be from 0 to 1 and finite where they are floats, got {found}")
    return pixels.astype(kind, copy=False)
