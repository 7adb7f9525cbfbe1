"""Spike-timing-dependent plasticity of spike pairs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import ADD, HOOK, SET, Rule, on_post_kernel, on_pre_kernel
from ..engine.scalars import scalars


ONE_STEP = 1e-6         # ms: a trace with this time constant is zero in the next step


@dataclass(frozen=True, eq=False)
class STDP(Rule):
    r"""Pair-based STDP; Δt is post step minus arrival step.

    .. math::

        \Delta w = \begin{cases}
        a_+ \left(\frac{w_\text{max} - w}{w_\text{max} - w_\text{min}}\right)^{\mu_+}
        e^{-\Delta t/\tau_+} & \Delta t \ge 0 \\
        -a_- \left(\frac{w - w_\text{min}}{w_\text{max} - w_\text{min}}\right)^{\mu_-}
        e^{\Delta t/\tau_-} & \Delta t < 0
        \end{cases}

    The weights are clipped to [w_min, w_max]. Trace x follows the presynaptic spikes (``tau_plus``), y
    the postsynaptic ones (``tau_minus``): a postsynaptic spike increases the weight by a_plus·x, an
    arriving presynaptic one decreases it by a_minus·y. With ``pairing="all"`` every pair counts (a spike
    adds one to its trace), with ``"nearest"`` only the nearest ones (a spike sets its trace to one).
    mu_plus = mu_minus = 0 is additive STDP (hard bounds), 1 multiplicative (soft bounds), values in
    between are the power law of Gütig et al.; (0, 1) is the rule of van Rossum et al. Values other than
    zero need finite bounds. With ``coincident="ignore"`` the pair at Δt = 0 changes nothing, as in NEST's
    ``stdp_synapse``; earlier presynaptic spikes still count.

    Parameters
    ----------
    tau_plus : float, default 20.0
        ms: decay time constant of the presynaptic trace.
    tau_minus : float, default 20.0
        ms: decay time constant of the postsynaptic trace.
    a_plus : float, default 0.01
        Potentiation by a pair at Δt = 0+, an absolute change in the unit of the weight.
    a_minus : float, default 0.012
        Depression by a pair at Δt = 0-, an absolute change as a positive number in the unit of the
        weight.
    w_min : float, default 0.0
        Lower bound of the weight.
    w_max : float, default 1.0
        Upper bound of the weight.
    pairing : str, default 'all'
        Which pairs count: ``"all"``, or each spike with the ``"nearest"`` earlier spike of the other
        neuron.
    mu_plus : float, default 0.0
        Exponent of the weight dependence of potentiation; 0: none.
    mu_minus : float, default 0.0
        Exponent of the weight dependence of depression; 0: none.
    coincident : str, default 'potentiate'
        What a pair at Δt = 0 does: ``"potentiate"``, or ``"ignore"`` as in NEST.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Morrison, Diesmann & Gerstner, Biol. Cybern. 98:459 (2008), section 4.1; Song, Miller & Abbott, Nat.
    Neurosci. 3:919 (2000); Gütig, Aharonov, Rotter & Sompolinsky, J. Neurosci. 23:3697 (2003).

    Examples
    --------
    The arriving presynaptic spike makes the postsynaptic neuron fire in the same step, Δt = 0:

    >>> from spikingnn import DeltaSynapse, LIFGroup, Network, SpikeSource, STDP, SynapseGroup
    >>> pre, post = SpikeSource([[10.0]]), LIFGroup(1)
    >>> synapses = SynapseGroup(pre, post, 20.0, DeltaSynapse(), rule=STDP(a_plus=0.5, w_max=100.0))
    >>> Network(pre, post, synapses).run(20.0)
    >>> synapses.weight
    array([[20.5]])
    """

    tau_plus: float = 20.0
    """ms: decay time constant of the presynaptic trace."""
    tau_minus: float = 20.0
    """ms: decay time constant of the postsynaptic trace."""
    a_plus: float = 0.01
    """Potentiation by a pair at Δt = 0+, an absolute change in the unit of the weight."""
    a_minus: float = 0.012
    """Depression by a pair at Δt = 0-, an absolute change as a positive number in the unit of the weight."""
    w_min: float = 0.0
    """Lower bound of the weight."""
    w_max: float = 1.0
    """Upper bound of the weight."""
    pairing: str = "all"
    """Which pairs count: ``"all"``, or each spike with the ``"nearest"`` earlier spike of the other neuron.
    """
    mu_plus: float = 0.0
    """Exponent of the weight dependence of potentiation; 0: none."""
    mu_minus: float = 0.0
    """Exponent of the weight dependence of depression; 0: none."""
    coincident: str = "potentiate"
    """What a pair at Δt = 0 does: ``"potentiate"``, or ``"ignore"`` as in NEST."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau_plus", "tau_minus")
        checks.validate_fields(self, checks.number, "a_plus", "a_minus")
        checks.weight_bounds(self)
        checks.one_of(self, "pairing", self.pairing, ("all", "nearest"))
        checks.one_of(self, "coincident", self.coincident, ("potentiate", "ignore"))
        checks.validate_fields(self, checks.non_negative, "mu_plus", "mu_minus")
        if (self.mu_plus or self.mu_minus) and not math.isfinite(self.w_max - self.w_min):
            bound = "w_min" if math.isinf(self.w_min) else "w_max"
            checks.fail(self, bound, getattr(self, bound), "finite where mu_plus or mu_minus is not zero")
        checks.warn_if_seconds(self, "tau_plus", "tau_minus")

    def pre_traces(self) -> Traces:
        """Declare x, and where coincident pairs are ignored, by how much it has increased in this step."""
        x = (self.tau_plus, ADD if self.pairing == "all" else SET)
        return (x,) if self.coincident == "potentiate" else (x, (ONE_STEP, HOOK))

    def post_traces(self) -> Traces:
        """Declare y."""
        return ((self.tau_minus, ADD if self.pairing == "all" else SET),)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return a_plus, a_minus, w_min, w_max, mu_plus, mu_minus, and whether x is set to one (1 or 0)."""
        return (self.a_plus, self.a_minus, self.w_min, self.w_max, self.mu_plus, self.mu_minus,
                float(self.pairing == "nearest"))

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        _, a_minus, w_min, w_max, _, mu_minus, sets = scalars(params, 7)
        y = post[0]
        if pre.size > 1:
            pre[1] = 1.0 - sets * pre[0]
        if mu_minus == 0.0:
            for j in range(weight.size):
                weight[j] = min(max(weight[j] - a_minus * y[j], w_min), w_max)
        else:
            for j in range(weight.size):
                dependence = (weight[j] - w_min) / (w_max - w_min)
                dependence = dependence if mu_minus == 1.0 else math.pow(dependence, mu_minus)
                weight[j] = min(max(weight[j] - a_minus * dependence * y[j], w_min), w_max)

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        a_plus, _, w_min, w_max, mu_plus, _, _ = scalars(params, 7)
        x, added, ignores = pre[0], pre[pre.shape[0] - 1], float(pre.shape[0] - 1)
        if mu_plus == 0.0:
            for i in range(weight.size):
                weight[i] = min(max(weight[i] + a_plus * (x[i] - ignores * added[i]), w_min), w_max)
        else:
            for i in range(weight.size):
                dependence = (w_max - weight[i]) / (w_max - w_min)
                dependence = dependence if mu_plus == 1.0 else math.pow(dependence, mu_plus)
                increase = a_plus * dependence * (x[i] - ignores * added[i])
                weight[i] = min(max(weight[i] + increase, w_min), w_max)
