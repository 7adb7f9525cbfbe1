"""Reward-modulated STDP: a reward turns the eligibility of a synapse into a change of its weight."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import ADD, SIGNAL, Rule, on_post_kernel, on_pre_kernel, on_tick_kernel
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class RewardSTDP(Rule):
    r"""Pair STDP changes an eligibility c per synapse instead of the weight; a reward changes the weight by
    it.

    .. math::

        \frac{dc}{dt} &= -\frac{c}{\tau_\text{eligibility}} + a_+ x \sum_k \delta(t - t_k^\text{post})
        - a_- y \sum_k \delta(t - t_k^\text{pre}) \\
        \frac{dw}{dt} &= \text{reward} \cdot c

    The weights are clipped to [w_min, w_max]. x and y are the traces of `STDP` with ``pairing="all"``.
    The reward is set between runs, ``synapses.rule = replace(synapses.rule, reward=…)``, or step by step,
    ``inputs={synapses: (rows,)}``, or (rows, n_post) for one per postsynaptic neuron. It is read, and c
    decays, every ``interval``: a reward lasts at least that long, and c, ``synapses["c"]``, is exact where
    the interval is one step, otherwise up to a fraction interval/tau_eligibility.

    Parameters
    ----------
    reward : float, default 0.0
        1/ms: change of the weight per ms for c = 1; a negative reward is a punishment.
    tau_plus : float, default 20.0
        ms: decay time constant of the presynaptic trace.
    tau_minus : float, default 20.0
        ms: decay time constant of the postsynaptic trace.
    a_plus : float, default 0.01
        Increase of the eligibility by a pair at Δt = 0+, in the unit of the weight.
    a_minus : float, default 0.012
        Decrease of the eligibility by a pair at Δt = 0-, a positive number in the unit of the weight.
    tau_eligibility : float, default 1000.0
        ms: decay time constant of the eligibility.
    interval : float, default 1.0
        ms: time between two updates of the weight.
    w_min : float, default 0.0
        Lower bound of the weight.
    w_max : float, default 1.0
        Upper bound of the weight.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Izhikevich, Cereb. Cortex 17:2443 (2007); Florian, Neural Comput. 19:1468 (2007), eqs. 3.7–3.9.

    Examples
    --------
    A pair of spikes changes the weight only once a reward arrives:

    >>> from dataclasses import replace
    >>> from spikingnn import DeltaSynapse, LIFGroup, Network, RewardSTDP, SpikeSource, SynapseGroup
    >>> pre, post = SpikeSource([[10.0]]), LIFGroup(1)
    >>> synapses = SynapseGroup(pre, post, 20.0, DeltaSynapse(), rule=RewardSTDP(w_max=100.0))
    >>> net = Network(pre, post, synapses)
    >>> net.run(50.0)
    >>> synapses.weight
    array([[20.]])
    >>> synapses.rule = replace(synapses.rule, reward=1.0)
    >>> net.run(50.0)
    >>> synapses.weight.round(2)
    array([[20.47]])
    """

    reward: float = 0.0
    """1/ms: change of the weight per ms for c = 1; a negative reward is a punishment."""
    tau_plus: float = 20.0
    """ms: decay time constant of the presynaptic trace."""
    tau_minus: float = 20.0
    """ms: decay time constant of the postsynaptic trace."""
    a_plus: float = 0.01
    """Increase of the eligibility by a pair at Δt = 0+, in the unit of the weight."""
    a_minus: float = 0.012
    """Decrease of the eligibility by a pair at Δt = 0-, a positive number in the unit of the weight."""
    tau_eligibility: float = 1000.0
    """ms: decay time constant of the eligibility."""
    interval: float = 1.0
    """ms: time between two updates of the weight."""
    w_min: float = 0.0
    """Lower bound of the weight."""
    w_max: float = 1.0
    """Upper bound of the weight."""

    synapse_state: ClassVar[tuple[str, ...]] = ("c",)

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.number, "reward", "a_plus", "a_minus")
        checks.validate_fields(self, checks.positive, "tau_plus", "tau_minus", "tau_eligibility", "interval")
        checks.weight_bounds(self)
        checks.warn_if_seconds(self, "tau_plus", "tau_minus", "tau_eligibility")

    def pre_traces(self) -> Traces:
        """Declare x."""
        return ((self.tau_plus, ADD),)

    def post_traces(self) -> Traces:
        """Declare y and the reward."""
        return (self.tau_minus, ADD), (0.0, SIGNAL)

    @property
    def signal(self) -> float:
        """The reward where a run is given none."""
        return self.reward

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return interval, decay of c in an interval, a_plus, a_minus, w_min, w_max."""
        interval = max(1, round(self.interval / dt)) * dt
        decay = math.exp(-interval / self.tau_eligibility)
        return interval, decay, self.a_plus, self.a_minus, self.w_min, self.w_max

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        interval, decay, a_plus, a_minus, w_min, w_max = scalars(params, 6)
        c, y = state[0], post[0]
        for j in range(weight.size):
            c[j] -= a_minus * y[j]

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        interval, decay, a_plus, a_minus, w_min, w_max = scalars(params, 6)
        c, x = state[0], pre[0]
        for i in range(weight.size):
            c[i] += a_plus * x[i]

    @on_tick_kernel
    def on_tick(weight, state, pre, post, params, t, key):
        interval, decay, a_plus, a_minus, w_min, w_max = scalars(params, 6)
        c, gain = state[0], post[1] * interval
        for i in range(weight.size):
            weight[i] = min(max(weight[i] + gain * c[i], w_min), w_max)
            c[i] *= decay
