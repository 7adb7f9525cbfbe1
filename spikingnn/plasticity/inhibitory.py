"""Inhibitory plasticity that balances excitation and brings a neuron to a target rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import ADD, Rule, on_post_kernel, on_pre_kernel
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class InhibitorySTDP(Rule):
    r"""Symmetric STDP of inhibitory synapses with spike traces x (presynaptic) and y (postsynaptic).

    .. math::

        \Delta w &= \eta \, (y - \alpha) \quad \text{at the arrival of a presynaptic spike},
        \qquad \alpha = 2 \cdot \text{rate} \cdot \tau \\
        \Delta w &= \eta \, x \quad \text{at a postsynaptic spike}

    The weights are clipped to [w_min, w_max]. Near-coincident spikes potentiate, presynaptic spikes alone
    depress, so that the postsynaptic neuron settles near ``rate``. The rule is written for weights that
    are zero or positive: conductances with a reversal potential below rest. For inhibitory currents,
    whose weights are negative, choose ``eta < 0`` and bounds such as ``w_min=-1, w_max=0``.

    Parameters
    ----------
    eta : float, default 0.001
        Learning rate, in the unit of the weight.
    rate : float, default 5.0
        Hz: target rate of the postsynaptic neurons.
    tau : float, default 20.0
        ms: decay time constant of both traces.
    w_min : float, default 0.0
        Lower bound of the weight.
    w_max : float, default inf
        Upper bound of the weight.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Vogels, Sprekeler, Zenke, Clopath & Gerstner, Science 334:1569 (2011), eqs. 1–3 of the supplement.

    Examples
    --------
    >>> from spikingnn import ConductanceSynapse, InhibitorySTDP, LIFGroup, Network, SpikeSource, SynapseGroup
    >>> pre, post = SpikeSource([[10.0, 20.0, 30.0]]), LIFGroup(1)
    >>> inhibition = ConductanceSynapse(tau=5.0, reversal=-75.0)
    >>> synapses = SynapseGroup(pre, post, 0.1, inhibition, rule=InhibitorySTDP(eta=0.01))
    >>> Network(pre, post, synapses).run(50.0)
    >>> synapses.weight
    array([[0.094]])
    """

    eta: float = 0.001
    """Learning rate, in the unit of the weight."""
    rate: float = 5.0
    """Hz: target rate of the postsynaptic neurons."""
    tau: float = 20.0
    """ms: decay time constant of both traces."""
    w_min: float = 0.0
    """Lower bound of the weight."""
    w_max: float = math.inf
    """Upper bound of the weight."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.number, "eta")
        checks.validate_fields(self, checks.non_negative, "rate")
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
        """Return eta, alpha, w_min, w_max."""
        return self.eta, 2.0 * self.rate / 1000.0 * self.tau, self.w_min, self.w_max

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        eta, alpha, w_min, w_max = scalars(params, 4)
        y = post[0]
        for j in range(weight.size):
            weight[j] = min(max(weight[j] + eta * (y[j] - alpha), w_min), w_max)

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        eta, alpha, w_min, w_max = scalars(params, 4)
        x = pre[0]
        for i in range(weight.size):
            weight[i] = min(max(weight[i] + eta * x[i], w_min), w_max)
