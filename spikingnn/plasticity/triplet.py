"""STDP of triplets, which explains why potentiation grows with the pairing frequency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import ADD, SET, Rule, on_post_kernel, on_pre_kernel
from ..engine.scalars import scalars


FIELDS = ("a2_plus", "a3_plus", "a2_minus", "a3_minus", "tau_x", "tau_y")
FITS = {    # (data set, pairing, minimal model): the values of FIELDS; tau_x has no effect where a3_minus = 0
    ("visual cortex", "all", False): (5e-10, 6.2e-3, 7e-3, 2.3e-4, 101.0, 125.0),
    ("visual cortex", "nearest", False): (8.8e-11, 5.3e-2, 6.6e-3, 3.1e-3, 714.0, 40.0),
    ("visual cortex", "all", True): (0.0, 6.5e-3, 7.1e-3, 0.0, 101.0, 114.0),
    ("visual cortex", "nearest", True): (0.0, 5e-2, 8e-3, 0.0, 714.0, 40.0),
    ("hippocampus", "all", False): (6.1e-3, 6.7e-3, 1.6e-3, 1.4e-3, 946.0, 27.0),
    ("hippocampus", "nearest", False): (4.6e-3, 9.1e-3, 3e-3, 7.5e-9, 575.0, 47.0),
    ("hippocampus", "all", True): (5.3e-3, 8e-3, 3.5e-3, 0.0, 946.0, 40.0),
    ("hippocampus", "nearest", True): (4.6e-3, 9.1e-3, 3e-3, 0.0, 575.0, 48.0),
}


@dataclass(frozen=True, eq=False)
class TripletSTDP(Rule):
    r"""Triplet STDP with traces r1, r2 of the presynaptic and o1, o2 of the postsynaptic spikes.

    .. math::

        \Delta w &= -o_1 \, (a_2^- + a_3^- r_2) \quad \text{at the arrival of a presynaptic spike} \\
        \Delta w &= r_1 \, (a_2^+ + a_3^+ o_2) \quad \text{at a postsynaptic spike}

    r2 and o2 are taken just before the spike, and the weights are clipped to [w_min, w_max]. With
    ``pairing="all"`` a spike adds one to its traces, with ``"nearest"`` it sets them to one. The defaults
    are the full model fitted to visual cortex with all pairs; `TripletSTDP.fitted` has the other seven
    parameter sets of the paper. These are relative to a weight of one: scale the amplitudes for weights
    of another size.

    Parameters
    ----------
    a2_plus : float, default 5e-10
        Potentiation by a pair post after pre, in the unit of the weight.
    a3_plus : float, default 0.0062
        Potentiation by a triplet post – pre – post, in the unit of the weight.
    a2_minus : float, default 0.007
        Depression by a pair pre after post, a positive number in the unit of the weight.
    a3_minus : float, default 0.00023
        Depression by a triplet pre – post – pre, a positive number in the unit of the weight.
    tau_plus : float, default 16.8
        ms: decay time constant of r1.
    tau_x : float, default 101.0
        ms: decay time constant of r2.
    tau_minus : float, default 33.7
        ms: decay time constant of o1.
    tau_y : float, default 125.0
        ms: decay time constant of o2.
    w_min : float, default 0.0
        Lower bound of the weight.
    w_max : float, default 1.0
        Upper bound of the weight.
    pairing : str, default 'all'
        Which earlier spikes count: ``"all"``, or the ``"nearest"`` one only.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Pfister & Gerstner, J. Neurosci. 26:9673 (2006), eqs. 2–4, tables 3 and 4; Gerstner et al., *Neuronal
    Dynamics* (2014), section 19.2.2.

    Examples
    --------
    >>> from spikingnn import DeltaSynapse, LIFGroup, Network, SpikeSource, SynapseGroup, TripletSTDP
    >>> pre, post = SpikeSource([[10.0, 30.0]]), LIFGroup(1)
    >>> synapses = SynapseGroup(pre, post, 20.0, DeltaSynapse(), rule=TripletSTDP(w_max=100.0))
    >>> Network(pre, post, synapses).run(50.0)
    >>> synapses.weight.round(4)
    array([[20.0029]])
    """

    a2_plus: float = 5e-10
    """Potentiation by a pair post after pre, in the unit of the weight."""
    a3_plus: float = 6.2e-3
    """Potentiation by a triplet post – pre – post, in the unit of the weight."""
    a2_minus: float = 7e-3
    """Depression by a pair pre after post, a positive number in the unit of the weight."""
    a3_minus: float = 2.3e-4
    """Depression by a triplet pre – post – pre, a positive number in the unit of the weight."""
    tau_plus: float = 16.8
    """ms: decay time constant of r1."""
    tau_x: float = 101.0
    """ms: decay time constant of r2."""
    tau_minus: float = 33.7
    """ms: decay time constant of o1."""
    tau_y: float = 125.0
    """ms: decay time constant of o2."""
    w_min: float = 0.0
    """Lower bound of the weight."""
    w_max: float = 1.0
    """Upper bound of the weight."""
    pairing: str = "all"
    """Which earlier spikes count: ``"all"``, or the ``"nearest"`` one only."""

    pre_names: ClassVar[tuple[str, ...]] = ("r1", "r2")
    post_names: ClassVar[tuple[str, ...]] = ("o1", "o2")

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau_plus", "tau_x", "tau_minus", "tau_y")
        checks.validate_fields(self, checks.number, "a2_plus", "a3_plus", "a2_minus", "a3_minus")
        checks.weight_bounds(self)
        checks.one_of(self, "pairing", self.pairing, ("all", "nearest"))
        checks.warn_if_seconds(self, "tau_plus", "tau_x", "tau_minus", "tau_y")

    @classmethod
    def fitted(cls, data: str, pairing: str = "all", minimal: bool = False, **fields: float) -> Self:
        """Return the rule with the parameters that the paper fitted to a data set.

        Parameters
        ----------
        data : str
            ``"visual cortex"`` (Sjöström et al. 2001) or ``"hippocampus"`` (Wang et al. 2005).
        pairing : str
            ``"all"`` or ``"nearest"``.
        minimal : bool
            Whether to use the model with the fewest parameters that still fits.
        **fields : float
            Further fields, such as ``w_max``.

        Raises
        ------
        ValueError
            If there is no such data set or pairing.

        Examples
        --------
        >>> from spikingnn import TripletSTDP
        >>> TripletSTDP.fitted("hippocampus", minimal=True).a2_plus
        0.0053
        """
        checks.one_of(cls.__name__, "data", data, {name for name, _, _ in FITS})
        checks.one_of(cls.__name__, "pairing", pairing, ("all", "nearest"))
        fit: dict[str, Any] = dict(zip(FIELDS, FITS[data, pairing, bool(minimal)]))
        return cls(**{**fit, "pairing": pairing, **fields})

    def pre_traces(self) -> Traces:
        """Declare r1 and r2."""
        mode = ADD if self.pairing == "all" else SET
        return (self.tau_plus, mode), (self.tau_x, mode)

    def post_traces(self) -> Traces:
        """Declare o1 and o2."""
        mode = ADD if self.pairing == "all" else SET
        return (self.tau_minus, mode), (self.tau_y, mode)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return a2_plus, a3_plus, a2_minus, a3_minus, w_min, w_max."""
        return self.a2_plus, self.a3_plus, self.a2_minus, self.a3_minus, self.w_min, self.w_max

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        a2_plus, a3_plus, a2_minus, a3_minus, w_min, w_max = scalars(params, 6)
        r2, o1 = pre[1], post[0]
        for j in range(weight.size):
            weight[j] = min(max(weight[j] - o1[j] * (a2_minus + a3_minus * r2), w_min), w_max)

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        a2_plus, a3_plus, a2_minus, a3_minus, w_min, w_max = scalars(params, 6)
        r1, o2 = pre[0], post[1]
        for i in range(weight.size):
            weight[i] = min(max(weight[i] + r1[i] * (a2_plus + a3_plus * o2), w_min), w_max)
