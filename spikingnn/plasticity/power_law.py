"""Pair STDP whose potentiation grows with a power of the weight, as measured: no upper bound is needed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from ..engine.plugin import ADD, SET, Rule, on_post_kernel, on_pre_kernel


@dataclass(frozen=True, eq=False)
class PowerLawSTDP(Rule):
    """Power-law STDP with multiplicative depression, clipped to [w_min, w_max]; Δt is post step minus arrival step:

        Δw =  a_plus · w_scale^(1-mu) · w^mu · exp(-Δt/tau_plus)    for Δt >= 0
        Δw = -a_minus · w · exp(Δt/tau_minus)                       for Δt < 0

    a_plus and a_minus are relative changes: those of a weight at w_scale. Weights are zero or positive; one that starts
    at zero stays there. pairing is that of `STDP`. The defaults are the paper's fit (a_minus = 0.11·a_plus, mu = 0.4).
    Source: Morrison, Aertsen & Diesmann, Neural Comput. 19:1437 (2007), eq. 3; data of Bi & Poo, J. Neurosci. 18:10464 (1998).
    """

    tau_plus: float = 20.0
    """ms: decay of the presynaptic trace."""
    tau_minus: float = 20.0
    """ms: decay of the postsynaptic trace."""
    a_plus: float = 0.1
    """Relative change of a pair at Δt = 0+."""
    a_minus: float = 0.011
    """The same for Δt = 0-, subtracted."""
    mu: float = 0.4
    """Exponent of the potentiation."""
    w_scale: float = 1.0
    """Weight at which Δw/w = a_plus, in the unit of the weight."""
    w_min: float = 0.0
    """Bounds of the weight."""
    w_max: float = math.inf
    pairing: str = "all"
    """"all" | "nearest"."""

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "tau_plus", "tau_minus", "w_scale")
        checks.validate_fields(self, checks.number, "a_plus", "a_minus")
        checks.validate_fields(self, checks.non_negative, "mu", "w_min")
        checks.validate_fields(self, checks.number, "w_max", infinite=True)
        checks.ordered(self, "w_min", self.w_min, "w_max", self.w_max)
        checks.one_of(self, "pairing", self.pairing, ("all", "nearest"))
        checks.warn_if_seconds(self, "tau_plus", "tau_minus")

    def pre_traces(self):
        """x."""
        return ((self.tau_plus, ADD if self.pairing == "all" else SET),)

    def post_traces(self):
        """y."""
        return ((self.tau_minus, ADD if self.pairing == "all" else SET),)

    def step_coefficients(self, dt):
        """a_plus·w_scale^(1-mu), a_minus, mu, w_min, w_max."""
        return self.a_plus * self.w_scale ** (1.0 - self.mu), self.a_minus, self.mu, self.w_min, self.w_max

    @on_pre_kernel
    def on_pre(weight, memory, pre, post, params):
        a_minus, w_min, w_max = params[1], params[3], params[4]
        y = post[0]
        for j in range(weight.size):
            weight[j] = min(max(weight[j] - a_minus * weight[j] * y[j], w_min), w_max)

    @on_post_kernel
    def on_post(weight, memory, pre, post, params):
        gain, mu, w_min, w_max = params[0], params[2], params[3], params[4]
        x = pre[0]
        for i in range(weight.size):
            weight[i] = min(max(weight[i] + gain * math.pow(weight[i], mu) * x[i], w_min), w_max)
