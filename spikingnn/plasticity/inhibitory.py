"""Inhibition that learns to balance excitation: a neuron is brought to a rate of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from ..engine.plugin import ADD, Rule, on_post_kernel, on_pre_kernel


@dataclass(frozen=True, eq=False)
class InhibitorySTDP(Rule):
    """Symmetric STDP of inhibitory synapses with spike traces x (pre) and y (post), clipped to [w_min, w_max]:

        Δw = eta · (y - alpha)  at the arrival of a presynaptic spike,      alpha = 2 · rate · tau
        Δw = eta · x            at a postsynaptic spike

    Near coincidences strengthen, lone presynaptic spikes weaken, so that the postsynaptic neuron settles near `rate`.
    Written for weights that are zero or positive: conductances with a reversal below rest. For inhibitory currents,
    whose weights are negative, give eta < 0 and bounds such as w_min=-1, w_max=0.
    Source: Vogels, Sprekeler, Zenke, Clopath & Gerstner, Science 334:1569 (2011), eqs. 1–3 of the supplement.
    """

    eta: float = 0.001
    """Learning rate, in the unit of the weight."""
    rate: float = 5.0
    """Hz: target of the postsynaptic neurons."""
    tau: float = 20.0
    """ms: decay of both traces."""
    w_min: float = 0.0
    """Bounds of the weight."""
    w_max: float = math.inf

    def __post_init__(self):
        checks.validate_fields(self, checks.number, "eta")
        checks.validate_fields(self, checks.non_negative, "rate")
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
        """eta, alpha, w_min, w_max."""
        return self.eta, 2.0 * self.rate / 1000.0 * self.tau, self.w_min, self.w_max

    @on_pre_kernel
    def on_pre(weight, memory, pre, post, params):
        eta, alpha, w_min, w_max = params[0], params[1], params[2], params[3]
        y = post[0]
        for j in range(weight.size):
            weight[j] = min(max(weight[j] + eta * (y[j] - alpha), w_min), w_max)

    @on_post_kernel
    def on_post(weight, memory, pre, post, params):
        eta, w_min, w_max = params[0], params[2], params[3]
        x = pre[0]
        for i in range(weight.size):
            weight[i] = min(max(weight[i] + eta * x[i], w_min), w_max)
