"""How good a recall is. Always give several: a wrong picture of the right brightness has a high cosine and no overlap."""

from __future__ import annotations

import numpy as np

__all__ = ["cosine", "identify", "overlap", "related", "settle_time"]


def overlap(pattern, stored):
    """m = (1/n) Σ_i ξ_i s_i, from −1 (the negative) over 0 (chance) to 1 (the same); the fraction of wrong pixels is (1 − m)/2.

    `pattern`: (n,) or (k, n); `stored`: (n,) or (P, n), both ±1 or booleans, 0 or NaN where unknown (counts as neither).
    Returns a number, (k,), (P,) or (k, P).
    """
    pattern, stored = _signed(pattern), _signed(stored)
    if pattern.shape[-1] != stored.shape[-1]:
        raise ValueError(f"overlap: patterns of {pattern.shape[-1]} and {stored.shape[-1]} pixels cannot be compared")
    m = pattern @ stored.T / pattern.shape[-1]
    return float(m) if m.ndim == 0 else m


def cosine(rates, picture):
    """Σ r_i x_i / (|r| |x|) of the ON rates (n,) and a picture (n,) of levels in [0, 1] (±1 counts as 0 and 1); 0 where one is all zero.

    A common measure, and a flattering one: two unrelated pictures of the same brightness score 0.5 to 0.8.
    """
    rates, picture = np.asarray(rates, dtype=np.float64).ravel(), np.asarray(picture, dtype=np.float64).ravel()
    if rates.size != picture.size:
        raise ValueError(f"cosine: {rates.size} rates and {picture.size} pixels cannot be compared")
    picture = np.where(picture < 0, 0.0, picture)
    size = np.linalg.norm(rates) * np.linalg.norm(picture)
    return float(rates @ picture / size) if size > 0 else 0.0


def identify(pattern, stored):
    """Index of the stored pattern, of (P, n), with the largest overlap with `pattern` (n,)."""
    return int(np.argmax(overlap(pattern, np.atleast_2d(stored))))


def related(cue, pattern, among=1):
    """Does `cue` (n,), 0 or NaN where unknown, say anything about `pattern` (n,)? False for all but 0.2 % of cues of pure noise.

    Their correlation over the known pixels, times √(number of these), is standard normal for an unrelated cue; it has to be
    larger than the largest of `among` such numbers is in 99.8 % of draws. A memory of few patterns answers noise, too, with one
    of them, as there is nowhere else to go: this tells the answer from an accident.
    """
    from scipy.special import ndtri

    cue, pattern = _signed(cue), _signed(pattern)
    known = cue != 0
    cue, pattern = cue[known], pattern[known]
    if not known.any():
        return False
    if np.ptp(pattern) > 0 and np.ptp(cue) > 0:             # a picture of one level has a mean and nothing else
        cue, pattern = cue - cue.mean(), pattern - pattern.mean()
    likeness = cue @ pattern / (np.linalg.norm(cue) * np.linalg.norm(pattern))
    return bool(likeness * np.sqrt(cue.size) > ndtri(0.998 ** (1.0 / among)))


def settle_time(times, overlaps, tolerance=0.02):
    """The first of `times` (samples,), in ms, from which on `overlaps` (samples,) stays within `tolerance` of its last value."""
    late = np.flatnonzero(np.abs(np.asarray(overlaps) - overlaps[-1]) > tolerance)
    return float(times[late[-1] + 1]) if late.size else float(times[0])


def _signed(pattern):
    pattern = np.asarray(pattern)
    return np.where(pattern, 1.0, -1.0) if pattern.dtype == bool else np.nan_to_num(np.asarray(pattern, dtype=np.float64))
