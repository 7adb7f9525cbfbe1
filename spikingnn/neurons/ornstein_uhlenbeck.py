"""The Ornstein–Uhlenbeck process: a noise current with a memory of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.plugin import NeuronModel, normal, rows, step_kernel


@dataclass(frozen=True, eq=False)
class OrnsteinUhlenbeck(NeuronModel):
    """Noise currents x, one a unit, independent of each other; they never spike:

        tau dx/dt = mean + I - x + sigma·√(2 tau)·ξ(t),
        x ← mean + I + (x - mean - I)·e^(-dt/tau) + sigma·√(1 - e^(-2 dt/tau))·N(0, 1)

    The step is exact, so that mean, standard deviation sigma and autocorrelation e^(-|t|/tau) do not depend on dt. x starts
    from its stationary distribution. I is what the group is given as input, zero for pure noise.
    Each field is a scalar or an (n,) array. ValueError names the field that is out of range.
    Source: Gillespie, Phys. Rev. E 54:2084 (1996).
    """

    mean: float = 0.0
    """nA: mean of the current."""
    sigma: float = 0.1
    """nA: its standard deviation."""
    tau: float = 5.0
    """ms: its correlation time."""

    states: ClassVar = ("current",)

    def __post_init__(self):
        checks.validate_fields(self, checks.number, "mean")
        checks.validate_fields(self, checks.non_negative, "sigma")
        checks.validate_fields(self, checks.positive, "tau")
        checks.warn_if_seconds(self, "tau")

    def step_coefficients(self, dt):
        """The mean, what is kept of a deviation in a step, and the size of what is new."""
        ratio = dt / np.asarray(self.tau)
        return self.mean, np.exp(-ratio), self.sigma * np.sqrt(-np.expm1(-2.0 * ratio))

    def initial(self, n, key):
        """Drawn from the stationary distribution."""
        return (self.mean + self.sigma * np.array([normal(key, i) for i in range(n)]),)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (x,) = rows(state, 1)
        mean, decay, noise_std = rows(coefficients, 3)
        for i in range(x.size):
            centre = mean[i] + current[i]
            x[i] = centre + (x[i] - centre) * decay[i] + noise_std[i] * normal(key, i)
