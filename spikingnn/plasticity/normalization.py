"""Homeostasis of a neuron's incoming weights: their sum is held."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from ..engine.plugin import Rule, on_tick_kernel


@on_tick_kernel
def scale(weight, memory, pre, post, params):
    """Scale a column to Σ|w| = total; the last three of `params` are total, w_min, w_max."""
    total, w_min, w_max = params[params.size - 3], params[params.size - 2], params[params.size - 1]
    size = 0.0
    for i in range(weight.size):
        size += abs(weight[i])
    if size > 0.0:
        factor = total / size
        for i in range(weight.size):
            weight[i] = min(max(weight[i] * factor, w_min), w_max)


@dataclass(frozen=True, eq=False)
class Normalization(Rule):
    """Every `interval` ms the incoming weights of each postsynaptic neuron are scaled, w ← w · total / Σ|w|.

    Signs are kept: weights of one sign, as usual, sum to ±total. A column of zeros stays zero. `rule`, if given, learns on
    the same synapses in between; it must have no `on_tick` of its own. Its bounds hold here too: where weights are clipped at
    its w_max, the sum falls short of total until further scalings have raised the others.
    Source: von der Malsburg, Kybernetik 14:85 (1973); Turrigiano & Nelson, Nat. Rev. Neurosci. 5:97 (2004).
    """

    total: float = 1.0
    """Σ|w| of a neuron's incoming weights, in their unit."""
    interval: float = 100.0
    """ms: between two scalings."""
    rule: Rule | None = None
    """What learns in between."""

    on_tick = scale

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "total", "interval")
        if self.rule is not None and not isinstance(self.rule, Rule):
            checks.fail(self, "rule", self.rule, "a plasticity rule such as STDP(), or None", TypeError)
        if self.rule is not None and self.rule.on_tick is not None:
            checks.fail(self, "rule", self.rule, "a rule without an on_tick of its own, or None")

    w_min = property(lambda self: getattr(self.rule, "w_min", -math.inf))
    w_max = property(lambda self: getattr(self.rule, "w_max", math.inf))
    on_pre = property(lambda self: self.rule and self.rule.on_pre)
    on_post = property(lambda self: self.rule and self.rule.on_post)
    efficacy = property(lambda self: self.rule and self.rule.efficacy)
    memory = property(lambda self: self.rule is not None and self.rule.memory)

    def pre_traces(self):
        """Those of `rule`."""
        return self.rule.pre_traces() if self.rule else ()

    def post_traces(self):
        """Those of `rule`."""
        return self.rule.post_traces() if self.rule else ()

    def step_coefficients(self, dt):
        """Those of `rule`, then total, w_min, w_max."""
        return (*(self.rule.step_coefficients(dt) if self.rule else ()), self.total, self.w_min, self.w_max)
