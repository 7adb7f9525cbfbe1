"""The trace rule of the network that learns digits: learning at postsynaptic spikes only."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from ..engine.plugin import SET, Rule, on_post_kernel


@dataclass(frozen=True, eq=False)
class DiehlCook(Rule):
    """At a postsynaptic spike each weight moves by how much its presynaptic trace x exceeds a target:

        Δw = eta · (x - x_target) · (w_max - w)^mu,      clipped to [w_min, w_max]

    x is set to one at a presynaptic spike and decays with tau: inputs that spiked lately win, silent ones lose. With
    `total`, the incoming weights of the neuron that spiked are then scaled to sum to it: only columns that have changed are
    touched (`Normalization` does it for all, by the clock). Weights are zero or positive then.
    Source: Diehl & Cook, Front. Comput. Neurosci. 9:99 (2015), section 2.3; Querlioz et al., IEEE Trans. Nanotechnol.
    12:288 (2013).
    """

    eta: float = 0.01
    """Learning rate; zero: the weights are frozen."""
    x_target: float = 0.0
    """Trace at which a postsynaptic spike changes nothing."""
    tau: float = 20.0
    """ms: decay of the presynaptic trace."""
    w_max: float = 1.0
    """Bounds of the weight."""
    mu: float = 1.0
    """How learning fades towards w_max (1: linearly, 0: not at all)."""
    w_min: float = 0.0
    total: float | None = None
    """Sum of a neuron's incoming weights; None: free."""

    def __post_init__(self):
        checks.validate_fields(self, checks.number, "eta", "x_target", "w_min", "w_max")
        checks.validate_fields(self, checks.positive, "tau")
        checks.validate_fields(self, checks.non_negative, "mu")
        checks.ordered(self, "w_min", self.w_min, "w_max", self.w_max)
        if self.total is not None:
            checks.validate_fields(self, checks.positive, "total")
            if self.w_min < 0:
                checks.fail(self, "w_min", self.w_min, "zero or positive where total is given")
        checks.warn_if_seconds(self, "tau")

    def pre_traces(self):
        """x."""
        return ((self.tau, SET),)

    def step_coefficients(self, dt):
        """eta, x_target, mu, total (zero: free), w_min, w_max."""
        return self.eta, self.x_target, self.mu, self.total or 0.0, self.w_min, self.w_max

    @on_post_kernel
    def on_post(weight, memory, pre, post, params):
        eta, x_target, mu, total, w_min, w_max = params[0], params[1], params[2], params[3], params[4], params[5]
        x = pre[0]
        if mu == 1.0:
            for i in range(weight.size):
                weight[i] = min(max(weight[i] + eta * (x[i] - x_target) * (w_max - weight[i]), w_min), w_max)
        else:
            for i in range(weight.size):
                room = math.pow(w_max - weight[i], mu)
                weight[i] = min(max(weight[i] + eta * (x[i] - x_target) * room, w_min), w_max)
        if total > 0.0 and eta != 0.0:
            size = 0.0
            for i in range(weight.size):
                size += weight[i]
            factor = total / size if size > 0.0 else 1.0
            for i in range(weight.size):
                weight[i] = min(max(weight[i] * factor, w_min), w_max)
