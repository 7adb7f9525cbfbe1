"""Hebbian plasticity from spikes: what fires together grows together, what fires alone shrinks."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from ..engine.plugin import ADD, Rule, on_post_kernel, on_pre_kernel


@dataclass(frozen=True, eq=False)
class Hebbian(Rule):
    """Hebb's rule with spike traces x (presynaptic) and y (postsynaptic), clipped to [w_min, w_max]:

        Δw = learning_rate · (x - offset)  at a postsynaptic spike
        Δw = learning_rate · (y - offset)  at the arrival of a presynaptic spike

    Traces add one at a spike and decay with tau, so that a rate r (1/ms) holds them at r·tau. offset = 0 is plain Hebb,
    which only strengthens. With offset at half of the trace of an active neuron, two active neurons strengthen their synapse,
    an active one weakens those with silent partners by half as much, and two silent ones leave theirs as it is.
    Source: Hebb 1949; Sejnowski, J. Math. Biol. 4:303 (1977); Gerstner et al., Neuronal Dynamics (2014), section 19.2.
    """

    learning_rate: float = 0.001
    """In the unit of the weight."""
    tau: float = 20.0
    """ms: decay of both traces."""
    offset: float = 0.0
    """Trace at which a spike changes nothing."""
    w_min: float = -math.inf
    """Bounds of the weight."""
    w_max: float = math.inf

    def __post_init__(self):
        checks.validate_fields(self, checks.number, "learning_rate", "offset")
        checks.validate_fields(self, checks.positive, "tau")
        checks.weight_bounds(self)
        checks.warn_if_seconds(self, "tau")

    def pre_traces(self):
        """x."""
        return ((self.tau, ADD),)

    def post_traces(self):
        """y."""
        return ((self.tau, ADD),)

    def step_coefficients(self, dt):
        """learning_rate, offset, w_min, w_max."""
        return self.learning_rate, self.offset, self.w_min, self.w_max

    @on_pre_kernel
    def on_pre(weight, memory, pre, post, params):
        learning_rate, offset, w_min, w_max = params[0], params[1], params[2], params[3]
        y = post[0]
        for j in range(weight.size):
            weight[j] = min(max(weight[j] + learning_rate * (y[j] - offset), w_min), w_max)

    @on_post_kernel
    def on_post(weight, memory, pre, post, params):
        learning_rate, offset, w_min, w_max = params[0], params[1], params[2], params[3]
        x = pre[0]
        for i in range(weight.size):
            weight[i] = min(max(weight[i] + learning_rate * (x[i] - offset), w_min), w_max)
