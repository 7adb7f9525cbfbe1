"""Random augmentation of pictures: each is shifted, rotated, scaled and warped, all in one resampling."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba.extending import register_jitable
from numpy.typing import ArrayLike

from .._util import checks
from ..engine.jit import jitted
from ..engine.random import mix, uniform
from .layer import Array


__all__ = ["Augment"]

GRID = 5                    # nodes per side of the elastic field
SHIFT, TURN, SCALE, FLIP, BEND, WIDTH = 0, 2, 3, 5, 6, 56  # index of the random numbers of each part


@dataclass(frozen=True)
class Augment:
    """Random shifts, rotations, changes of scale and elastic deformations of pictures, for training.

    Pixel p of the new picture has the value of the old one, interpolated bilinearly, at::

        c + S R (p − c) + shift + elastic field at p,           c the centre

    with a rotation R, a scaling S of height and width, and an elastic field that is bilinear between the
    nodes of a grid of 5 × 5. Beyond its edge a picture continues with the value at the edge.

    Then strokes become thicker or thinner: by t of a pixel with a part t of the largest value among the pixel
    and its four neighbours, or of the smallest, and a part 1 − t of its own.

    All random numbers are uniform; those of a picture are a hash of (key, its number), whatever batch it is
    in.

    Parameters
    ----------
    shift : float, default 2.0
        Pixels: largest shift along each axis.
    rotation : float, default 10.0
        Degrees: largest rotation.
    scale : float, default 0.1
        Dimensionless: largest relative change of height and width, below 1.
    elastic : float, default 0.0
        Pixels: largest displacement at a node of the grid.
    flip : bool, default False
        Whether every other picture is mirrored, left to right.
    thickness : float, default 0.0
        Pixels: largest displacement of the edges of bright strokes, outwards or inwards, at most 1.

    Raises
    ------
    ValueError
        If a field is out of range; when called, if the pictures are no finite floats of the right shape.

    References
    ----------
    Simard, Steinkraus & Platt, ICDAR (2003), who smooth a field with one node per pixel.

    Examples
    --------
    >>> import numpy as np
    >>> pictures = np.zeros((8, 28, 28))
    >>> pictures[:, 10:18, 10:18] = 1.0
    >>> warped = Augment(shift=3.0, rotation=15.0)(pictures, key=0)
    >>> warped.shape, np.array_equal(warped[0], warped[1])          # each picture is warped differently
    ((8, 28, 28), False)
    """

    shift: float = 2.0
    """Pixels: largest shift along each axis."""
    rotation: float = 10.0
    """Degrees: largest rotation."""
    scale: float = 0.1
    """Dimensionless: largest relative change of height and width, below 1."""
    elastic: float = 0.0
    """Pixels: largest displacement at a node of the grid."""
    flip: bool = False
    """Whether every other picture is mirrored, left to right."""
    thickness: float = 0.0
    """Pixels: largest displacement of the edges of bright strokes, outwards or inwards, at most 1."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.non_negative, "shift", "rotation", "scale", "elastic",
                               "thickness")
        if self.scale >= 1:
            checks.fail(self, "scale", self.scale, "below 1")
        if self.thickness > 1:
            checks.fail(self, "thickness", self.thickness, "at most 1")
        if not isinstance(self.flip, (bool, np.bool_)):
            checks.fail(self, "flip", self.flip, "true or false", TypeError)

    def __call__(self, images: ArrayLike, key: int, samples: ArrayLike | None = None) -> Array:
        """Return warped copies of `images`.

        Parameters
        ----------
        images : array (B, height, width) or (B, height, width, channels)
            Pictures, floats.
        key : int
            Fixes the random numbers, together with the numbers of the pictures.
        samples : array (B,), optional
            Numbers of the pictures; 0 … B − 1 by default.
        """
        images = np.ascontiguousarray(checks.real_array(self, "images", images))
        if images.ndim not in (3, 4) or images.dtype.kind != "f" or not checks.is_finite(images):
            raise ValueError("Augment: images must be finite floats of "
                             "shape (B, height, width) or (B, height, width, channels), "
                             f"got {images.dtype} of shape {images.shape}")
        numbers = np.arange(len(images)) if samples is None else np.asarray(samples, np.int64)
        checks.scalar_or_length(self, "samples", numbers, len(images))
        warped = np.empty_like(images)
        channels = (*images.shape[:3], images.shape[3] if images.ndim == 4 else 1)
        _warp(images.reshape(channels), np.uint64(key), numbers, self.shift, math.radians(self.rotation),
              self.scale, self.elastic, self.flip, warped.reshape(channels))
        if self.thickness:
            thin, warped = warped, np.empty_like(warped)
            _thicken(thin.reshape(channels), np.uint64(key), numbers, self.thickness,
                     warped.reshape(channels))
        return warped


@register_jitable
def _within(key, i, most):
    """Return random number i, uniform within ± most."""
    return most * (2.0 * uniform(key, i) - 1.0)


@jitted()
def _warp(images, key, samples, shift, rotation, scale, elastic, flip, warped):
    """Write the warp of `Augment`, rotation in radians, of images (B, h, w, c) into `warped`."""
    count, height, width, _ = images.shape
    middle_y, middle_x = 0.5 * (height - 1), 0.5 * (width - 1)
    field = np.zeros((2, GRID, GRID))
    row = np.zeros((2, GRID))
    for b in range(count):
        own = mix(key, samples[b])
        angle = _within(own, TURN, rotation)
        high, wide = 1.0 + _within(own, SCALE, scale), 1.0 + _within(own, SCALE + 1, scale)
        if flip and uniform(own, FLIP) < 0.5:
            wide = -wide
        yy, yx = high * math.cos(angle), high * math.sin(angle)
        xy, xx = -wide * math.sin(angle), wide * math.cos(angle)
        start_y = middle_y + _within(own, SHIFT, shift)
        start_x = middle_x + _within(own, SHIFT + 1, shift)
        for k in range(field.size):
            field.flat[k] = _within(own, BEND + k, elastic)
        for y in range(height):
            _interpolate_rows(field, y * (GRID - 1) / max(height - 1, 1), row)
            for x in range(width):
                column = x * (GRID - 1) / max(width - 1, 1)
                k = min(int(column), GRID - 2)
                part = column - k
                from_y = (start_y + yy * (y - middle_y) + yx * (x - middle_x)
                          + row[0, k] + part * (row[0, k + 1] - row[0, k]))
                from_x = (start_x + xy * (y - middle_y) + xx * (x - middle_x)
                          + row[1, k] + part * (row[1, k + 1] - row[1, k]))
                _sample(images[b], from_y, from_x, warped[b, y, x])


@jitted()
def _thicken(images, key, samples, thickness, result):
    """Write images (B, h, w, c) with strokes thicker or thinner by a random part of a pixel into `result`."""
    count, height, width, channels = images.shape
    for b in range(count):
        change = _within(mix(key, samples[b]), WIDTH, thickness)
        for y in range(height):
            above, below = max(y - 1, 0), min(y + 1, height - 1)
            for x in range(width):
                left, right = max(x - 1, 0), min(x + 1, width - 1)
                for c in range(channels):
                    own = images[b, y, x, c]
                    around = (images[b, above, x, c], images[b, below, x, c], images[b, y, left, c],
                              images[b, y, right, c])
                    extreme = max(own, max(around)) if change > 0 else min(own, min(around))
                    result[b, y, x, c] = own + abs(change) * (extreme - own)


@register_jitable
def _interpolate_rows(field, at, row):
    """Write the field's columns at the height `at`, in nodes, into `row`."""
    k = min(int(at), GRID - 2)
    for axis in range(2):
        for j in range(GRID):
            row[axis, j] = field[axis, k, j] + (at - k) * (field[axis, k + 1, j] - field[axis, k, j])


@register_jitable
def _sample(image, y, x, out):
    """Write the value of each channel at (y, x), bilinear; beyond the edge that of the edge."""
    y, x = min(max(y, 0.0), image.shape[0] - 1.0), min(max(x, 0.0), image.shape[1] - 1.0)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, image.shape[0] - 1), min(left + 1, image.shape[1] - 1)
    down, along = y - top, x - left
    for c in range(out.size):
        upper = image[top, left, c] + along * (image[top, right, c] - image[top, left, c])
        lower = image[bottom, left, c] + along * (image[bottom, right, c] - image[bottom, left, c])
        out[c] = upper + down * (lower - upper)
