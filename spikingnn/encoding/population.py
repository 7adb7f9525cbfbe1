"""Population encoding: many receptive fields over one number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..core import checks
from ..core.plugin import rows, step_kernel
from ..core.random import exponential
from .encoder import Encoder


@dataclass(frozen=True, eq=False)
class PopulationEncoder(Encoder):
    """Units with overlapping receptive fields over a scalar x in [0, 1], which all of them see; Poisson spikes at the rates

        rate_i(x) = max_rate · exp(-(x - c_i)² / (2 width²)),       P(spike in a step) = 1 - exp(-rate_i(x) · dt)

    centres = None spreads the centres c_i of the n units evenly from 0 to 1 (0.5 for a single one). Here 0 is a value like any
    other, not darkness. Drawn by waiting times as in `PoissonEncoder`. `population_vector` and `LinearDecoder` read x back.

    Fields are numbers or (n,) arrays; ValueError names what is out of range, or where max_rate·dt > 1 (when dt is known).
    Source: Bohte, La Poutré & Kok, IEEE Trans. Neural Networks 13:426 (2002); Dayan & Abbott (2001), section 3.3.
    """

    max_rate: float = 100.0         # Hz    rate at the centre
    width: float = 0.1              # –     standard deviation of a field
    centres: float = None           # –     stimulus that a unit prefers; None: evenly spread

    states: ClassVar = ("wait",)

    def __post_init__(self):
        checks.take(self, checks.non_negative, "max_rate")
        checks.take(self, checks.positive, "width")
        if self.centres is not None:
            checks.take(self, checks.number, "centres")

    def calibrate(self, dt):
        """The expected number of spikes in a step at the centre, 1/(2 width²), and the centres or a flag that they are spread."""
        expected = np.asarray(self.max_rate) * dt / 1000.0
        if np.any(expected > 1):
            checks.fail(self, "max_rate", self.max_rate, f"at most one spike a step, {1000.0 / dt:g} Hz at dt = {dt:g} ms")
        spread = self.centres is None
        return expected, 0.5 / np.square(self.width), 0.0 if spread else self.centres, float(spread)

    def initial(self, n, key):
        """A first waiting time for each unit."""
        return (np.array([exponential(key, i) for i in range(n)]),)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (wait,) = rows(state, 1)
        expected, sharpness, centres, spread = rows(coefficients, 4)
        first = 0.0 if wait.size > 1 else 0.5
        apart = 1.0 / max(wait.size - 1, 1)
        for i in range(wait.size):
            away = current[i] - (first + apart * i if spread[i] > 0.0 else centres[i])
            wait[i] -= expected[i] * math.exp(-sharpness[i] * away * away)
        for i in range(wait.size):
            if wait[i] <= 0.0:
                spikes[i] = True
                wait[i] = exponential(key, i)

    def preferred(self, n):
        """The centres of n units, (n,)."""
        if self.centres is None:
            return np.linspace(0.0, 1.0, n) if n > 1 else np.array([0.5])
        return np.array(np.broadcast_to(self.centres, n), dtype=np.float64)

    def tuning_curves(self, x, n):
        """The rates in Hz of n units at the stimuli x (samples,): (samples, n)."""
        away = np.asarray(checks.unit_interval(self, "x", x))[..., None] - self.preferred(n)
        return self.max_rate * np.exp(-np.square(away) / (2.0 * np.square(self.width)))
