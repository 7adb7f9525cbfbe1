"""Population encoding: many receptive fields over one number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.plugin import rows, step_kernel, uniform
from .encoder import Encoder, expected_spikes


@dataclass(frozen=True, eq=False)
class PopulationEncoder(Encoder):
    """Units with overlapping receptive fields over a scalar x in [0, 1], which all of them see; Poisson spikes at the rates

        rate_i(x) = max_rate · exp(-(x - c_i)² / (2 width²)),       P(spike in a step) = rate_i(x) · dt

    centres = None spreads the centres c_i of the n units evenly from 0 to 1 (0.5 for a single one). Here 0 is a value like any
    other, not darkness. Drawn as in `PoissonEncoder`. `population_vector` and `LinearDecoder` read x back.

    Fields are numbers or (n,) arrays; ValueError names what is out of range, or where max_rate·dt > 1 (when
    dt is known); above 0.3 it warns.
    Source: Bohte, La Poutré & Kok, IEEE Trans. Neural Networks 13:426 (2002); Dayan & Abbott (2001), section 3.3.
    """

    max_rate: float = 100.0
    """Hz: rate at the centre."""
    width: float = 0.1
    """Standard deviation of a field."""
    centres: float = None
    """Stimulus that a unit prefers; None: evenly spread."""

    states: ClassVar = ("wait",)

    def __post_init__(self):
        checks.validate_fields(self, checks.non_negative, "max_rate")
        checks.validate_fields(self, checks.positive, "width")
        if self.centres is not None:
            checks.validate_fields(self, checks.number, "centres")

    def step_coefficients(self, dt):
        """Spikes a step at the centre, 1/(2 width²), the centres or a flag that they are spread."""
        spread = self.centres is None
        centres = 0.0 if spread else self.centres
        return expected_spikes(self, dt), 0.5 / np.square(self.width), centres, float(spread)

    def initial(self, n, key):
        """A first waiting number for each unit."""
        return (np.array([1.0 / uniform(key, i) for i in range(n)]),)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (wait,) = rows(state, 1)
        expected, sharpness, centres, spread = rows(coefficients, 4)
        first = 0.0 if wait.size > 1 else 0.5
        apart = 1.0 / max(wait.size - 1, 1)
        for i in range(wait.size):
            away = current[i] - (first + apart * i if spread[i] > 0.0 else centres[i])
            wait[i] -= wait[i] * (expected[i] * math.exp(-sharpness[i] * away * away))
        for i in range(wait.size):
            if wait[i] <= 1.0:
                spikes[i] = True
                wait[i] = 1.0 / uniform(key, i)

    def preferred(self, n):
        """The centres of n units, (n,)."""
        if self.centres is None:
            return np.linspace(0.0, 1.0, n) if n > 1 else np.array([0.5])
        return np.array(np.broadcast_to(self.centres, n), dtype=np.float64)

    def tuning_curves(self, x, n):
        """The rates in Hz of n units at the stimuli x (samples,): (samples, n)."""
        away = np.asarray(checks.unit_interval(self, "x", x))[..., None] - self.preferred(n)
        return self.max_rate * np.exp(-np.square(away) / (2.0 * np.square(self.width)))
