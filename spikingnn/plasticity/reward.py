"""Reward-modulated STDP: what the synapse remembers becomes weight when a reward comes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .._util import checks
from ..engine.plugin import ADD, Rule, on_post_kernel, on_pre_kernel, on_tick_kernel


@dataclass(frozen=True, eq=False)
class RewardSTDP(Rule):
    """Pair STDP writes an eligibility c a synapse instead of the weight; the reward turns it into change, clipped to [w_min, w_max]:

        dc/dt = -c/tau_eligibility + a_plus · x · (postsynaptic spikes) - a_minus · y · (arriving presynaptic spikes)
        dw/dt = reward · c

    x and y are the traces of `STDP` with pairing="all". `reward` is set between runs, `synapses.rule = replace(synapses.rule,
    reward=…)`, or step by step, `inputs={synapses: (rows,)}`. It is read, and c decays, every `interval` ms: a reward
    lasts at least that long, and c is exact where interval is one step, else to a part of interval/tau_eligibility.
    Source: Izhikevich, Cereb. Cortex 17:2443 (2007); Florian, Neural Comput. 19:1468 (2007), eqs. 3.7–3.9.
    """

    reward: float = 0.0
    """1/ms: change of the weight in a ms for c = 1; negative: punishment."""
    tau_plus: float = 20.0
    """ms: decay of the presynaptic trace."""
    tau_minus: float = 20.0
    """ms: decay of the postsynaptic trace."""
    a_plus: float = 0.01
    """Eligibility of a pair at Δt = 0+, in the unit of the weight."""
    a_minus: float = 0.012
    """The same for Δt = 0-, subtracted."""
    tau_eligibility: float = 1000.0
    """ms: memory of the synapse."""
    interval: float = 1.0
    """ms: between two updates."""
    w_min: float = 0.0
    """Bounds of the weight."""
    w_max: float = 1.0

    memory: ClassVar = True
    reward_modulated: ClassVar = True

    def __post_init__(self):
        checks.validate_fields(self, checks.number, "reward", "a_plus", "a_minus")
        checks.validate_fields(self, checks.positive, "tau_plus", "tau_minus", "tau_eligibility", "interval")
        checks.weight_bounds(self)
        checks.warn_if_seconds(self, "tau_plus", "tau_minus", "tau_eligibility")

    def pre_traces(self):
        """x."""
        return ((self.tau_plus, ADD),)

    def post_traces(self):
        """y."""
        return ((self.tau_minus, ADD),)

    def step_coefficients(self, dt):
        """reward, interval, decay of c in an interval, a_plus, a_minus, w_min, w_max."""
        interval = max(1, round(self.interval / dt)) * dt
        return self.reward, interval, math.exp(-interval / self.tau_eligibility), self.a_plus, self.a_minus, self.w_min, self.w_max

    @on_pre_kernel
    def on_pre(weight, memory, pre, post, params):
        a_minus, y = params[4], post[0]
        for j in range(weight.size):
            memory[j] -= a_minus * y[j]

    @on_post_kernel
    def on_post(weight, memory, pre, post, params):
        a_plus, x = params[3], pre[0]
        for i in range(weight.size):
            memory[i] += a_plus * x[i]

    @on_tick_kernel
    def on_tick(weight, memory, pre, post, params):
        reward, interval, keep, w_min, w_max = params[0], params[1], params[2], params[5], params[6]
        gain = reward * interval
        for i in range(weight.size):
            weight[i] = min(max(weight[i] + gain * memory[i], w_min), w_max)
            memory[i] *= keep
