"""Baselines for a spiking memory: classical networks with the same couplings, and the nearest stored
pattern."""

from __future__ import annotations

import numpy as np

from .._util import checks
from .._util.typing import ArrayLike, FloatArray, IntArray
from .couplings import PixelCouplings
from .scores import overlap


__all__ = ["binary_recall", "graded_recall", "mean_field_overlap", "nearest_pattern"]


def binary_recall(couplings: PixelCouplings, cue: ArrayLike, seed: int = 0, sweeps: int = 100) -> FloatArray:
    """Recall with the asynchronous binary network: pixels in random order take the sign of their field.

    ::

        s_i ← sign(Σ_j W_ij s_j + bias_i)

    It ends when none changes any more. A field of zero, as of a pixel that starts unknown, changes nothing.

    Parameters
    ----------
    couplings : PixelCouplings
        W and the bias.
    cue : array_like, (n,)
        ±1 or booleans, 0 or NaN where unknown.
    seed : int
        Draws the orders.
    sweeps : int
        Largest number of updates per pixel.

    Returns
    -------
    numpy.ndarray, (n,)
        ±1.

    Raises
    ------
    TypeError
        For a cue that is no array of numbers.

    Examples
    --------
    >>> couplings = PixelCouplings.of([[0.0, 1.0, -1.0], [1.0, 0.0, -1.0], [-1.0, -1.0, 0.0]])
    >>> binary_recall(couplings, [1, 1, 0])
    array([ 1.,  1., -1.])

    References
    ----------
    Hopfield, PNAS 79:2554 (1982).
    """
    rng, weights = np.random.default_rng(seed), couplings.toarray()
    state = np.nan_to_num(checks.real_array("binary_recall", "cue", cue).astype(np.float64))
    for _ in range(sweeps):
        changed = False
        for i in rng.permutation(couplings.n):
            field = weights[i] @ state + couplings.bias[i]
            if field * state[i] < 0 or state[i] == 0 and field != 0:
                state[i], changed = np.sign(field), True
        if not changed:
            break
    return np.where(state < 0, -1.0, 1.0)


def graded_recall(couplings: PixelCouplings, cue: ArrayLike, beta: float = 8.0, duration: float = 20.0,
                  dt: float = 0.1) -> FloatArray:
    """Recall with the graded network, from u = cue; the answer is sign(z).

    ::

        τ du/dt = −u + W z + bias,      z = tanh(beta·u)

    Parameters
    ----------
    couplings : PixelCouplings
        W and the bias.
    cue : array_like, (n,)
        ±1 or booleans, 0 or NaN where unknown.
    beta : float
        Dimensionless: steepness of the rate function.
    duration : float
        Time constants τ.
    dt : float
        Step, in time constants τ.

    Returns
    -------
    numpy.ndarray, (n,)
        ±1.

    Raises
    ------
    TypeError
        For a cue that is no array of numbers.

    Examples
    --------
    >>> couplings = PixelCouplings.of([[0.0, 1.0, -1.0], [1.0, 0.0, -1.0], [-1.0, -1.0, 0.0]])
    >>> graded_recall(couplings, [1, 1, 0])
    array([ 1.,  1., -1.])

    References
    ----------
    Hopfield, PNAS 81:3088 (1984).
    """
    u = np.nan_to_num(checks.real_array("graded_recall", "cue", cue).astype(np.float64))
    for _ in range(round(duration / dt)):
        u += dt * (couplings.field(np.tanh(beta * u)) - u)
    return np.where(u < 0, -1.0, 1.0)


def nearest_pattern(patterns: ArrayLike, cues: ArrayLike) -> IntArray:
    """Return the index of the stored pattern with the largest overlap with each cue: the best decoder of
    flips.

    Parameters
    ----------
    patterns : array_like, (P, n)
        Stored patterns of ±1 or booleans.
    cues : array_like, (k, n) or (n,)
        ±1 or booleans, 0 or NaN where unknown.

    Returns
    -------
    numpy.ndarray, (k,)
        From 0 to P − 1.

    Raises
    ------
    ValueError
        For other values and for different numbers of pixels.

    Examples
    --------
    >>> nearest_pattern([[-1, -1, 1], [1, -1, -1]], [[1, 1, -1]])
    array([1])
    """
    return np.argmax(overlap(np.atleast_2d(cues), np.atleast_2d(patterns)), axis=1)


def mean_field_overlap(load: float) -> float:
    """Return the overlap m of a recalled pattern in an infinite Hebbian network, without noise.

    ::

        m = erf(m / √(2 load·r)),   r = 1 / (1 − C)²,   C = √(2 / (π load·r)) exp(−m² / (2 load·r))

    iterated from m = 1.

    Parameters
    ----------
    load : float
        Patterns per pixel, P/n.

    Returns
    -------
    float
        From 0 to 1; 0 above the capacity of 0.138.

    Examples
    --------
    >>> round(mean_field_overlap(0.1), 3), mean_field_overlap(0.15)
    (0.998, 0.0)

    References
    ----------
    Amit, Gutfreund & Sompolinsky, Phys. Rev. Lett. 55:1530 (1985).
    """
    from scipy.special import erf

    if load <= 0:
        return 1.0
    m, r = 1.0, 1.0
    for _ in range(5000):
        spread = 2.0 * load * r
        c = 2.0 / np.sqrt(np.pi * spread) * np.exp(-m * m / spread)
        if c >= 1.0:
            return 0.0
        m, r = float(erf(m / np.sqrt(spread))), 1.0 / (1.0 - c) ** 2
    return m if m > 0.1 else 0.0
