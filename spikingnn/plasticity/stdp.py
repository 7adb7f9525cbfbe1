"""Spike-timing-dependent plasticity of pairs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from ..engine.plugin import ADD, SET, Rule, on_post_kernel, on_pre_kernel


@dataclass(frozen=True, eq=False)
class STDP(Rule):
    """Pair-based STDP, clipped to [w_min, w_max]; Δt is post step minus arrival step:

        Δw =  a_plus  · ((w_max - w)/(w_max - w_min))^mu_plus  · exp(-Δt/tau_plus)   for Δt >= 0
        Δw = -a_minus · ((w - w_min)/(w_max - w_min))^mu_minus · exp(Δt/tau_minus)   for Δt < 0

    Trace x follows the presynaptic spikes (tau_plus), y the postsynaptic ones (tau_minus): a postsynaptic spike adds
    a_plus·x, an arriving presynaptic one takes a_minus·y. pairing="all" counts every pair (traces add one at a spike),
    "nearest" the nearest ones (traces are set to one). a_plus and a_minus are absolute changes in the weight's unit.
    mu_plus = mu_minus = 0 is additive (hard bounds), 1 multiplicative (soft bounds), between them the power law of Gütig
    et al.; (0, 1) is the rule of van Rossum et al. Other than zero it needs finite bounds.
    Source: Morrison, Diesmann & Gerstner, Biol. Cybern. 98:459 (2008), section 4.1; Song, Miller & Abbott, Nat. Neurosci.
    3:919 (2000); Gütig, Aharonov, Rotter & Sompolinsky, J. Neurosci. 23:3697 (2003).
    """

    tau_plus: float = 20.0
    """ms: decay of the presynaptic trace."""
    tau_minus: float = 20.0
    """ms: decay of the postsynaptic trace."""
    a_plus: float = 0.01
    """Change of a pair at Δt = 0+, in the unit of the weight."""
    a_minus: float = 0.012
    """The same for Δt = 0-, subtracted."""
    w_min: float = 0.0
    """Bounds of the weight."""
    w_max: float = 1.0
    pairing: str = "all"
    """"all" | "nearest"."""
    mu_plus: float = 0.0
    """How potentiation fades towards w_max."""
    mu_minus: float = 0.0
    """How depression fades towards w_min."""

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "tau_plus", "tau_minus")
        checks.validate_fields(self, checks.number, "a_plus", "a_minus")
        checks.weight_bounds(self)
        checks.one_of(self, "pairing", self.pairing, ("all", "nearest"))
        checks.validate_fields(self, checks.non_negative, "mu_plus", "mu_minus")
        if (self.mu_plus or self.mu_minus) and not math.isfinite(self.w_max - self.w_min):
            bound = "w_min" if math.isinf(self.w_min) else "w_max"
            checks.fail(self, bound, getattr(self, bound), "finite where mu_plus or mu_minus is not zero")
        checks.warn_if_seconds(self, "tau_plus", "tau_minus")

    def pre_traces(self):
        """x."""
        return ((self.tau_plus, ADD if self.pairing == "all" else SET),)

    def post_traces(self):
        """y."""
        return ((self.tau_minus, ADD if self.pairing == "all" else SET),)

    def step_coefficients(self, dt):
        """a_plus, a_minus, w_min, w_max, mu_plus, mu_minus."""
        return self.a_plus, self.a_minus, self.w_min, self.w_max, self.mu_plus, self.mu_minus

    @on_pre_kernel
    def on_pre(weight, memory, pre, post, params):
        a_minus, w_min, w_max, mu = params[1], params[2], params[3], params[5]
        y = post[0]
        if mu == 0.0:
            for j in range(weight.size):
                weight[j] = min(max(weight[j] - a_minus * y[j], w_min), w_max)
        else:
            for j in range(weight.size):
                left = (weight[j] - w_min) / (w_max - w_min)
                left = left if mu == 1.0 else math.pow(left, mu)
                weight[j] = min(max(weight[j] - a_minus * left * y[j], w_min), w_max)

    @on_post_kernel
    def on_post(weight, memory, pre, post, params):
        a_plus, w_min, w_max, mu = params[0], params[2], params[3], params[4]
        x = pre[0]
        if mu == 0.0:
            for i in range(weight.size):
                weight[i] = min(max(weight[i] + a_plus * x[i], w_min), w_max)
        else:
            for i in range(weight.size):
                left = (w_max - weight[i]) / (w_max - w_min)
                left = left if mu == 1.0 else math.pow(left, mu)
                weight[i] = min(max(weight[i] + a_plus * left * x[i], w_min), w_max)
