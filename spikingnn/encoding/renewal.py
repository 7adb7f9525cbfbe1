"""Renewal processes: spike trains with independent intervals, more or less regular than Poisson trains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import NeuronModel, normal, rows, step_kernel, uniform
from ..engine.random import mix


@register_jitable
def gamma_number(shape, key):
    """Return a gamma-distributed number of mean `shape` and scale 1 (Marsaglia & Tsang 2000)."""
    d = (shape if shape >= 1.0 else shape + 1.0) - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    attempt = 0
    while True:
        x, u = normal(key, 2 * attempt), uniform(key, 4 * attempt + 2)
        attempt += 1
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        if math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
            break
    return d * v if shape >= 1.0 else d * v * math.exp(math.log(uniform(key, 4 * attempt + 3)) / shape)


@dataclass(frozen=True, eq=False)
class GammaRenewal(NeuronModel):
    r"""A renewal process with gamma-distributed intervals; `shape` = 1 is a Poisson process.

    .. math:: P(T) \propto T^{\text{shape} - 1} e^{-\text{shape} \cdot \text{rate} \cdot T}

    The mean interval is 1/rate and its coefficient of variation 1/sqrt(shape). `GammaInput` is the group
    that carries this model; what a run gives to it is added to the rate. Where the rate changes, time is
    rescaled by it. The first interval is that of a process in equilibrium.

    Parameters
    ----------
    rate : Scalar, default 0.0
        Hz: mean rate, one number or one value per unit.
    shape : Scalar, default 2.0
        Shape of the distribution of the intervals: 1 is a Poisson process, more is more regular.

    Raises
    ------
    ValueError
        If a rate is negative, a shape is not positive, or more than one spike per step is expected (as soon
        as dt is known).

    References
    ----------
    Cox, *Renewal Theory* (1962); Marsaglia & Tsang, *ACM Trans. Math. Softw.* 26:363 (2000).

    Examples
    --------
    >>> from spikingnn import GammaInput, Network, SpikeMonitor
    >>> inputs = GammaInput(1000, rate=50.0, shape=4.0)
    >>> spikes = SpikeMonitor(inputs)
    >>> Network(inputs, spikes, dt=0.1, seed=0).run(1000.0)
    >>> round(float(spikes.count().mean()))
    50
    """

    rate: Scalar = 0.0
    """Hz: mean rate, one number or one value per unit."""
    shape: Scalar = 2.0
    """Shape of the distribution of the intervals: 1 is a Poisson process, more is more regular."""

    states: ClassVar[tuple[str, ...]] = ("left",)

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.non_negative, "rate")
        checks.validate_fields(self, checks.positive, "shape")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the expected spikes in a step, those of 1 Hz, and the shape."""
        expected = np.asarray(self.rate) * dt / 1000.0
        if np.any(expected > 1.0):
            checks.fail(self, "rate", self.rate, f"at most one spike per step, {1000.0 / dt:g} Hz")
        return expected, dt / 1000.0, self.shape

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Draw what is left of an interval that has begun long ago."""
        shapes = np.broadcast_to(np.asarray(self.shape, dtype=float), n)
        return (np.array([uniform(mix(key, i), 1) * gamma_number(shape + 1.0, mix(mix(key, i), 7))
                          for i, shape in enumerate(shapes)]),)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (left,) = rows(state, 1)
        expected, per_hz, shape = rows(coefficients, 3)
        for i in range(left.size):
            left[i] -= (expected[i] + current[i] * per_hz[i]) * shape[i]
            spikes[i] = left[i] <= 0.0
        for i in range(left.size):
            if spikes[i]:
                left[i] += gamma_number(shape[i], mix(key, i))
