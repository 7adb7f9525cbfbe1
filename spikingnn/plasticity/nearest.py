"""Pair STDP between neighbouring spikes only: the two schemes that need one number per synapse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import ADD, SET, Rule, on_post_kernel, on_pre_kernel
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class NearestSTDP(Rule):
    r"""Additive pair STDP between neighbouring spikes as each synapse sees them.

    .. math::

        \Delta w = \begin{cases} a_+ \, e^{-\Delta t/\tau_+} & \Delta t \ge 0 \\
        -a_- \, e^{\Delta t/\tau_-} & \Delta t < 0 \end{cases}

    The weights are clipped to [w_min, w_max]. With ``pairing="centred"`` each presynaptic spike forms a
    pair with the last postsynaptic spike and with the next one. With ``pairing="restricted"`` only
    immediate neighbours form a pair: those with no spike of either neuron between them. (The symmetric
    scheme, every spike with the last one of the other neuron, is ``STDP(pairing="nearest")``.)

    ``x_last`` of a synapse is, for ``"centred"``, its trace x at the last postsynaptic spike, so that
    x - x_last·z is the contribution of later spikes (z decays from one with ``tau_plus``); for
    ``"restricted"`` it is 1 after a presynaptic spike and -1 after a postsynaptic one.

    Parameters
    ----------
    tau_plus : float, default 20.0
        ms: decay time constant of the presynaptic trace.
    tau_minus : float, default 20.0
        ms: decay time constant of the postsynaptic trace.
    a_plus : float, default 0.01
        Potentiation by a pair at Δt = 0+, in the unit of the weight.
    a_minus : float, default 0.012
        Depression by a pair at Δt = 0-, a positive number in the unit of the weight.
    w_min : float, default 0.0
        Lower bound of the weight.
    w_max : float, default 1.0
        Upper bound of the weight.
    pairing : str, default 'centred'
        Which neighbours form a pair: ``"centred"`` or ``"restricted"``.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Morrison, Diesmann & Gerstner, Biol. Cybern. 98:459 (2008), section 4.1.2, figure 7.

    Examples
    --------
    Only the presynaptic spike at 10 ms is a neighbour of the postsynaptic spike:

    >>> from spikingnn import DeltaSynapse, LIFGroup, NearestSTDP, Network, SpikeSource, SynapseGroup
    >>> pre, post = SpikeSource([[5.0, 10.0]]), LIFGroup(1)
    >>> rule = NearestSTDP(a_plus=0.5, w_max=20.0, pairing="restricted")
    >>> synapses = SynapseGroup(pre, post, 10.0, DeltaSynapse(), rule=rule)
    >>> Network(pre, post, synapses).run(20.0)
    >>> synapses.weight
    array([[10.5]])
    """

    tau_plus: float = 20.0
    """ms: decay time constant of the presynaptic trace."""
    tau_minus: float = 20.0
    """ms: decay time constant of the postsynaptic trace."""
    a_plus: float = 0.01
    """Potentiation by a pair at Δt = 0+, in the unit of the weight."""
    a_minus: float = 0.012
    """Depression by a pair at Δt = 0-, a positive number in the unit of the weight."""
    w_min: float = 0.0
    """Lower bound of the weight."""
    w_max: float = 1.0
    """Upper bound of the weight."""
    pairing: str = "centred"
    """Which neighbours form a pair: ``"centred"`` or ``"restricted"``."""

    synapse_state: ClassVar[tuple[str, ...]] = ("x_last",)

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau_plus", "tau_minus")
        checks.validate_fields(self, checks.number, "a_plus", "a_minus")
        checks.weight_bounds(self)
        checks.one_of(self, "pairing", self.pairing, ("centred", "restricted"))
        checks.warn_if_seconds(self, "tau_plus", "tau_minus")

    def pre_traces(self) -> Traces:
        """Declare x."""
        return ((self.tau_plus, ADD if self.pairing == "centred" else SET),)

    def post_traces(self) -> Traces:
        """Declare y, and z, the decay of x since the last postsynaptic spike."""
        return (self.tau_minus, SET), (self.tau_plus, SET)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return a_plus, a_minus, w_min, w_max, centred (1 or 0)."""
        return self.a_plus, self.a_minus, self.w_min, self.w_max, float(self.pairing == "centred")

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        a_plus, a_minus, w_min, w_max, centred = scalars(params, 5)
        x_last, y = state[0], post[0]
        for j in range(weight.size):
            if centred == 1.0 or x_last[j] < 0.0:
                weight[j] = min(max(weight[j] - a_minus * y[j], w_min), w_max)
            if centred == 0.0:
                x_last[j] = 1.0

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        a_plus, a_minus, w_min, w_max, centred = scalars(params, 5)
        x_last, x, z = state[0], pre[0], post[1]
        for i in range(weight.size):
            if centred == 1.0:
                x_since = max(x[i] - x_last[i] * z, 0.0)
                x_last[i] = x[i]
            else:
                x_since = x[i] if x_last[i] > 0.0 else 0.0
                x_last[i] = -1.0
            weight[i] = min(max(weight[i] + a_plus * x_since, w_min), w_max)
