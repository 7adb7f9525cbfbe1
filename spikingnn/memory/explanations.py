"""Verdicts: does the answer of a memory explain its cue?

What differs between the two looks like noise, blur, a shift or an occluder where the picture was stored,
and like another picture where it was not.
"""

from __future__ import annotations

import math
from functools import cached_property
from itertools import combinations, product

import numpy as np

from .._util import blas, checks
from .._util.typing import BoolArray, FloatArray
from .residuals import (LARGEST_SCORE, REACH, are_pictures, best_shift, excess_in_span, log_ratio, moran,
                        pearson, regressed, uniform_squares)
from .scores import overlap, related


__all__ = ["VERDICTS", "BinaryExplanations", "Explanations", "is_mixture", "picture_shape"]

VERDICTS = ("recognised", "unrelated cue", "negative", "mixture", "spurious", "silent")

RECOGNISED = 0.95       # –     overlap with a stored pattern from which on an answer counts as that pattern
FALSE_ALARM = 0.002     # –     fraction of cues of white noise that agree with an answer by accident
NOISE = 3.2             # –     largest deviation of a residual from white noise, in standard deviations
SYMMETRIC = 3.0         # –     the same for the difference between the flips of bright and of dark pixels
EXACT = 1e-3            # –     fraction of the variance that is too small to be tested, as of a grey read-out
CLOSE = 0.02            # –     quantile of the distances of stored patterns to their nearest neighbours
DEEP = 0.75             # –     a pixel is inside an area where a blur of one pixel leaves more of its colour
TOUCHING = 0.98         # –     fraction of the differing pixels that lie at contours if the cue is blurred
BLURRED = 0.3           # –     largest fraction of pixels that a blur changes
NEIGHBOURS = 32         # stored patterns that a residual is compared with
SAMPLE = 200            # stored patterns from which distances and the correlation of neighbours are estimated
MIXED = 6               # stored patterns among which a mixture is searched
MIXTURE = 0.9           # –     correlation of an answer with a mixture, without what both have in brightness


class Explanations:
    """What a memory knows of its stored patterns in order to judge whether an answer explains a cue.

    Patterns without correlation of neighbouring pixels are no pictures: for them only noise and nearness
    are tested. A score is the logarithm of limit over value: zero is the limit, and what misses it by a
    factor of two has −0.7.

    Parameters
    ----------
    patterns : numpy.ndarray, (P, n)
        The stored patterns, as numbers from −1 to 1.
    shape : tuple of int or None
        (height, width) of a picture; None: the patterns are no pictures.

    Examples
    --------
    Noise on the stored picture is explained, another picture is not:

    >>> from spikingnn.datasets import photographs
    >>> pictures = 2.0 * photographs().images.reshape(12, -1) - 1.0
    >>> explanations = Explanations(pictures[:6], shape=(64, 64))
    >>> noisy = pictures[0] + np.random.default_rng(0).normal(0.0, 0.5, 4096)
    >>> explanations.score(noisy, answer=pictures[0], best=0) >= 0
    True
    >>> explanations.score(pictures[7], answer=pictures[0], best=0) >= 0
    False
    """

    def __init__(self, patterns: FloatArray, shape: tuple[int, int] | None) -> None:
        self.patterns = patterns
        self.shape = shape if shape is not None and are_pictures(patterns[:SAMPLE], shape) else None

    def verdict(self, cue: FloatArray, answer: FloatArray, overlaps: FloatArray,
                silent: int) -> tuple[str, float]:
        """Return one of `VERDICTS` and the score of an answer.

        Parameters
        ----------
        cue : numpy.ndarray, (n,)
            From −1 to 1, NaN where unknown.
        answer : numpy.ndarray, (n,)
            From −1 to 1.
        overlaps : numpy.ndarray, (P,)
            Of the answer with the stored patterns.
        silent : int
            Number of pixels of which neither unit fired.
        """
        best, half = int(np.argmax(overlaps)), 0.5 * self.patterns.shape[1]
        fidelity = min(self.fidelity(answer, overlaps[best], best), self._silence_limit(silent))
        explained = self.score(cue, answer, best)
        score = float(min(fidelity, explained))
        if silent > half:
            return "silent", min(score, float(np.log(half / silent)))
        if fidelity >= 0:
            return "recognised" if explained >= 0 else "unrelated cue", score
        worst = int(np.argmin(overlaps))
        if self.fidelity(-answer, -overlaps[worst], worst) >= 0 and self.score(cue, answer, worst) >= 0:
            return "negative", score
        return "mixture" if self._is_mixture(answer, overlaps) else "spurious", score

    @blas.limited_threads(1)          # its products are small
    def score(self, cue: FloatArray, answer: FloatArray, best: int) -> float:
        """Return how well `answer` (n,), near the stored pattern number `best`, explains `cue` (n,), NaN
        where unknown.

        It is the score of the best of these explanations; each also needs more agreement than white noise
        has by accident:

        - noise: the residual of a linear regression of the cue on the answer is white. It has neither a
          correlation of neighbours (Moran's statistic with Gaussian weights) nor a component along the
          stored patterns that are most similar to the answer (χ²), as another member of the same family
          of pictures would have;
        - noise on the answer blurred by one pixel, or shifted by up to two;
        - an occluder: outside the areas in which the cue is uniform, hardly any pixel differs, and these look
          like noise;
        - blur: the pixels that differ lie at contours of the answer;
        - nearness: the distance of cue and answer is below half of that between the closest stored patterns.
        """
        known = ~np.isnan(cue)
        cue = np.where(known, cue, 0.0)
        near = self._neighbours(best)
        found = [self._noise(cue, known, answer, near, 1), self._nearness(cue, known, answer)]
        if self.shape is not None:
            found += self._of_pictures(cue, known, answer, near, self.shape)
        return max(found)

    def _of_pictures(self, cue: FloatArray, known: BoolArray, answer: FloatArray, near: FloatArray,
                     shape: tuple[int, int]) -> list[float]:
        """Return the scores of the explanations that only pictures have."""
        from scipy.ndimage import gaussian_filter

        soft = gaussian_filter(answer.reshape(shape), 1.0, mode="nearest").ravel()
        shifted, defined = best_shift(cue, known, answer, shape)
        seen = known & ~uniform_squares(cue, known, shape)
        return [self._noise(cue, known, self._blurred(soft), near, 1),
                self._noise(cue, known & defined, shifted, near, (2 * REACH + 1) ** 2),
                min(self._noise(cue, seen, answer, near, 1), self._nearness(cue, seen, answer)),
                self._contour(cue, known, answer, answer * soft)]

    def fidelity(self, answer: FloatArray, similarity: float, best: int) -> float:
        """Return how well `answer` is the stored pattern number `best`: log((1 − 0.95) / (1 −
        `similarity`))."""
        if not related(answer, self.patterns[best], len(self.patterns)):
            return -LARGEST_SCORE                       # all dark overlaps with every sparse pattern
        return log_ratio(1.0 - RECOGNISED, 1.0 - similarity)

    def _noise(self, cue: FloatArray, known: BoolArray, answer: FloatArray, near: FloatArray,
               alternatives: int) -> float:
        cue, answer = cue[known], answer[known]
        agreement = -LARGEST_SCORE
        if cue.size > 2:
            agreement = min(LARGEST_SCORE, self._agreement(cue, answer, alternatives))
        if agreement <= -LARGEST_SCORE:
            return -LARGEST_SCORE
        residual, design = regressed(cue, answer)
        if np.mean(residual**2) < EXACT:
            return agreement
        worst = excess_in_span(residual, design, near[:, known].T)
        if self.shape is not None:
            left = np.zeros(known.size)
            left[known] = residual
            worst = max(worst, moran(left.reshape(self.shape), known.reshape(self.shape)))
        return min(log_ratio(NOISE, worst), agreement)

    def _agreement(self, cue: FloatArray, answer: FloatArray, alternatives: int = 1) -> float:
        """Return the agreement of cue and answer over what white noise has with the best of
        P·`alternatives` patterns."""
        from scipy.special import ndtri

        needed = ndtri((1.0 - FALSE_ALARM) ** (1.0 / (len(self.patterns) * alternatives)))
        return log_ratio(self._agreed(cue, answer) * np.sqrt(cue.size), needed)

    def _nearness(self, cue: FloatArray, known: BoolArray, answer: FloatArray) -> float:
        cue, answer = cue[known], answer[known]
        if cue.size < 2:
            return -LARGEST_SCORE
        distance = (1.0 - self._similarity(cue, answer)) / 2.0
        return min(log_ratio(self._close, max(distance, 0.5 / cue.size)), self._agreement(cue, answer))

    @cached_property
    def _close(self) -> float:
        """Half of the distance between the closest stored patterns: what is nearer to one of them is near
        to no other."""
        if len(self.patterns) < 2:
            return 0.0
        chosen = np.unique(np.linspace(0, len(self.patterns) - 1, SAMPLE).astype(int))
        similarities = self._similarities(self.patterns[chosen])
        similarities[np.arange(len(chosen)), chosen] = -1.0
        return float(np.quantile((1.0 - similarities.max(axis=1)) / 2.0, CLOSE) / 2.0)

    def _neighbours(self, best: int) -> FloatArray:
        """Return the stored patterns that are most similar to one of them, or to its negative."""
        similarities = np.abs(self.patterns @ self.patterns[best])
        similarities[best] = -1.0
        return self.patterns[np.argsort(-similarities)[:min(NEIGHBOURS, len(similarities) - 1)]]

    def _silence_limit(self, silent: int) -> float:
        """The largest fidelity of an answer with `silent` pixels: of grey levels, no limit."""
        return np.inf

    def _is_mixture(self, answer: FloatArray, overlaps: FloatArray) -> bool:
        """Is it a mixture of stored patterns? Grey levels are not searched."""
        return False

    def _blurred(self, soft: FloatArray) -> FloatArray:
        """The answer after a blur that leaves the levels `soft`."""
        return soft

    def _contour(self, cue: FloatArray, known: BoolArray, answer: FloatArray, inside: FloatArray) -> float:
        """The score of blur, by where the differing pixels lie: grey pictures differ everywhere."""
        return -LARGEST_SCORE

    def _agreed(self, cue: FloatArray, answer: FloatArray) -> float:
        return pearson(cue, answer)

    def _similarity(self, cue: FloatArray, answer: FloatArray) -> float:
        return pearson(cue, answer)

    def _similarities(self, some: FloatArray) -> FloatArray:
        """Return the correlations of some patterns (k, n) with the stored ones, (k, P)."""
        some, patterns = (x - x.mean(axis=1, keepdims=True) for x in (some, self.patterns))
        return some @ patterns.T / np.outer(np.linalg.norm(some, axis=1), np.linalg.norm(patterns, axis=1))


class BinaryExplanations(Explanations):
    """The same for patterns of ±1: pixels flip, and brightness counts where bright and dark pixels flip
    equally often."""

    def _silence_limit(self, silent: int) -> float:
        return float(np.log(0.5 / silent)) if silent else np.inf

    def _is_mixture(self, answer: FloatArray, overlaps: FloatArray) -> bool:
        return is_mixture(answer, overlaps, self.patterns)

    def _blurred(self, soft: FloatArray) -> FloatArray:
        return np.where(soft > 0, 1.0, -1.0)

    def _contour(self, cue: FloatArray, known: BoolArray, answer: FloatArray, inside: FloatArray) -> float:
        wrong = known & (cue != answer)
        if not known.any():
            return -LARGEST_SCORE
        deepest = np.quantile(inside[wrong], TOUCHING) if wrong.any() else -1.0
        return min(log_ratio(1.0 - deepest, 1.0 - DEEP), log_ratio(BLURRED, wrong.sum() / known.sum()),
                   self._agreement(cue[known], answer[known]))

    def _agreed(self, cue: FloatArray, answer: FloatArray) -> float:
        agreed = pearson(cue, answer)
        bright, wrong = answer > 0, cue != answer
        share, counts = wrong.mean(), (bright.sum(), (~bright).sum())
        if min(counts) == 0:
            return float(1.0 - 2.0 * share)
        spread = np.sqrt(share * (1.0 - share) * (1.0 / counts[0] + 1.0 / counts[1]))
        if abs(wrong[bright].mean() - wrong[~bright].mean()) <= SYMMETRIC * spread:
            return max(agreed, 1.0 - 2.0 * share)
        return agreed

    def _similarity(self, cue: FloatArray, answer: FloatArray) -> float:
        return float(1.0 - 2.0 * np.mean(cue != answer))

    def _similarities(self, some: FloatArray) -> FloatArray:
        """Return the overlaps of some patterns (k, n) with the stored ones, (k, P)."""
        return some @ self.patterns.T / self.patterns.shape[1]


def picture_shape(owner: object, shape: tuple[int, int] | None, n: int) -> tuple[int, int] | None:
    """Return (height, width) of pictures of n pixels, checked; None where none is given and n is no
    square."""
    side = math.isqrt(n)
    if shape is None:
        return (side, side) if side * side == n else None
    if np.shape(shape) != (2,) or math.prod(checks.integer(owner, "shape", length) for length in shape) != n:
        checks.fail(owner, "shape", shape, f"(height, width) of {n} pixels")
    return shape[0], shape[1]


def is_mixture(pattern: FloatArray, overlaps: FloatArray, patterns: FloatArray) -> bool:
    """Is a pattern (n,) a mixture sign(±ξ¹ ± ξ² ± ξ³) of three stored `patterns` (P, n), more than one of
    them?

    The three are searched among those that its `overlaps` (P,) say are nearest. Equal brightness is not
    enough: the majority of three dark pictures is nearly black, and so is much else.

    References
    ----------
    Amit, Gutfreund & Sompolinsky, Phys. Rev. A 32:1007 (1985).
    """
    near = patterns[np.argsort(-np.abs(overlaps))[:MIXED]]
    least = max(RECOGNISED, np.abs(overlaps).max())
    return any(overlap(pattern, mixed) >= least and pearson(pattern, mixed) >= MIXTURE
               for three in combinations(near, 3)
               for mixed in (np.sign(np.dot(signs, three)) for signs in product((1, -1), repeat=3)))
