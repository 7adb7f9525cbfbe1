"""The trace rule of Diehl and Cook's network, which learns digits: weights change at postsynaptic spikes
only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import SET, Rule, on_post_kernel
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class DiehlCook(Rule):
    r"""At a postsynaptic spike each weight changes by how much its presynaptic trace x exceeds a target.

    .. math::

        \Delta w = \eta \, (x - x_\text{target}) \, (w_\text{max} - w)^\mu

    The weights are clipped to [w_min, w_max]. A presynaptic spike sets x to one, and x decays with τ:
    inputs that spiked recently are potentiated, silent ones depressed. With ``total``, the incoming
    weights of the neuron that spiked are then scaled so that their sum is ``total``: only columns that
    have changed are touched (`Normalization` scales all columns at regular intervals). The weights must
    be zero or positive then.

    Parameters
    ----------
    eta : float, default 0.01
        Learning rate; zero freezes the weights.
    x_target : float, default 0.0
        Trace at which a postsynaptic spike does not change the weight.
    tau : float, default 20.0
        ms: decay time constant of the presynaptic trace.
    w_max : float, default 1.0
        Upper bound of the weight.
    mu : float, default 1.0
        Exponent of the dependence on the weight: 1 lets learning vanish linearly towards ``w_max``, 0
        makes it independent of the weight.
    w_min : float, default 0.0
        Lower bound of the weight.
    total : float | None, default None
        Sum of the incoming weights per neuron, in the unit of the weight; None: not normalised.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Diehl & Cook, Front. Comput. Neurosci. 9:99 (2015), section 2.3; Querlioz et al., IEEE Trans.
    Nanotechnol. 12:288 (2013).

    Examples
    --------
    Of two inputs one spikes before the postsynaptic neuron:

    >>> from spikingnn import DeltaSynapse, DiehlCook, LIFGroup, Network, SpikeSource, SynapseGroup
    >>> pre, post = SpikeSource([[10.0], []]), LIFGroup(1)
    >>> rule = DiehlCook(eta=0.1, x_target=0.5, w_max=100.0)
    >>> synapses = SynapseGroup(pre, post, [[20.0], [20.0]], DeltaSynapse(), rule=rule)
    >>> Network(pre, post, synapses).run(20.0)
    >>> synapses.weight.ravel().round(2)
    array([24., 16.])
    """

    eta: float = 0.01
    """Learning rate; zero freezes the weights."""
    x_target: float = 0.0
    """Trace at which a postsynaptic spike does not change the weight."""
    tau: float = 20.0
    """ms: decay time constant of the presynaptic trace."""
    w_max: float = 1.0
    """Upper bound of the weight."""
    mu: float = 1.0
    """Exponent of the dependence on the weight: 1 lets learning vanish linearly towards ``w_max``, 0 makes
    it independent of the weight.
    """
    w_min: float = 0.0
    """Lower bound of the weight."""
    total: float | None = None
    """Sum of the incoming weights per neuron, in the unit of the weight; None: not normalised."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.number, "eta", "x_target", "w_min", "w_max")
        checks.validate_fields(self, checks.positive, "tau")
        checks.validate_fields(self, checks.non_negative, "mu")
        checks.ordered(self, "w_min", self.w_min, "w_max", self.w_max)
        if self.total is not None:
            checks.validate_fields(self, checks.positive, "total")
            if self.w_min < 0:
                checks.fail(self, "w_min", self.w_min, "zero or positive where total is given")
        checks.warn_if_seconds(self, "tau")

    def pre_traces(self) -> Traces:
        """Declare x."""
        return ((self.tau, SET),)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return eta, x_target, mu, total (zero for none), w_min, w_max."""
        return self.eta, self.x_target, self.mu, self.total or 0.0, self.w_min, self.w_max

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        eta, x_target, mu, total, w_min, w_max = scalars(params, 6)
        x = pre[0]
        if mu == 1.0:
            for i in range(weight.size):
                weight[i] = min(max(weight[i] + eta * (x[i] - x_target) * (w_max - weight[i]), w_min), w_max)
        else:
            for i in range(weight.size):
                headroom = math.pow(w_max - weight[i], mu)
                weight[i] = min(max(weight[i] + eta * (x[i] - x_target) * headroom, w_min), w_max)
        if total > 0.0 and eta != 0.0:
            size = 0.0
            for i in range(weight.size):
                size += weight[i]
            factor = total / size if size > 0.0 else 1.0
            for i in range(weight.size):
                weight[i] = min(max(weight[i] * factor, w_min), w_max)
