"""Synapse models: what a spike of weight w does to its target."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from ._util import checks
from .engine.tables import CONDUCTANCE, CURRENT, DELTA, GRADED


__all__ = ["ConductanceSynapse", "DeltaSynapse", "FirstOrderSynapse", "GradedSynapse", "Synapse"]


class Synapse:
    """Base class of synapse models.

    Attributes
    ----------
    kind : int
        What the engine adds the weights to: DELTA, CURRENT, CONDUCTANCE or GRADED.
    unit : str
        Unit of the weights.
    has_filter : bool
        Whether the input decays exponentially, with `step_coefficients` of its own.
    sends_conductance : bool
        Whether the weights are conductances, which have no sign and need a model with ``conductances =
        True``.
    uses_spikes : bool
        Whether spikes are delivered; else the state of the source acts on the target in every step.
    """

    kind: ClassVar[int]
    unit: ClassVar[str]
    has_filter: ClassVar[bool] = False
    sends_conductance: ClassVar[bool] = False
    uses_spikes: ClassVar[bool] = True


@dataclass(frozen=True)
class DeltaSynapse(Synapse):
    r"""A spike moves the membrane potential of the target by the weight in mV at once.

    .. math:: v \leftarrow v + w

    The jump is in the potential before the step's decay and threshold test.

    Examples
    --------
    >>> from spikingnn import DeltaSynapse, LIFGroup, Network, SpikeSource, StateMonitor, SynapseGroup
    >>> source, target = SpikeSource([[1.0]]), LIFGroup(1)
    >>> synapses = SynapseGroup(source, target, weight=5.0, synapse=DeltaSynapse(), delay=1.0)
    >>> v = StateMonitor(target, "v")
    >>> Network(source, target, synapses, v, dt=1.0, seed=0).run(4.0)
    >>> v.values[:, 0].round(2)
    array([-65.  , -65.  , -60.24, -60.48])
    """

    kind: ClassVar[int] = DELTA
    unit: ClassVar[str] = "mV"


@dataclass(frozen=True)
class FirstOrderSynapse(Synapse):
    r"""Exponential current: a spike adds the weight in nA to a current that decays.

    .. math:: \tau \frac{ds}{dt} = -s, \qquad I = \sum s

    The target receives the mean of s over each step, s · tau/dt · (1 - exp(-dt/tau)), so that the charge w
    · tau of a spike is exact.

    Parameters
    ----------
    tau : float, default 5.0
        ms: time constant of the decay of the synaptic current.

    Raises
    ------
    ValueError
        If `tau` is not one positive number.

    References
    ----------
    Gerstner et al., *Neuronal Dynamics* (2014), section 3.1; Rotter & Diesmann, *Biol. Cybern.* 81:381
    (1999).

    Examples
    --------
    The postsynaptic potential of one spike at 1 ms, which arrives after a delay of one step:

    >>> from spikingnn import FirstOrderSynapse, LIFGroup, Network, SpikeSource, StateMonitor, SynapseGroup
    >>> source, target = SpikeSource([[1.0]]), LIFGroup(1)
    >>> synapses = SynapseGroup(source, target, weight=0.5, synapse=FirstOrderSynapse(tau=5.0))
    >>> v = StateMonitor(target, "v", every=5.0)
    >>> Network(source, target, synapses, v, dt=0.1, seed=0).run(20.0)
    >>> v.values[:, 0].round(2)
    array([-64.39, -64.21, -64.27, -64.39])
    """

    tau: float = 5.0
    """ms: time constant of the decay of the synaptic current."""

    kind: ClassVar[int] = CURRENT
    unit: ClassVar[str] = "nA"
    has_filter: ClassVar[bool] = True

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "tau")
        if not isinstance(self.tau, float):
            accepted = "one number (give each time constant a SynapseGroup of its own)"
            checks.fail(self, "tau", self.tau, accepted)
        checks.warn_if_seconds(self, "tau")

    def step_coefficients(self, dt: float) -> tuple[float, float]:
        """Return the factor per step of `dt` ms, and the mean over a step of what is one at its start."""
        return math.exp(-dt / self.tau), -math.expm1(-dt / self.tau) * self.tau / dt


@dataclass(frozen=True)
class ConductanceSynapse(FirstOrderSynapse):
    r"""Exponential conductance: a spike adds the weight in µS to a conductance that decays.

    .. math:: \tau \frac{dg}{dt} = -g, \qquad I = g \cdot (E - v)

    with E the reversal potential. Within a step the mean of g shifts the leak and the reversal potential of
    the neuron, so that v never crosses E.

    Parameters
    ----------
    tau : float, default 5.0
        ms: time constant of the decay of the conductance.
    reversal : float, default 0.0
        mV: reversal potential E; 0 is that of AMPA and NMDA, −70 to −80 that of GABA-A synapses.

    Raises
    ------
    ValueError
        If `tau` is not one positive number or `reversal` is not finite.

    References
    ----------
    Gerstner et al., *Neuronal Dynamics* (2014), section 3.1.

    Examples
    --------
    However strong the inhibition, the membrane does not cross its reversal potential:

    >>> from spikingnn import ConductanceSynapse, LIFGroup, Network, SpikeSource, StateMonitor, SynapseGroup
    >>> source, target = SpikeSource([[1.0]]), LIFGroup(1)
    >>> inhibition = SynapseGroup(source, target, 50.0, ConductanceSynapse(tau=10.0, reversal=-80.0))
    >>> v = StateMonitor(target, "v")
    >>> Network(source, target, inhibition, v, dt=0.1, seed=0).run(20.0)
    >>> print(v.values.min().round(2))
    -79.97
    """

    tau: float = 5.0
    """ms: time constant of the decay of the conductance."""
    reversal: float = 0.0
    """mV: reversal potential E; 0 is that of AMPA and NMDA, −70 to −80 that of GABA-A synapses."""

    kind: ClassVar[int] = CONDUCTANCE
    unit: ClassVar[str] = "µS"
    sends_conductance: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.validate_fields(self, checks.number, "reversal")


@dataclass(frozen=True)
class GradedSynapse(Synapse):
    """Continuous input without spikes: in every step the current of the target increases by weight · x.

    x is the first state row of the source as the last step left it. The weight is in nA per unit of x; a
    noise current is a source such as `OrnsteinUhlenbeck` (x in nA) with weight 1.

    Examples
    --------
    >>> from spikingnn import GradedSynapse, LIFGroup, Network, NeuronGroup, OrnsteinUhlenbeck, SynapseGroup
    >>> noise, neurons = NeuronGroup(1, OrnsteinUhlenbeck(sigma=0.2, tau=5.0)), LIFGroup(1)
    >>> synapses = SynapseGroup(noise, neurons, weight=1.0, synapse=GradedSynapse())
    >>> Network(noise, neurons, synapses, dt=0.1, seed=1).run(100.0)
    """

    kind: ClassVar[int] = GRADED
    unit: ClassVar[str] = "nA per unit of the source's first state"
    uses_spikes: ClassVar[bool] = False
