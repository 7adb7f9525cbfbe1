"""What all monitors have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._util import checks
from .._util.text import LINE_WIDTH, one_line
from ..groups import NeuronGroup
from ..parts import Part
from ..slices import GroupSlice, slice_of
from ..synapse_group import SynapseGroup


__all__ = ["Monitor"]


class Monitor(Part):
    """Base class of monitors: they record quantities of one target, and forget them at `clear`.

    Parameters
    ----------
    target : NeuronGroup or SynapseGroup
        Group or synapses whose activity is recorded.
    name : str, optional
        Name; None: class and ordinal in the network.

    Raises
    ------
    TypeError
        If `target` is no group of the kind that the monitor records.

    Examples
    --------
    Discard a transient, and count the spikes of the steady state alone:

    >>> from spikingnn import LIFGroup, Network, SpikeMonitor
    >>> neurons = LIFGroup(1)
    >>> spikes = SpikeMonitor(neurons)
    >>> network = Network(neurons, spikes, dt=0.1, seed=0)
    >>> network.run(100.0, inputs={neurons: 2.0})
    >>> spikes.clear()
    >>> network.run(100.0, inputs={neurons: 2.0})
    >>> spikes.t
    array([117.1, 146.9, 176.7])
    """

    accepts: tuple[type[Part], ...] = (NeuronGroup,)
    needs_spikes = False
    instead = Part.instead | dict.fromkeys(("target", "state", "row", "index", "every", "dtype", "width"),
                                           "build a new monitor, and a new network with it") | {
        each: "clear() forgets what was recorded" for each in ("t", "i", "values")}
    recorded = "samples"

    def __init__(self, target: Any, name: str | None = None) -> None:
        whole = target.group if isinstance(target, GroupSlice) else target
        if not isinstance(whole, self.accepts):
            kinds = "neurons or inputs" if self.accepts == (NeuronGroup,) else "neurons, inputs or synapses"
            accepted = "synapses" if self.accepts == (SynapseGroup,) else kinds
            checks.fail(self, "target", target, f"a group of {accepted}", TypeError)
        if self.needs_spikes and isinstance(whole, NeuronGroup) and whole.model.counts:
            state = whole.model.states[0]
            accepted = f'a group of single spikes (StateMonitor(group, "{state}") records numbers of spikes)'
            checks.fail(self, "target", target, accepted, TypeError)
        super().__init__(name)
        self.target: Any = whole
        self._part: Any = slice_of(target) if isinstance(whole, NeuronGroup) else None
        self.clear()

    @property
    def part(self) -> GroupSlice | None:
        """Part of the group that is recorded; None for synapses."""
        part: GroupSlice | None = self._part
        return part

    def touched(self) -> Sequence[Part]:
        """Return the target."""
        return (self.target,)

    def check_membership(self, parts: Sequence[Part]) -> None:
        """Refuse a network without the target."""
        if self.target not in parts:
            name = checks.owner_name(self)
            raise ValueError(f"{name} watches {self.target!r}, which is not in the network")

    def clear(self) -> None:
        """Forget what was recorded."""
        self._parts: list[tuple[NDArray[Any], ...]] = []

    def __repr__(self) -> str:
        watched = f"{type(self).__name__}({self._part or self.target.name or repr(self.target)}"
        state = f", {self.state!r}" if hasattr(self, "state") else ""
        ending = f"{state}): {self._n_recorded():,} {self.recorded}"
        return one_line(watched, LINE_WIDTH - len(ending)) + ending

    def _n_recorded(self) -> int:
        return sum(len(part[0]) for part in self._parts)

    def _joined(self, k: int, empty: NDArray[Any]) -> NDArray[Any]:
        """Part k of all recordings as one array."""
        if len(self._parts) > 1:
            self._parts = [tuple(np.concatenate(arrays) for arrays in zip(*self._parts))]
        return self._parts[0][k] if self._parts else empty

    @property
    def dt(self) -> float:
        """ms: time step of the network; ValueError where there is none."""
        return float(self._built().dt)

    def _built(self) -> Any:
        """Return the network; ValueError where there is none."""
        if self.network is None:
            raise ValueError(f"{checks.owner_name(self)} is in no network: give it to Network(…)")
        return self.network
