"""Pair STDP whose potentiation grows with a power of the weight, as measured, so that no upper bound is
needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import ADD, SET, Rule, on_post_kernel, on_pre_kernel
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class PowerLawSTDP(Rule):
    r"""Power-law STDP with multiplicative depression; Δt is post step minus arrival step.

    .. math::

        \Delta w = \begin{cases}
        a_+ \, w_\text{scale}^{1-\mu} \, w^\mu \, e^{-\Delta t/\tau_+} & \Delta t \ge 0 \\
        -a_- \, w \, e^{\Delta t/\tau_-} & \Delta t < 0 \end{cases}

    The weights are clipped to [w_min, w_max]. ``a_plus`` and ``a_minus`` are relative changes: those of a
    weight of ``w_scale``. Weights are zero or positive; one that starts at zero stays there. ``pairing``
    is that of `STDP`. The defaults are the fit of the paper (a_minus = 0.11·a_plus, mu = 0.4).

    Parameters
    ----------
    tau_plus : float, default 20.0
        ms: decay time constant of the presynaptic trace.
    tau_minus : float, default 20.0
        ms: decay time constant of the postsynaptic trace.
    a_plus : float, default 0.1
        Relative potentiation by a pair at Δt = 0+.
    a_minus : float, default 0.011
        Relative depression by a pair at Δt = 0-, a positive number.
    mu : float, default 0.4
        Exponent of the potentiation as a function of the weight.
    w_scale : float, default 1.0
        Weight at which the relative potentiation Δw/w is ``a_plus``, in the unit of the weight.
    w_min : float, default 0.0
        Lower bound of the weight, zero or positive.
    w_max : float, default inf
        Upper bound of the weight.
    pairing : str, default 'all'
        Which pairs count: ``"all"``, or each spike with the ``"nearest"`` earlier spike of the other
        neuron.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Morrison, Aertsen & Diesmann, Neural Comput. 19:1437 (2007), eq. 3; data of Bi & Poo, J. Neurosci.
    18:10464 (1998).

    Examples
    --------
    >>> from spikingnn import DeltaSynapse, LIFGroup, Network, PowerLawSTDP, SpikeSource, SynapseGroup
    >>> pre, post = SpikeSource([[10.0]]), LIFGroup(1)
    >>> synapses = SynapseGroup(pre, post, 16.0, DeltaSynapse(), rule=PowerLawSTDP(mu=0.5, w_scale=16.0))
    >>> Network(pre, post, synapses).run(20.0)
    >>> synapses.weight
    array([[17.6]])
    """

    tau_plus: float = 20.0
    """ms: decay time constant of the presynaptic trace."""
    tau_minus: float = 20.0
    """ms: decay time constant of the postsynaptic trace."""
    a_plus: float = 0.1
    """Relative potentiation by a pair at Δt = 0+."""
    a_minus: float = 0.011
    """Relative depression by a pair at Δt = 0-, a positive number."""
    mu: float = 0.4
    """Exponent of the potentiation as a function of the weight."""
    w_scale: float = 1.0
    """Weight at which the relative potentiation Δw/w is ``a_plus``, in the unit of the weight."""
    w_min: float = 0.0
    """Lower bound of the weight, zero or positive."""
    w_max: float = math.inf
    """Upper bound of the weight."""
    pairing: str = "all"
    """Which pairs count: ``"all"``, or each spike with the ``"nearest"`` earlier spike of the other neuron.
    """

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau_plus", "tau_minus", "w_scale")
        checks.validate_fields(self, checks.number, "a_plus", "a_minus")
        checks.validate_fields(self, checks.non_negative, "mu", "w_min")
        checks.validate_fields(self, checks.number, "w_max", infinite=True)
        checks.ordered(self, "w_min", self.w_min, "w_max", self.w_max)
        checks.one_of(self, "pairing", self.pairing, ("all", "nearest"))
        checks.warn_if_seconds(self, "tau_plus", "tau_minus")

    def pre_traces(self) -> Traces:
        """Declare x."""
        return ((self.tau_plus, ADD if self.pairing == "all" else SET),)

    def post_traces(self) -> Traces:
        """Declare y."""
        return ((self.tau_minus, ADD if self.pairing == "all" else SET),)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return a_plus·w_scale^(1-mu), a_minus, mu, w_min, w_max."""
        return self.a_plus * self.w_scale ** (1.0 - self.mu), self.a_minus, self.mu, self.w_min, self.w_max

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        gain, a_minus, mu, w_min, w_max = scalars(params, 5)
        y = post[0]
        for j in range(weight.size):
            weight[j] = min(max(weight[j] - a_minus * weight[j] * y[j], w_min), w_max)

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        gain, a_minus, mu, w_min, w_max = scalars(params, 5)
        x = pre[0]
        for i in range(weight.size):
            weight[i] = min(max(weight[i] + gain * math.pow(weight[i], mu) * x[i], w_min), w_max)
