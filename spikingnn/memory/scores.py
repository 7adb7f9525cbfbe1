"""How good a recall is. Always give several: a wrong picture of the right brightness has a high cosine and no overlap."""

from __future__ import annotations

import numpy as np

from .._util import checks


__all__ = ["cosine", "identify", "correlation", "overlap", "psnr", "related", "settle_time", "ssim", "wilson"]


def overlap(pattern, stored):
    """m = (1/n) Σ_i ξ_i s_i, from −1 (the negative) over 0 (chance) to 1 (the same); the fraction of wrong pixels is (1 − m)/2.

    `pattern`: (n,) or (k, n); `stored`: (n,) or (P, n), both ±1 or booleans, 0 or NaN where unknown (counts as neither).
    Returns a number, (k,), (P,) or (k, P). ValueError for other values; zeros and ones without a −1 warn.
    """
    pattern, stored = _ternary("pattern", pattern), _ternary("stored", stored)
    if pattern.shape[-1] != stored.shape[-1]:
        raise ValueError(f"overlap: patterns of {pattern.shape[-1]} and {stored.shape[-1]} pixels cannot be compared")
    m = pattern @ stored.T / pattern.shape[-1]
    return float(m) if m.ndim == 0 else m


def cosine(rates, picture):
    """Σ r_i x_i / (|r| |x|) of the ON rates (n,) and a picture (n,) of levels in [0, 1] (±1 counts as 0 and 1); 0 where one is all zero.

    A common measure, and a flattering one: two unrelated pictures of the same brightness score 0.5 to 0.8.
    """
    rates, picture = _rates_and_picture("cosine", rates, picture)
    if np.any(np.abs(picture) > 1):
        found = [float(picture.min()), float(picture.max())]
        checks.fail("cosine", "picture", found, "levels from 0 to 1, or ±1")
    if rates.size != picture.size:
        raise ValueError(f"cosine: {rates.size} rates and {picture.size} pixels cannot be compared")
    picture = np.where(picture < 0, 0.0, picture)
    size = np.linalg.norm(rates) * np.linalg.norm(picture)
    return float(rates @ picture / size) if size > 0 else 0.0


def correlation(rates, picture):
    """`cosine` after the mean of each is taken away, from −1 to 1: pictures that have but their brightness in common score 0."""
    rates, picture = _rates_and_picture("likeness", rates, picture)
    if rates.size != picture.size:
        raise ValueError(f"likeness: {rates.size} rates and {picture.size} pixels cannot be compared")
    rates, picture = rates - rates.mean(), picture - picture.mean()
    size = np.linalg.norm(rates) * np.linalg.norm(picture)
    return float(rates @ picture / size) if size > 0 else 0.0


def psnr(levels, wanted):
    """10 log₁₀(1 / mean squared error) in dB, of levels from 0 to 1; inf where they are the same."""
    levels = np.asarray(checks.unit_interval("psnr", "levels", levels))
    wanted = np.asarray(checks.unit_interval("psnr", "wanted", wanted))
    if levels.shape != wanted.shape:
        raise ValueError(f"psnr compares levels of one shape, got {levels.shape} and {wanted.shape}")
    error = np.mean(np.square(levels - wanted))
    return float("inf") if error == 0 else float(10 * np.log10(1 / error))


def ssim(levels, wanted, sigma=1.5):
    """The mean structural similarity of two grey pictures (h, w) of levels from 0 to 1, from −1 to 1 (the same).

        SSIM = (2 μ_x μ_y + c₁)(2 σ_xy + c₂) / ((μ_x² + μ_y² + c₁)(σ_x² + σ_y² + c₂)),   c₁ = 0.01², c₂ = 0.03²

    with local moments under a Gaussian window of `sigma` pixels, 11 × 11; pictures narrower than that are continued by reflection.
    Source: Wang, Bovik, Sheikh & Simoncelli, IEEE Trans. Image Process. 13:600 (2004).
    """
    from scipy.ndimage import gaussian_filter

    x = np.asarray(checks.unit_interval("ssim", "levels", levels))
    y = np.asarray(checks.unit_interval("ssim", "wanted", wanted))
    checks.positive("ssim", "sigma", sigma)
    if x.ndim != 2 or x.shape != y.shape:
        raise ValueError(f"ssim compares pictures (height, width) of one shape, got {x.shape} and {y.shape}")

    def local(values):
        return gaussian_filter(values, sigma, radius=5)
    mean_x, mean_y, c1, c2 = local(x), local(y), 0.01**2, 0.03**2
    covariance, spread = local(x * y) - mean_x * mean_y, local(x * x) - mean_x**2 + local(y * y) - mean_y**2
    index = (2 * mean_x * mean_y + c1) * (2 * covariance + c2) / ((mean_x**2 + mean_y**2 + c1) * (spread + c2))
    margin = tuple(slice(5, -5) if side > 10 else slice(None) for side in x.shape)
    return float(index[margin].mean())


def wilson(successes, trials, confidence=0.95):
    """(low, high): the interval in which the probability of a success lies (Wilson, J. Am. Stat. Assoc. 22:209, 1927)."""
    from scipy.special import ndtri

    if not 0 <= successes <= trials or trials < 1:
        raise ValueError(f"wilson: {successes} successes in {trials} trials")
    if not 0 < confidence < 1:
        checks.fail("wilson", "confidence", confidence, "between 0 and 1")
    z, rate = ndtri(0.5 + confidence / 2), successes / trials
    middle, half = rate + z * z / (2 * trials), z * np.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials**2))
    return float((middle - half) / (1 + z * z / trials)), float((middle + half) / (1 + z * z / trials))


def identify(pattern, stored):
    """Index of the stored pattern, of (P, n), with the largest overlap with `pattern` (n,)."""
    return int(np.argmax(np.atleast_1d(overlap(pattern, stored))))


def related(cue, pattern, among=1):
    """Does `cue` (n,), 0 or NaN where unknown, say anything about `pattern` (n,)? False for all but 0.2 % of cues of pure noise.

    Their correlation over the known pixels, times √(number of these), is standard normal for an unrelated cue; it has to be
    larger than the largest of `among` such numbers is in 99.8 % of draws. A memory of few patterns answers noise, too, with one
    of them, as there is nowhere else to go: this tells the answer from an accident. A cue of one level says nothing about a
    pattern of two.
    """
    from scipy.special import ndtri

    cue, pattern = _signed(cue), _signed(pattern)
    known = cue != 0
    cue, pattern = cue[known], pattern[known]
    if not known.any():
        return False
    if np.ptp(pattern) > 0:                                 # a picture of one level has a mean and nothing else
        if np.ptp(cue) == 0:
            return False
        cue, pattern = cue - cue.mean(), pattern - pattern.mean()
    correlation = cue @ pattern / (np.linalg.norm(cue) * np.linalg.norm(pattern))
    return bool(correlation * np.sqrt(cue.size) > ndtri(0.998 ** (1.0 / among)))


def settle_time(times, overlaps, tolerance=0.02):
    """The first of `times` (samples,), in ms, from which on `overlaps` (samples,) stays within `tolerance` of its last value."""
    times = checks.number("settle_time", "times", times)
    overlaps = checks.number("settle_time", "overlaps", overlaps)
    late = np.flatnonzero(np.abs(overlaps - overlaps[-1]) > tolerance)
    return float(times[late[-1] + 1]) if late.size else float(times[0])


def _rates_and_picture(owner, rates, picture):
    """Both as one row of numbers; rates are not negative."""
    rates, picture = checks.non_negative(owner, "rates", rates), checks.number(owner, "picture", picture)
    return np.ravel(rates), np.ravel(picture)


def _ternary(name, pattern):
    """A pattern, or many, as numbers −1, 1, and 0 where unknown."""
    given = checks.real_array("overlap", name, pattern)
    signed = np.where(given, 1.0, -1.0) if given.dtype == bool else np.nan_to_num(given.astype(np.float64))
    wrong = signed[(signed != 0) & (np.abs(signed) != 1)]
    if wrong.size:
        accepted = "−1 or 1, booleans, or 0 or NaN where unknown (binarize makes them from levels)"
        checks.fail("overlap", name, float(wrong[0]), accepted)
    if (given == 0).any() and (signed > 0).any() and not (signed < 0).any():
        checks.warn_field("overlap", name, "has ones and zeros only: a zero is an unknown pixel, a dark one is −1")
    return signed


def _signed(pattern):
    pattern = checks.real_array("related", "pattern", pattern)
    return np.where(pattern, 1.0, -1.0) if pattern.dtype == bool else np.nan_to_num(np.asarray(pattern, dtype=np.float64))
