"""Drawings prepared as the digits of MNIST were: white ink on black, of one size, centred.

The functions below treat one picture at a time, from the sheet of paper to the frame of 28 × 28 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..datasets.pictures import area_resized
from .layer import Array
from .picture_steps import Grey, PictureStep


__all__ = ["CentreInk"]

LONGEST = 256               # pixels: longer side of the sheet on which ink is looked for
COARSE = 64                 # … and of that on which the light is measured
WINDOW = 0.3                # of the mean side of the sheet: strokes are narrower, light and shadow wider
FAINT = 0.08                # smallest contrast of ink, as a difference of brightness
NOISES = 8.0                # … and as a multiple of the median difference between pixels of the paper
CORE, EDGE = 0.5, 0.3       # of the contrast of the ink: what is ink, and what belongs to it beside ink
SPECK = 0.04                # of the largest piece of ink: a smaller piece is dirt
ALONG = 0.3                 # of a side of the sheet: what touches the border over this length is not drawn
READY = 0.51                # pixels: a centre of mass that is not farther from the middle is in it
FINE = 8                    # pixels of the mask of strokes per pixel of the result


@dataclass(frozen=True)
class CentreInk(PictureStep, kind="centre_ink"):
    """A drawing of any size, prepared as the digits of MNIST were.

    The paper is what the border shows; ink is what differs from it, brighter or darker, whatever the light.
    The ink becomes white on black, its box is scaled so that the longer side has `ink` pixels, and its
    centre of mass is placed in the middle of `size` × `size` pixels. Strokes thinner than `stroke` are
    widened, since they would fade when they are scaled down. A blank page becomes black.

    A picture that is prepared already, such as one of MNIST, stays as it is.

    Parameters
    ----------
    size : int, default 28
        Pixels per side of the result.
    ink : int, default 20
        Pixels: longer side of the box around the ink, at most `size`.
    stroke : float, default 2.4
        Pixels: smallest mean width of the strokes.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner, Proc. IEEE 86 (1998), section III.A.

    Examples
    --------
    >>> import numpy as np
    >>> paper = np.ones((1, 90, 120))
    >>> paper[0, 10:50, 30:34] = 0.2
    >>> prepared = CentreInk()(paper)
    >>> prepared.shape, np.flatnonzero(prepared[0].max(axis=1) > 0.5)[[0, -1]].tolist()
    ((1, 28, 28), [4, 23])
    """

    any_size: ClassVar[bool] = True

    size: int = 28
    """Pixels per side of the result."""
    ink: int = 20
    """Pixels: longer side of the box around the ink, at most `size`."""
    stroke: float = 2.4
    """Pixels: smallest mean width of the strokes."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.integer, "size", "ink", minimum=4)
        checks.validate_fields(self, checks.non_negative, "stroke")
        if self.ink > self.size:
            checks.fail(self, "ink", self.ink, f"at most size ({self.size})")

    def __call__(self, x: Array) -> Array:
        """(N, h, w) or (N, h, w, 3) -> (N, size, size) in [0, 1]."""
        x = Grey()(x)
        prepared = np.zeros((len(x), self.size, self.size), x.dtype)
        is_ready = self._is_ready(x)
        prepared[is_ready] = x[is_ready] if is_ready.any() else 0
        for k in np.flatnonzero(~is_ready):
            ink = find_ink(x[k])
            if ink is not None:
                prepared[k] = self._framed(ink)
        return prepared

    def _is_ready(self, x: Array) -> Array:
        """Whether each picture is one that the step would make."""
        if x.shape[1:] != (self.size, self.size):
            return np.zeros(len(x), bool)
        seen = np.asarray(x > 0)
        extent = np.maximum(_extent(seen.max(axis=2)), _extent(seen.max(axis=1)))
        mass = np.maximum(x.sum(axis=(1, 2)), 1e-6)
        away = [np.abs(x.sum(axis=axis) @ np.arange(self.size) / mass - self.size / 2) for axis in (1, 2)]
        return (extent == self.ink) & (np.maximum(*away) <= READY)

    def _framed(self, ink: Array) -> Array:
        """The mask of the ink, scaled, and centred in the frame."""
        strokes = self._widened(ink)
        rows, columns = (np.flatnonzero(strokes.any(axis=axis)) for axis in (1, 0))
        strokes = strokes[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
        height, width = (max(1, round(side * self.ink / max(strokes.shape))) for side in strokes.shape)
        scaled = area_resized(strokes, (height, width))
        frame = np.zeros((self.size, self.size))
        top, left = (_start(scaled.sum(axis=axis), self.size) for axis in (1, 0))
        frame[top:top + height, left:left + width] = scaled
        return frame

    def _widened(self, ink: Array) -> Array:
        """The mask of the strokes on a fine grid, with thin ones widened to `stroke`."""
        from scipy.ndimage import distance_transform_edt

        fine = FINE * self.ink
        height, width = (max(1, round(side * fine / max(ink.shape))) for side in ink.shape)
        margin = fine // 4
        strokes = np.pad(area_resized(ink, (height, width)), margin) > 0.5
        if not strokes.any():                       # thinner than a pixel of the grid
            strokes = np.pad(area_resized(ink, (height, width)), margin) > 0
        # the mean distance to the edge in a bar of width w is w/4
        mean_width = 4 * distance_transform_edt(strokes)[strokes].mean() - 1
        lacking = FINE * self.stroke - mean_width
        return distance_transform_edt(~strokes) <= lacking / 2 if lacking > 0 else strokes


def find_ink(picture: Array) -> Array | None:
    """Return the ink on a sheet of paper, (height, width), from 0 to 1, cropped to its box; None: it is
    blank."""
    from scipy.ndimage import gaussian_filter, median_filter

    sheet: Array = np.asarray(picture, np.float64)
    if max(sheet.shape) > LONGEST:
        sheet = area_resized(sheet, LONGEST)
    if min(sheet.shape) < 2:
        return None
    smooth = gaussian_filter(median_filter(sheet, 3), 0.5) if min(sheet.shape) > 64 else sheet
    contrast = _contrast(_page(smooth))
    lag = max(1, min(4, sheet.shape[1] // 16))          # beyond the reach of the smoothing
    noise = np.median(np.abs(smooth[:, lag:] - smooth[:, :-lag]))
    top = np.sort(contrast, axis=None)[-max(4, contrast.size // 500):]
    strength = float(np.median(top))
    if strength < max(FAINT, NOISES * noise):
        return None
    return _cropped(np.clip(contrast / strength, 0, 1))


def _page(sheet: Array) -> Array:
    """The page, where a bright one with writing on it lies on something darker; otherwise the whole sheet."""
    from scipy.ndimage import binary_erosion, binary_fill_holes, find_objects, label

    bright = sheet > 0.5 * (sheet.min() + sheet.max())
    pieces, count = label(bright)
    frame = np.concatenate([bright[0], bright[-1], bright[:, 0], bright[:, -1]])
    if not count or frame.mean() > 0.1:
        return sheet
    largest = np.bincount(pieces.ravel())[1:].argmax() + 1
    page = pieces == largest
    box = find_objects(page.astype(int))[0]
    filled = binary_fill_holes(page)
    cut = sheet[box]
    share = np.mean(filled[box])
    written = 1 - bright[filled].mean()
    if min(np.divide(cut.shape, sheet.shape)) < 0.4 or share < 0.85 or written > 0.2:
        return sheet
    inside = binary_erosion(filled[box], iterations=max(2, min(cut.shape) // 40))
    return np.where(inside, cut, np.median(cut[inside]))


def _contrast(sheet: Array) -> Array:
    """How much darker than the paper around it each pixel is, or brighter where that is what ink does."""
    from scipy.ndimage import gaussian_filter, grey_opening

    difference = sheet - _light(sheet)
    if np.sum(np.minimum(difference, 0) ** 4) > np.sum(np.maximum(difference, 0) ** 4):
        difference = -difference
    window = max(3, int(WINDOW * np.sqrt(sheet.size)))
    shadow = gaussian_filter(grey_opening(difference, window, mode="constant"), window / 4, mode="nearest")
    return np.maximum(difference - shadow, 0)


def _light(sheet: Array) -> Array:
    """The brightness of the paper: a quadratic surface through the border, then through all like it."""
    coarse = area_resized(sheet, COARSE) if max(sheet.shape) > COARSE else sheet
    terms, levels = _quadratic_terms(coarse.shape), coarse.ravel()
    is_frame = np.abs(terms[:, 1:3]).max(axis=1) > 0.97
    weight = is_frame.astype(float)
    for _ in range(8):
        factors = np.linalg.lstsq(terms * weight[:, None], levels * weight)[0]
        away = np.abs(levels - terms @ factors)
        weight = 1 / (1 + (away / max(2 * float(np.median(away[is_frame])), 0.02)) ** 2)
    surface: Array = _quadratic_terms(sheet.shape) @ factors
    return surface.reshape(sheet.shape)


def _quadratic_terms(shape: tuple[int, ...]) -> Array:
    """1, x, y, xy, x² and y² at each pixel, with x and y from −1 to 1 across the sheet."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in shape), indexing="ij")
    return np.stack([np.ones(x.size), *(each.ravel() for each in (x, y, x * y, x * x, y * y))], axis=1)


def _cropped(contrast: Array) -> Array | None:
    """The pieces of ink that are drawn, cropped to their box; the rest is 0."""
    from scipy.ndimage import label, find_objects, sum_labels

    pieces, count = label(contrast > EDGE, np.ones((3, 3)))
    number = np.arange(1, count + 1)
    has_core = sum_labels(contrast > CORE, pieces, number) > 0
    mass = np.where(has_core, sum_labels(contrast, pieces, number), 0.0)
    drawn = mass > 0
    lies_along = _lies_along(pieces, count)
    if (drawn & ~lies_along).any() and mass[~lies_along].max() > SPECK * mass.max():
        drawn &= ~lies_along
    drawn &= mass > SPECK * np.where(drawn, mass, 0).max(initial=0)
    if not drawn.any():
        return None
    kept = np.where(np.concatenate([[False], drawn])[pieces], contrast, 0.0)
    box = find_objects((kept > 0).astype(int))[0]
    return kept[box]


def _lies_along(pieces: Array, count: int) -> Array:
    """Whether each piece touches one side of the sheet over a large part of its length."""
    sides = [pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]]
    touched = [np.bincount(side, minlength=count + 1)[1:] / side.size for side in sides]
    return np.max(touched, axis=0) > ALONG


def _extent(seen: Array) -> Array:
    """Number of places from the first to the last that is seen, for each row."""
    extent = seen.shape[1] - seen.argmax(axis=1) - seen[:, ::-1].argmax(axis=1)
    return np.where(seen.any(axis=1), extent, 0)


def _start(profile: Array, size: int) -> int:
    """Where a profile begins if its centre of mass is in the middle of `size` places, and it is within."""
    middle = profile @ np.arange(profile.size) / profile.sum()
    return int(np.clip(round(size / 2 - middle), 0, size - profile.size))
