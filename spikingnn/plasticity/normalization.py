"""Homeostasis of the incoming weights of a neuron: their sum is kept constant."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import Rule, on_tick_kernel


@on_tick_kernel
def scale(weight, state, pre, post, params, t, key):
    """Scale a column of weights to Σ|w| = total; the last three of `params` are total, w_min, w_max."""
    total, w_min, w_max = params[params.size - 3], params[params.size - 2], params[params.size - 1]
    sum_of_weights = 0.0
    for i in range(weight.size):
        sum_of_weights += abs(weight[i])
    if sum_of_weights > 0.0:
        factor = total / sum_of_weights
        for i in range(weight.size):
            weight[i] = min(max(weight[i] * factor, w_min), w_max)


@dataclass(frozen=True, eq=False)
class Normalization(Rule):
    r"""Scale the incoming weights of each postsynaptic neuron to a given sum, every ``interval``.

    .. math::

        w \leftarrow w \, \frac{\text{total}}{\sum \lvert w \rvert}

    Signs are kept: weights of one sign, as usual, sum to ±total. A column of zeros stays zero. ``rule``,
    if given, acts on the same synapses in between; it must have no ``on_tick`` of its own. Its bounds
    hold here too: where weights are clipped at its ``w_max``, the sum falls short of ``total`` until
    further scalings have increased the other weights.

    Parameters
    ----------
    total : float, default 1.0
        Sum of the absolute incoming weights per neuron, in the unit of the weight.
    interval : float, default 100.0
        ms: time between two scalings.
    rule : Rule | None, default None
        Rule that acts on the synapses between two scalings, or None.

    Raises
    ------
    ValueError
        If a field is out of range, or ``rule`` has an ``on_tick`` of its own.
    TypeError
        If ``rule`` is not a plasticity rule.

    References
    ----------
    von der Malsburg, Kybernetik 14:85 (1973); Turrigiano & Nelson, Nat. Rev. Neurosci. 5:97 (2004).

    Examples
    --------
    >>> from spikingnn import InputGroup, LIFGroup, Network, Normalization, PoissonEncoder, SynapseGroup
    >>> pre, post = InputGroup(2, PoissonEncoder()), LIFGroup(1)
    >>> synapses = SynapseGroup(pre, post, [[1.0], [3.0]], rule=Normalization(total=2.0, interval=10.0))
    >>> Network(pre, post, synapses).run(20.0)
    >>> synapses.weight.ravel()
    array([0.5, 1.5])
    """

    total: float = 1.0
    """Sum of the absolute incoming weights per neuron, in the unit of the weight."""
    interval: float = 100.0
    """ms: time between two scalings."""
    rule: Rule | None = None
    """Rule that acts on the synapses between two scalings, or None."""

    on_tick = scale

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "total", "interval")
        if self.rule is not None and not isinstance(self.rule, Rule):
            checks.fail(self, "rule", self.rule, "a plasticity rule such as STDP(), or None", TypeError)
        if self.rule is not None and self.rule.on_tick is not None:
            checks.fail(self, "rule", self.rule, "a rule without an on_tick of its own, or None")

    w_min = property(lambda self: getattr(self.rule, "w_min", -math.inf), doc="Lower bound of the weight.")
    w_max = property(lambda self: getattr(self.rule, "w_max", math.inf), doc="Upper bound of the weight.")
    on_pre = property(lambda self: self.rule and self.rule.on_pre, doc="Hook of `rule`.")
    on_post = property(lambda self: self.rule and self.rule.on_post, doc="Hook of `rule`.")
    efficacy = property(lambda self: self.rule and self.rule.efficacy, doc="Hook of `rule`.")
    release = property(lambda self: self.rule and self.rule.release, doc="Hook of `rule`.")
    synapse_state = property(lambda self: self.rule.synapse_state if self.rule else (),
                             doc="Names of what `rule` keeps per synapse.")
    signal = property(lambda self: self.rule.signal if self.rule else 0.0, doc="Signal of `rule`.")
    pre_names = property(lambda self: self.rule.pre_names if self.rule else (), doc="Names of `rule`.")
    post_names = property(lambda self: self.rule.post_names if self.rule else (), doc="Names of `rule`.")

    def pre_traces(self) -> Traces:
        """Declare the presynaptic traces of ``rule``."""
        return self.rule.pre_traces() if self.rule else ()

    def post_traces(self) -> Traces:
        """Declare the postsynaptic traces of ``rule``."""
        return self.rule.post_traces() if self.rule else ()

    def initial(self) -> Sequence[float]:
        """Return the first synaptic state of ``rule``."""
        return self.rule.initial() if self.rule else ()

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return the coefficients of ``rule``, then total, w_min, w_max."""
        return (*(self.rule.step_coefficients(dt) if self.rule else ()), self.total, self.w_min, self.w_max)
