"""Oja's rule: Hebbian growth that normalises itself and finds the first principal component."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from ..engine.plugin import ADD, Rule, on_tick_kernel


@dataclass(frozen=True, eq=False)
class Oja(Rule):
    """Oja's rule on spike traces x (presynaptic) and y (postsynaptic), clipped to [w_min, w_max]:

        dw/dt = eta · y · (x - y·w)

    Traces add one at a spike and decay with tau: a rate r (1/ms) holds them at r·tau. Every `interval` ms the equation is
    solved exactly with the traces as they are, so that no eta is unstable. For a neuron whose rate is Σ w·r the weights
    of a column turn to the first eigenvector of ⟨x xᵀ⟩ and to unit length (to 1/√gain for a rate of gain·Σ w·r).
    Source: Oja, J. Math. Biol. 15:267 (1982); Gerstner et al., Neuronal Dynamics (2014), section 19.2.1.
    """

    eta: float = 1e-5
    """1/ms: learning rate."""
    tau: float = 50.0
    """ms: decay of both traces."""
    interval: float = 10.0
    """ms: between two updates."""
    w_min: float = -math.inf
    """Bounds of the weight."""
    w_max: float = math.inf

    def __post_init__(self):
        checks.validate_fields(self, checks.non_negative, "eta")
        checks.validate_fields(self, checks.positive, "tau", "interval")
        checks.weight_bounds(self)
        checks.warn_if_seconds(self, "tau")

    def pre_traces(self):
        """x."""
        return ((self.tau, ADD),)

    def post_traces(self):
        """y."""
        return ((self.tau, ADD),)

    def step_coefficients(self, dt):
        """eta·interval, w_min, w_max."""
        return self.eta * max(1, round(self.interval / dt)) * dt, self.w_min, self.w_max

    @on_tick_kernel
    def on_tick(weight, memory, pre, post, params):
        eta, w_min, w_max = params[0], params[1], params[2]
        x, y = pre[0], post[0]
        if y > 0.0:
            keep, gain = math.exp(-eta * y * y), -math.expm1(-eta * y * y) / y
            for i in range(weight.size):
                weight[i] = min(max(keep * weight[i] + gain * x[i], w_min), w_max)
