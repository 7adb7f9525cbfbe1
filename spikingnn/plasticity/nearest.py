"""Pair STDP between neighbouring spikes only: the two schemes that a trace a neuron cannot tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .._util import checks
from ..engine.plugin import ADD, SET, Rule, on_post_kernel, on_pre_kernel


@dataclass(frozen=True, eq=False)
class NearestSTDP(Rule):
    """Additive pair STDP, clipped to [w_min, w_max], between neighbours as each synapse sees them:

        Δw = a_plus · exp(-Δt/tau_plus)  for Δt >= 0,      Δw = -a_minus · exp(Δt/tau_minus)  for Δt < 0

    pairing="centred": each presynaptic spike makes a pair with the last postsynaptic spike and with the next one.
    pairing="restricted": only immediate neighbours make a pair, those with no spike of either neuron between them.
    (The symmetric scheme, every spike with the last one of the other neuron, is STDP(…, pairing="nearest").)
    The `memory` of a synapse is, centred: its trace x at the last postsynaptic spike, so that x - memory·z is what came
    since (z decays from one with tau_plus); restricted: 1 after a presynaptic spike, -1 after a postsynaptic one.
    Source: Morrison, Diesmann & Gerstner, Biol. Cybern. 98:459 (2008), section 4.1.2, figure 7.
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
    pairing: str = "centred"
    """"centred" | "restricted"."""

    memory: ClassVar = True

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "tau_plus", "tau_minus")
        checks.validate_fields(self, checks.number, "a_plus", "a_minus")
        checks.weight_bounds(self)
        checks.one_of(self, "pairing", self.pairing, ("centred", "restricted"))
        checks.warn_if_seconds(self, "tau_plus", "tau_minus")

    def pre_traces(self):
        """x."""
        return ((self.tau_plus, ADD if self.pairing == "centred" else SET),)

    def post_traces(self):
        """y, and z, the decay of x since the last postsynaptic spike."""
        return (self.tau_minus, SET), (self.tau_plus, SET)

    def step_coefficients(self, dt):
        """a_plus, a_minus, w_min, w_max, centred (1 or 0)."""
        return self.a_plus, self.a_minus, self.w_min, self.w_max, float(self.pairing == "centred")

    @on_pre_kernel
    def on_pre(weight, memory, pre, post, params):
        a_minus, w_min, w_max, centred = params[1], params[2], params[3], params[4]
        y = post[0]
        for j in range(weight.size):
            if centred == 1.0 or memory[j] < 0.0:
                weight[j] = min(max(weight[j] - a_minus * y[j], w_min), w_max)
            if centred == 0.0:
                memory[j] = 1.0

    @on_post_kernel
    def on_post(weight, memory, pre, post, params):
        a_plus, w_min, w_max, centred = params[0], params[2], params[3], params[4]
        x, z = pre[0], post[1]
        for i in range(weight.size):
            if centred == 1.0:
                new = max(x[i] - memory[i] * z, 0.0)
                memory[i] = x[i]
            else:
                new = x[i] if memory[i] > 0.0 else 0.0
                memory[i] = -1.0
            weight[i] = min(max(weight[i] + a_plus * new, w_min), w_max)
