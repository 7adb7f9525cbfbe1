"""Hebbian plasticity from spikes: synapses between neurons that are active together are potentiated."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import ADD, Rule, on_post_kernel, on_pre_kernel
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class Hebbian(Rule):
    r"""Hebbian rule with spike traces x (presynaptic) and y (postsynaptic).

    .. math::

        \Delta w &= \eta \, (x - \text{offset}) \quad \text{at a postsynaptic spike} \\
        \Delta w &= \eta \, (y - \text{offset}) \quad \text{at the arrival of a presynaptic spike}

    η is ``learning_rate``, and the weights are clipped to [w_min, w_max]. A spike adds one to its trace,
    which decays with τ: a rate r (in 1/ms) keeps it at r·τ on average. ``offset=0`` is the plain Hebbian
    rule, which only potentiates. With an offset of half the trace of an active neuron, the synapse
    between two active neurons is potentiated, one between an active and a silent neuron is depressed by
    half as much, and one between two silent neurons does not change.

    Parameters
    ----------
    learning_rate : float, default 0.001
        Learning rate, in the unit of the weight.
    tau : float, default 20.0
        ms: decay time constant of both traces.
    offset : float, default 0.0
        Trace at which a spike does not change the weight.
    w_min : float, default -inf
        Lower bound of the weight.
    w_max : float, default inf
        Upper bound of the weight.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Hebb, *The Organization of Behavior* (1949); Sejnowski, J. Math. Biol. 4:303 (1977); Gerstner et al.,
    *Neuronal Dynamics* (2014), section 19.2.

    Examples
    --------
    >>> from spikingnn import DeltaSynapse, Hebbian, LIFGroup, Network, SpikeSource, SynapseGroup
    >>> pre, post = SpikeSource([[10.0], [5.0]]), LIFGroup(1)
    >>> synapses = SynapseGroup(pre, post, [[20.0], [0.0]], DeltaSynapse(), rule=Hebbian(0.1))
    >>> Network(pre, post, synapses).run(20.0)
    >>> synapses.weight.ravel().round(3)
    array([20.1  ,  0.078])
    """

    learning_rate: float = 0.001
    """Learning rate, in the unit of the weight."""
    tau: float = 20.0
    """ms: decay time constant of both traces."""
    offset: float = 0.0
    """Trace at which a spike does not change the weight."""
    w_min: float = -math.inf
    """Lower bound of the weight."""
    w_max: float = math.inf
    """Upper bound of the weight."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.number, "learning_rate", "offset")
        checks.validate_fields(self, checks.positive, "tau")
        checks.weight_bounds(self)
        checks.warn_if_seconds(self, "tau")

    def pre_traces(self) -> Traces:
        """Declare x."""
        return ((self.tau, ADD),)

    def post_traces(self) -> Traces:
        """Declare y."""
        return ((self.tau, ADD),)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return learning_rate, offset, w_min, w_max."""
        return self.learning_rate, self.offset, self.w_min, self.w_max

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        learning_rate, offset, w_min, w_max = scalars(params, 4)
        y = post[0]
        for j in range(weight.size):
            weight[j] = min(max(weight[j] + learning_rate * (y[j] - offset), w_min), w_max)

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        learning_rate, offset, w_min, w_max = scalars(params, 4)
        x = pre[0]
        for i in range(weight.size):
            weight[i] = min(max(weight[i] + learning_rate * (x[i] - offset), w_min), w_max)
