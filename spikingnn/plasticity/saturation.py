"""Saturation: the gates of a presynaptic neuron's synapses cannot open further than fully."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import HOOK, Rule, efficacy_kernel
from ..engine.scalars import scalars


@dataclass(frozen=True, eq=False)
class Saturation(Rule):
    r"""Gates that saturate: a spike opens a share of what is still closed; the weights do not change.

    .. math:: \text{delivered} = w \alpha (1 - s), \qquad s \leftarrow s + \alpha (1 - s), \qquad
        \tau \frac{ds}{dt} = -s \text{ between spikes}

    With synapses that decay with the same tau, what the target gets is w · s, at most w. There is one gate
    per presynaptic neuron, at the arrival of its spikes.

    Parameters
    ----------
    tau : float, default 100.0
        ms: time constant with which the gates close.
    share : float, default -math.expm1(-1.0)
        Share α of what is still closed that a spike opens, from 0 to 1.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Destexhe, Mainen & Sejnowski, *Neural Comput.* 6:14 (1994); Wang, *Neuron* 36:955 (2002).

    Examples
    --------
    >>> from spikingnn import ConductanceSynapse, LIFGroup, Saturation, SpikeSource, SynapseGroup
    >>> source, target = SpikeSource([[1.0, 2.0]]), LIFGroup(1)
    >>> SynapseGroup(source, target, 0.01, ConductanceSynapse(100.0), rule=Saturation(100.0, share=0.5)).rule
    Saturation(tau=100.0, share=0.5)
    """

    tau: float = 100.0
    """ms: time constant with which the gates close."""
    share: float = -math.expm1(-1.0)
    """Share α of what is still closed that a spike opens, from 0 to 1."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau")
        checks.validate_fields(self, checks.unit_interval, "share")
        checks.warn_if_seconds(self, "tau")

    def pre_traces(self) -> Traces:
        """Declare the gate s."""
        return ((self.tau, HOOK),)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return the share."""
        return (self.share,)

    @efficacy_kernel
    def efficacy(pre, params, t, key):
        (share,) = scalars(params, 1)
        opened = share * (1.0 - pre[0])
        pre[0] += opened
        return opened
