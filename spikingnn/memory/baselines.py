"""What a spiking memory is held against: the classical networks with the same couplings, and the nearest stored pattern."""

from __future__ import annotations

import numpy as np

from .._util import checks
from .scores import overlap


__all__ = ["binary_recall", "graded_recall", "mean_field_overlap", "nearest"]


def binary_recall(couplings, cue, seed=0, sweeps=100):
    """The asynchronous binary network: pixels in random order take the sign of their field until none changes any more.

        s_i ← sign(Σ_j W_ij s_j + bias_i);      a field of zero, as of a pixel that starts unknown, changes nothing

    `cue`: (n,) of ±1, 0 or NaN where unknown; returns (n,) of ±1. Source: Hopfield, PNAS 79:2554 (1982).
    """
    rng, weights = np.random.default_rng(seed), couplings.dense()
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


def graded_recall(couplings, cue, beta=8.0, duration=20.0, dt=0.1):
    """The graded network, τ du/dt = −u + W z + bias, z = tanh(beta·u), from u = cue for `duration` time constants τ; returns sign(z).

    Source: Hopfield, PNAS 81:3088 (1984).
    """
    u = np.nan_to_num(checks.real_array("graded_recall", "cue", cue).astype(np.float64))
    for _ in range(round(duration / dt)):
        u += dt * (couplings.field(np.tanh(beta * u)) - u)
    return np.where(u < 0, -1.0, 1.0)


def nearest(patterns, cues):
    """The index of the stored pattern, of (P, n), with the largest overlap with each of `cues` (k, n): the best decoder of flips."""
    return np.argmax(overlap(np.atleast_2d(cues), np.atleast_2d(patterns)), axis=1)


def mean_field_overlap(load):
    """m of a recalled pattern in an infinite Hebbian network at P = load·n, without noise; 0 above the capacity of 0.138.

        m = erf(m / √(2 load·r)),   r = 1 / (1 − C)²,   C = √(2 / (π load·r)) exp(−m² / (2 load·r))

    Iterated from m = 1. Source: Amit, Gutfreund & Sompolinsky, Phys. Rev. Lett. 55:1530 (1985).
    """
    from scipy.special import erf

    m, r = 1.0, 1.0
    for _ in range(5000):
        spread = 2.0 * load * r
        if load <= 0:
            return 1.0
        c = 2.0 / np.sqrt(np.pi * spread) * np.exp(-m * m / spread)
        if c >= 1.0:
            return 0.0
        m, r = float(erf(m / np.sqrt(spread))), 1.0 / (1.0 - c) ** 2
    return m if m > 0.1 else 0.0
