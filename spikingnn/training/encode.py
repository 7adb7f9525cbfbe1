"""How pictures enter a model: values x in [0, 1] as arrays with time first, a current that stays or spikes.

Random numbers are a hash of (key, sample, step, pixel). In training each sample has its own; without `samples` all are given the
same ones, so that what a picture is answered does not depend on its place in a batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .._util import checks
from ..engine.jit import jitted
from ..engine.random import mix, uniform


__all__ = ["ENCODINGS", "Direct", "Latency", "Poisson"]


@dataclass(frozen=True)
class Direct:
    """The value itself, `gain`·x, as a current that is constant in time: (B, …) -> (1, B, …) of the same float type."""

    gain: float = 1.0

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "gain")

    def __call__(self, x, steps, key=0, samples=None):
        """Inputs for a model of `steps` steps; nothing in them is random."""
        x = checks.real_array("encoding", "x", x)
        return (x if self.gain == 1.0 else x * x.dtype.type(self.gain))[np.newaxis]


@dataclass(frozen=True)
class Poisson:
    """Independent spikes, at each step with the probability `rate`·x: (B, …) -> (T, B, …) booleans."""

    rate: float = 1.0
    """Spikes a step at x = 1."""

    def __post_init__(self):
        checks.validate_fields(self, checks.unit_interval, "rate")

    def __call__(self, x, steps, key=0, samples=None):
        """Inputs for a model of `steps` steps. `samples`: (B,) numbers by which each sample draws its own; None: all draw the same."""
        rows, spikes = _rows(x, steps)
        numbers = np.zeros(len(rows), np.int64) if samples is None else np.asarray(samples, np.int64)
        checks.scalar_or_length(self, "samples", numbers, len(rows))
        poisson(rows, self.rate, np.uint64(key), numbers, spikes)
        return spikes.reshape(steps, *x.shape)


@dataclass(frozen=True)
class Latency:
    """One spike each, the earlier the brighter, at step round((1 − x)(T − 1)); none where x is 0: (B, …) -> (T, B, …) booleans."""

    def __call__(self, x, steps, key=0, samples=None):
        """Inputs for a model of `steps` steps; nothing in them is random."""
        rows, spikes = _rows(x, steps)
        latency(rows, spikes)
        return spikes.reshape(steps, *x.shape)


ENCODINGS = {"direct": Direct, "latency": Latency, "poisson": Poisson}


def _rows(x, steps):
    """x as (B, n), checked, and room for its spikes, none of them set."""
    rows = np.ascontiguousarray(checks.real_array("encoding", "x", x)).reshape(len(x), -1)
    if rows.size and not (rows.min() >= 0 and rows.max() <= 1):             # a NaN fails the comparison, too
        raise ValueError(f"spikes are for values from 0 to 1, got {rows.min():g} to {rows.max():g}; a threshold or contrast step before "
                         "them, or the direct encoding, is what other values need")
    return rows, np.zeros((checks.integer("encoding", "steps", steps), *rows.shape), dtype=np.bool_)


@jitted()
def poisson(x, rate, key, samples, spikes):
    """The spikes (T, B, n) of x (B, n); a black pixel costs nothing."""
    steps, count, n = spikes.shape
    for b in range(count):
        own = mix(key, samples[b])
        for i in range(n):
            p = rate * x[b, i]
            if p > 0:
                for t in range(steps):
                    spikes[t, b, i] = uniform(own, t * n + i) < p


@jitted()
def latency(x, spikes):
    """The spikes (T, B, n) of x (B, n)."""
    last = spikes.shape[0] - 1
    for b in range(x.shape[0]):
        for i in range(x.shape[1]):
            if x[b, i] > 0:
                spikes[int((1.0 - x[b, i]) * last + 0.5), b, i] = True
