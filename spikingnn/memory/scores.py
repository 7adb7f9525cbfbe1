"""How good a recall is. Always give several: a wrong picture of the right brightness has a high cosine and
no overlap."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._util import checks
from .._util.typing import ArrayLike, FloatArray


__all__ = ["correlation", "cosine", "identify", "overlap", "psnr", "related", "settle_time", "ssim", "wilson"]


def overlap(pattern: ArrayLike, stored: ArrayLike) -> Any:
    """Return the overlap of patterns, from −1 (the negative) over 0 (chance) to 1 (the same).

    ::

        m = (1/n) Σ_i ξ_i s_i

    The fraction of wrong pixels is (1 − m)/2. Zeros and ones without a −1 cause a warning.

    Parameters
    ----------
    pattern : array_like, (n,) or (k, n)
        ±1 or booleans; 0 or NaN where unknown, which counts as neither.
    stored : array_like, (n,) or (P, n)
        The same.

    Returns
    -------
    float or numpy.ndarray
        A number, (k,), (P,) or (k, P).

    Raises
    ------
    ValueError
        For other values and for different numbers of pixels.

    Examples
    --------
    >>> overlap([1, 1, -1, -1], [1, 1, 1, -1])
    0.5
    """
    s, xi = _ternary("pattern", pattern), _ternary("stored", stored)
    if s.shape[-1] != xi.shape[-1]:
        raise ValueError(f"overlap: patterns of {s.shape[-1]} and {xi.shape[-1]} pixels cannot be compared")
    m = s @ xi.T / s.shape[-1]
    return float(m) if m.ndim == 0 else m


def cosine(rates: ArrayLike, picture: ArrayLike) -> float:
    """Return the cosine similarity of rates and a picture, 0 where one of them is all zero.

    ::

        Σ_i r_i x_i / (‖r‖ ‖x‖)

    A common measure, and a flattering one: two unrelated pictures of the same brightness score 0.5 to 0.8.

    Parameters
    ----------
    rates : array_like, (n,)
        Hz, of the ON units.
    picture : array_like, (n,)
        Levels from 0 to 1; ±1 counts as 0 and 1.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        For negative rates, other levels, and different numbers of pixels.

    Examples
    --------
    >>> round(cosine([100.0, 100.0, 0.0], [1.0, 0.0, 0.0]), 3)
    0.707
    """
    r, x = _rates_and_picture("cosine", rates, picture)
    if np.any(np.abs(x) > 1):
        checks.fail("cosine", "picture", [float(x.min()), float(x.max())], "levels from 0 to 1, or ±1")
    x = np.where(x < 0, 0.0, x)
    size = np.linalg.norm(r) * np.linalg.norm(x)
    return float(r @ x / size) if size > 0 else 0.0


def correlation(rates: ArrayLike, picture: ArrayLike) -> float:
    """Return the correlation of rates and a picture, from −1 to 1; 0 where one of them is of one level.

    It is the cosine after the mean of each is subtracted: pictures that have only their brightness in
    common score 0.

    Parameters
    ----------
    rates : array_like, (n,)
        Rates in Hz, or levels.
    picture : array_like, (n,)
        Levels.

    Returns
    -------
    float
        From −1 to 1.

    Raises
    ------
    ValueError
        For negative rates and different numbers of pixels.

    Examples
    --------
    >>> correlation([0.0, 100.0, 0.0, 100.0], [0.2, 0.4, 0.2, 0.4])
    1.0
    """
    r, x = _rates_and_picture("correlation", rates, picture)
    r, x = r - r.mean(), x - x.mean()
    size = np.linalg.norm(r) * np.linalg.norm(x)
    return float(r @ x / size) if size > 0 else 0.0


def psnr(levels: ArrayLike, target: ArrayLike) -> float:
    """Return the peak signal-to-noise ratio of grey levels in dB; inf where they are the same.

    ::

        10 log₁₀(1 / mean((x − target)²))

    Parameters
    ----------
    levels, target : array_like
        Levels from 0 to 1, of one shape.

    Returns
    -------
    float
        dB.

    Raises
    ------
    ValueError
        For other levels and for different shapes.

    Examples
    --------
    >>> round(psnr([0.1, 0.1], [0.0, 0.0]), 6)
    20.0
    """
    x = np.asarray(checks.unit_interval("psnr", "levels", levels))
    y = np.asarray(checks.unit_interval("psnr", "target", target))
    if x.shape != y.shape:
        raise ValueError(f"psnr compares levels of one shape, got {x.shape} and {y.shape}")
    error = np.mean(np.square(x - y))
    return float("inf") if error == 0 else float(10 * np.log10(1 / error))


def ssim(levels: ArrayLike, target: ArrayLike, sigma: float = 1.5) -> float:
    """Return the mean structural similarity of two grey pictures, from −1 to 1 (the same).

    ::

        SSIM = (2 μ_x μ_y + c₁)(2 σ_xy + c₂) / ((μ_x² + μ_y² + c₁)(σ_x² + σ_y² + c₂)),   c₁ = 0.01², c₂ =
        0.03²

    The local moments are taken under a Gaussian window of 11 × 11 pixels; pictures narrower than that are
    continued by reflection.

    Parameters
    ----------
    levels, target : array_like, (height, width)
        Levels from 0 to 1.
    sigma : float
        Pixels: standard deviation of the window.

    Returns
    -------
    float
        From −1 to 1.

    Raises
    ------
    ValueError
        For other levels and for different shapes.

    Examples
    --------
    >>> picture = np.linspace(0, 1, 144).reshape(12, 12)
    >>> round(ssim(picture, picture), 6), ssim(1 - picture, picture) < 0.5
    (1.0, True)

    References
    ----------
    Wang, Bovik, Sheikh & Simoncelli, IEEE Trans. Image Process. 13:600 (2004).
    """
    from scipy.ndimage import gaussian_filter

    x = np.asarray(checks.unit_interval("ssim", "levels", levels))
    y = np.asarray(checks.unit_interval("ssim", "target", target))
    checks.positive("ssim", "sigma", sigma)
    if x.ndim != 2 or x.shape != y.shape:
        raise ValueError(f"ssim compares pictures (height, width) of one shape, got {x.shape} and {y.shape}")

    def local(values: FloatArray) -> FloatArray:
        return np.asarray(gaussian_filter(values, sigma, radius=5))
    mean_x, mean_y, c1, c2 = local(x), local(y), 0.01**2, 0.03**2
    product, spread = local(x * y) - mean_x * mean_y, local(x * x) - mean_x**2 + local(y * y) - mean_y**2
    index = (2 * mean_x * mean_y + c1) * (2 * product + c2) / ((mean_x**2 + mean_y**2 + c1) * (spread + c2))
    margin = tuple(slice(5, -5) if side > 10 else slice(None) for side in x.shape)
    return float(index[margin].mean())


def wilson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval, in which the probability of a success lies.

    Parameters
    ----------
    successes, trials : int
        Successes among so many trials.
    confidence : float
        Probability with which the interval covers, between 0 and 1.

    Returns
    -------
    tuple of float
        The lower and the upper end.

    Raises
    ------
    ValueError
        For impossible numbers.

    Examples
    --------
    >>> low, high = wilson(9, 10)
    >>> round(low, 3), round(high, 3)
    (0.596, 0.982)

    References
    ----------
    Wilson, J. Am. Stat. Assoc. 22:209 (1927).
    """
    from scipy.special import ndtri

    if not 0 <= successes <= trials or trials < 1:
        raise ValueError(f"wilson: {successes} successes in {trials} trials")
    if not 0 < confidence < 1:
        checks.fail("wilson", "confidence", confidence, "between 0 and 1")
    z, rate = ndtri(0.5 + confidence / 2), successes / trials
    middle = rate + z * z / (2 * trials)
    half = z * np.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials**2))
    return float((middle - half) / (1 + z * z / trials)), float((middle + half) / (1 + z * z / trials))


def identify(pattern: ArrayLike, stored: ArrayLike) -> int:
    """Return the index of the stored pattern with the largest overlap.

    Parameters
    ----------
    pattern : array_like, (n,)
        ±1 or booleans, 0 or NaN where unknown.
    stored : array_like, (P, n)
        ±1 or booleans.

    Returns
    -------
    int
        From 0 to P − 1.

    Raises
    ------
    ValueError
        For other values and for different numbers of pixels.

    Examples
    --------
    >>> identify([1, 1, -1], [[-1, -1, 1], [1, -1, -1]])
    1
    """
    return int(np.argmax(np.atleast_1d(overlap(pattern, stored))))


def related(cue: ArrayLike, pattern: ArrayLike, among: int = 1) -> bool:
    """Is a cue correlated with a pattern? False for all but 0.2 % of cues of white noise.

    Their correlation over the known pixels, times √(number of these), is standard normal for an unrelated
    cue; it has to exceed the largest of `among` such numbers in 99.8 % of draws. A cue of one level says
    nothing about a pattern of two.

    Parameters
    ----------
    cue : array_like, (n,)
        0 or NaN where unknown.
    pattern : array_like, (n,)
        The pattern.
    among : int
        Number of patterns of which this one is the most similar to the cue.

    Returns
    -------
    bool
        Whether the correlation is larger than that of noise.

    Raises
    ------
    TypeError
        For what is no array of numbers.

    Examples
    --------
    >>> pattern = np.tile([1.0, -1.0], 50)
    >>> related(np.where(np.arange(100) < 80, pattern, -pattern), pattern)
    True
    """
    from scipy.special import ndtri

    s, xi = _signed(cue), _signed(pattern)
    known = s != 0
    s, xi = s[known], xi[known]
    if not known.any():
        return False
    if np.ptp(xi) > 0:                                  # a picture of one level has a mean and nothing else
        if np.ptp(s) == 0:
            return False
        s, xi = s - s.mean(), xi - xi.mean()
    agreement = s @ xi / (np.linalg.norm(s) * np.linalg.norm(xi))
    return bool(agreement * np.sqrt(s.size) > ndtri(0.998 ** (1.0 / among)))


def settle_time(times: ArrayLike, overlaps: ArrayLike, tolerance: float = 0.02) -> float:
    """Return the first time from which on an overlap stays near its last value.

    Parameters
    ----------
    times : array_like, (samples,)
        ms.
    overlaps : array_like, (samples,)
        The overlap at these times.
    tolerance : float
        Dimensionless: largest distance from the last value.

    Returns
    -------
    float
        ms.

    Raises
    ------
    ValueError
        For numbers that are not finite.

    Examples
    --------
    >>> settle_time([5.0, 10.0, 15.0], [0.4, 0.99, 1.0])
    10.0
    """
    t = np.asarray(checks.number("settle_time", "times", times))
    m = np.asarray(checks.number("settle_time", "overlaps", overlaps))
    late = np.flatnonzero(np.abs(m - m[-1]) > tolerance)
    return float(t[late[-1] + 1]) if late.size else float(t[0])


def _rates_and_picture(owner: str, rates: ArrayLike, picture: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return both as one row of numbers of the same length; rates are not negative."""
    r = np.ravel(checks.non_negative(owner, "rates", rates))
    x = np.ravel(checks.number(owner, "picture", picture))
    if r.size != x.size:
        raise ValueError(f"{owner}: {r.size} rates and {x.size} pixels cannot be compared")
    return r, x


def _ternary(name: str, pattern: ArrayLike) -> FloatArray:
    """Return a pattern, or many, as numbers −1, 1, and 0 where unknown."""
    given = checks.real_array("overlap", name, pattern)
    signed = np.where(given, 1.0, -1.0) if given.dtype == bool else np.nan_to_num(given.astype(np.float64))
    wrong = signed[(signed != 0) & (np.abs(signed) != 1)]
    if wrong.size:
        accepted = "−1 or 1, booleans, or 0 or NaN where unknown (binarize makes them from levels)"
        checks.fail("overlap", name, float(wrong[0]), accepted)
    if (given == 0).any() and (signed > 0).any() and not (signed < 0).any():
        checks.warn_field("overlap", name,
                          "has ones and zeros only: a zero is an unknown pixel, a dark one is −1")
    return signed


def _signed(pattern: ArrayLike) -> FloatArray:
    array = checks.real_array("related", "pattern", pattern)
    if array.dtype == bool:
        return np.where(array, 1.0, -1.0)
    return np.nan_to_num(np.asarray(array, dtype=np.float64))
