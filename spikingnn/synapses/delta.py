"""Jumps of a state of the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .._util import checks
from ..engine.plugin import NeuronModel, Synapse


@dataclass(frozen=True, eq=False)
class DeltaSynapse(Synapse):
    r"""A spike moves a state of the target, by default the membrane potential, by the weight at once.

    .. math:: v \leftarrow v + w

    The weight is the jump, in mV for the membrane potential. It is in the state before the step's decay and
    threshold test. In NEST, `iaf_psc_delta` with weight w · exp(-dt/tau_m) in mV, as NEST tests the
    threshold first.

    Parameters
    ----------
    state : str, default 'v'
        Name of the state of the target; "v" is its first state, whatever that is called.

    Raises
    ------
    ValueError, TypeError
        If `state` is no name; where the synapses are made, if the target has no such state.

    Examples
    --------
    >>> from spikingnn import DeltaSynapse, LIFGroup, Network, SpikeSource, StateMonitor, SynapseGroup
    >>> source, target = SpikeSource([[1.0]]), LIFGroup(1)
    >>> synapses = SynapseGroup(source, target, weight=5.0, synapse=DeltaSynapse(), delay=1.0)
    >>> v = StateMonitor(target, "v")
    >>> Network(source, target, synapses, v, dt=1.0, seed=0).run(4.0)
    >>> v.values[:, 0].round(2)
    array([-65.  , -65.  , -60.24, -60.48])

    Each spike of a neuron raises its own adaptation:

    >>> from spikingnn import AdEx, NeuronGroup
    >>> neurons = NeuronGroup(3, AdEx())
    >>> tired = SynapseGroup(neurons, neurons, [[0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.1]], DeltaSynapse("w"))
    """

    state: str = "v"
    """Name of the state of the target; "v" is its first state, whatever that is called."""

    unit: ClassVar[str] = "mV"
    states: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.state, str):
            checks.fail(self, "state", self.state, 'the name of a state such as "v"', TypeError)

    def state_rows(self, source: NeuronModel, target: NeuronModel) -> tuple[int, int]:
        """Return the rows of the source's and the target's state that take part."""
        if self.state == "v" and "v" not in target.states:
            return 0, 0
        return 0, target.states.index(checks.one_of(self, "state", self.state, target.states))
