"""Does the answer of a memory explain its cue?

What differs between the two looks like noise, blur, a shift or an occluder where the picture was stored, and like another picture
where it was not.
"""

from __future__ import annotations

from functools import cached_property
from itertools import product

import numpy as np

from .._util import blas
from .scores import related


__all__ = ["Explanations"]

RECOGNISED = 0.95       # –     overlap with a stored pattern from which on an answer counts as that pattern
FALSE_ALARM = 0.002     # –     fraction of cues of white noise that agree with an answer by accident
NOISE = 3.2             # –     largest deviation from white noise of a regression's residual, in standard deviations
SYMMETRIC = 3.0         # –     the same for the difference between the flips of bright and of dark pixels
EXACT = 1e-3            # –     fraction of the variance that is too small to be asked about (a read-out of grey levels)
CLOSE = 0.02            # –     quantile of the distances of stored patterns to their nearest neighbours
DEEP = 0.75             # –     a pixel is inside an area where a Gaussian of one pixel has more than this of its colour
TOUCHING = 0.98         # –     fraction of the differing pixels that lie at contours if the cue is blurred
BLURRED = 0.3           # –     largest fraction of pixels that a blur changes
PICTURE = 0.2           # –     smallest correlation of neighbouring pixels of a picture
REACH = 2               # px    largest shift, and half the side of the smallest occluder
NEIGHBOURS = 32         # stored patterns that a residual is compared with
SAMPLE = 200            # stored patterns from which distances and the correlation of neighbours are estimated
LARGEST = 10.0          # –     scores end there


class Explanations:
    """What a memory knows of its stored `patterns` (P, n), from −1 to 1, to judge whether an answer explains a cue.

    `shape`: (height, width) of a picture, or None. Patterns without correlation of neighbouring pixels are no pictures; of
    them, only noise and nearness are asked. A score is the logarithm of limit over value: zero is the limit, and what misses
    it by a factor of two has −0.7.
    """

    def __init__(self, patterns, shape, binary):
        self.patterns, self.binary = patterns, binary
        self.shape = shape if shape is not None and _are_pictures(patterns[:SAMPLE], shape) else None

    @blas.limited_threads(1)          # its products are small
    def score(self, cue, answer, best):
        """How well `answer` (n,), near the stored pattern number `best`, explains `cue` (n,), NaN where unknown.

        The score of the best of these explanations; each also needs more agreement than white noise has by accident:

        - noise: the residual of a linear regression of the cue on the answer is white. It has neither a correlation of
          neighbours (Moran's statistic with Gaussian weights) nor a component along the stored patterns that are most like
          the answer (χ²), as another member of the same family of pictures would have;
        - noise on the answer blurred by one pixel, or shifted by up to two;
        - an occluder: outside the areas in which the cue is uniform, hardly any pixel differs, and these look like noise;
        - blur: the pixels that differ lie at contours of the answer;
        - nearness: the distance of cue and answer is below half of that between the closest stored patterns.
        """
        from scipy.ndimage import gaussian_filter

        known = ~np.isnan(cue)
        cue = np.where(known, cue, 0.0)
        near = self._neighbours(best)
        found = [self._noise(cue, known, answer, near, 1), self._nearness(cue, known, answer)]
        if self.shape is not None:
            soft = gaussian_filter(answer.reshape(self.shape), 1.0, mode="nearest").ravel()
            blurred = np.where(soft > 0, 1.0, -1.0) if self.binary else soft
            shifted, defined = _best_shift(cue, known, answer, self.shape)
            seen = known & ~_uniform(cue, known, self.shape)
            found += [self._noise(cue, known, blurred, near, 1),
                      self._noise(cue, known & defined, shifted, near, (2 * REACH + 1) ** 2),
                      min(self._noise(cue, seen, answer, near, 1), self._nearness(cue, seen, answer))]
            if self.binary:
                found.append(self._contour(cue, known, answer, answer * soft))
        return max(found)

    def fidelity(self, answer, correlation, best):
        """How well `answer` is the stored pattern number `best`: (1 − 0.95) / (1 − `correlation`), as a logarithm."""
        if not related(answer, self.patterns[best], len(self.patterns)):    # all dark overlaps with every sparse pattern
            return -LARGEST
        return _ratio(1.0 - RECOGNISED, 1.0 - correlation)

    def _noise(self, cue, known, answer, near, alternatives):
        cue, answer = cue[known], answer[known]
        agreement = min(LARGEST, self._agreement(cue, answer, alternatives)) if cue.size > 2 else -LARGEST
        if agreement <= -LARGEST:
            return -LARGEST
        rest, design = _regressed(cue, answer)
        if np.mean(rest**2) < EXACT:
            return agreement
        worst = _in_span(rest, design, near[:, known].T)
        if self.shape is not None:
            left = np.zeros(known.size)
            left[known] = rest
            worst = max(worst, _moran(left.reshape(self.shape), known.reshape(self.shape)))
        return min(_ratio(NOISE, worst), agreement)

    def _agreement(self, cue, answer, alternatives=1):
        """Agreement of cue and answer over what white noise has with the best of P stored patterns and `alternatives`.

        Where bright and dark pixels are flipped equally often, brightness counts; else only the correlation without it.
        """
        from scipy.special import ndtri

        needed = ndtri((1.0 - FALSE_ALARM) ** (1.0 / (len(self.patterns) * alternatives)))
        agreed = _correlation(cue, answer)
        if self.binary:
            bright, wrong = answer > 0, cue != answer
            share, counts = wrong.mean(), (bright.sum(), (~bright).sum())
            if min(counts) == 0:
                agreed = 1.0 - 2.0 * share
            else:
                spread = np.sqrt(share * (1.0 - share) * (1.0 / counts[0] + 1.0 / counts[1]))
                if abs(wrong[bright].mean() - wrong[~bright].mean()) <= SYMMETRIC * spread:
                    agreed = max(agreed, 1.0 - 2.0 * share)
        return _ratio(agreed * np.sqrt(cue.size), needed)

    def _nearness(self, cue, known, answer):
        cue, answer = cue[known], answer[known]
        if cue.size < 2:
            return -LARGEST
        pattern_overlaps = 1.0 - 2.0 * np.mean(cue != answer) if self.binary else _correlation(cue, answer)
        return min(_ratio(self._close, max((1.0 - pattern_overlaps) / 2.0, 0.5 / cue.size)), self._agreement(cue, answer))

    def _contour(self, cue, known, answer, inside):
        wrong = known & (cue != answer)
        if not known.any():
            return -LARGEST
        deepest = np.quantile(inside[wrong], TOUCHING) if wrong.any() else -1.0
        return min(_ratio(1.0 - deepest, 1.0 - DEEP), _ratio(BLURRED, wrong.sum() / known.sum()),
                   self._agreement(cue[known], answer[known]))

    @cached_property
    def _close(self):
        """Half of the distance between the closest stored patterns: what is nearer to one of them is near to no other."""
        if len(self.patterns) < 2:
            return 0.0
        chosen = np.unique(np.linspace(0, len(self.patterns) - 1, SAMPLE).astype(int))
        pattern_overlaps = _alike(self.patterns[chosen], self.patterns, self.binary)
        pattern_overlaps[np.arange(len(chosen)), chosen] = -1.0
        return np.quantile((1.0 - pattern_overlaps.max(axis=1)) / 2.0, CLOSE) / 2.0

    def _neighbours(self, best):
        """The stored patterns that are most like one of them, or most like its negative."""
        pattern_overlaps = np.abs(self.patterns @ self.patterns[best])
        pattern_overlaps[best] = -1.0
        return self.patterns[np.argsort(-pattern_overlaps)[:min(NEIGHBOURS, len(pattern_overlaps) - 1)]]


def _ratio(over, under):
    """log(over / under) within ±LARGEST; a value that is not positive counts as none."""
    with np.errstate(divide="ignore"):
        return float(np.clip(np.log(max(over, 0.0)) - np.log(max(under, 1e-9)), -LARGEST, LARGEST))


def _correlation(x, y):
    x, y = x - x.mean(), y - y.mean()
    size = np.linalg.norm(x) * np.linalg.norm(y)
    return x @ y / size if size > 1e-9 else 0.0


def _alike(some, patterns, binary):
    """Overlaps, of grey levels correlations, (k, P)."""
    if binary:
        return some @ patterns.T / patterns.shape[1]
    some, patterns = (x - x.mean(axis=1, keepdims=True) for x in (some, patterns))
    return some @ patterns.T / np.outer(np.linalg.norm(some, axis=1), np.linalg.norm(patterns, axis=1))


def _regressed(cue, answer):
    """Residual (m,) of `cue` regressed on `answer` and a constant, in units of the cue's deviation; the orthonormal design."""
    centred = answer - answer.mean()
    size = np.linalg.norm(centred)
    design = np.full((cue.size, 1), cue.size**-0.5)
    if size > 1e-9:
        design = np.column_stack([design, centred / size])
    rest = cue - design @ (design.T @ cue)
    return rest / max(np.std(cue), 1e-9), design


def _in_span(rest, design, near):
    """Excess of `rest` (m,) over white noise in the span of patterns `near` (m, k), in standard deviations of χ²."""
    near = near - design @ (design.T @ near)
    values, vectors = np.linalg.eigh(near.T @ near)
    kept = values > 1e-6 * rest.size
    directions, freedom = int(kept.sum()), rest.size - design.shape[1]
    if not 0 < directions < freedom:
        return 0.0
    part = np.square((rest @ near) @ vectors[:, kept]) / values[kept]
    share = directions / freedom
    return (part.sum() / (rest @ rest / freedom) - directions) / np.sqrt(2.0 * directions * (1.0 - share))


def _moran(rest, known):
    """Moran's statistic of `rest` (height, width), zero where not `known`: standard normal for white noise.

    The weights are exp(−d²/4) for pixels at a distance d of at most 3 along each axis. Source: Moran, Biometrika 37:17 (1950).
    """
    from scipy.ndimage import correlate1d

    def around(picture, width):
        window = np.exp(-np.square(np.arange(-3, 4)) / width)
        return correlate1d(correlate1d(picture, window, 0, mode="constant"), window, 1, mode="constant") - picture
    seen = known.astype(np.float64)
    pairs, squares, count = np.sum(seen * around(seen, 4.0)), np.sum(seen * around(seen, 2.0)), seen.sum()
    if not squares > 0:
        return 0.0
    return (np.sum(rest * around(rest, 4.0)) * count / np.sum(rest * rest) + pairs / count) / np.sqrt(2.0 * squares)


def _best_shift(cue, known, answer, shape):
    """`answer` shifted by up to REACH pixels so that it is nearest to `cue` where this is `known`, and where it is defined."""
    height, width = shape
    picture, least = np.pad(answer.reshape(shape), REACH), np.inf
    inside = np.pad(np.ones(shape, bool), REACH)
    best = answer, np.zeros(answer.size, bool)
    for down, right in product(range(2 * REACH + 1), repeat=2):
        if (down, right) != (REACH, REACH):
            rows, columns = slice(down, down + height), slice(right, right + width)
            moved, defined = picture[rows, columns].ravel(), inside[rows, columns].ravel()
            seen = known & defined
            distance = np.sum(np.square(moved - cue), where=seen) / max(seen.sum(), 1)
            if seen.any() and distance < least:
                least, best = distance, (moved, defined)
    return best


def _uniform(cue, known, shape):
    """Pixels (n,) of the squares of 2 REACH + 1 pixels in which the cue is known and of one level."""
    from scipy.ndimage import maximum_filter, minimum_filter

    side, cue = 2 * REACH + 1, np.where(known, cue, np.inf).reshape(shape)
    low, high = (over(cue, side, mode="nearest") for over in (minimum_filter, maximum_filter))
    same = np.isfinite(high) & (low == high)
    return maximum_filter(same, side, mode="constant").ravel()


def _are_pictures(patterns, shape):
    """Are neighbouring pixels of patterns (k, n) correlated along both axes, more than by accident?"""
    pictures = (patterns - patterns.mean(axis=1, keepdims=True)).reshape(-1, *shape)
    power = np.mean(np.square(pictures))
    if not power > 1e-9 or min(shape) < 2 * REACH + 1:
        return False
    down, right = np.mean(pictures[:, 1:] * pictures[:, :-1]), np.mean(pictures[:, :, 1:] * pictures[:, :, :-1])
    return min(down, right) / power > max(PICTURE, 3.0 / np.sqrt(pictures.size))
