"""States of synapses by name: currents, conductances, traces and what rules keep per synapse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from ._util import checks
from ._util.guarded import ReadOnlyArray, read_only
from ._util.typing import FloatArray
from .engine.compiler import Layout
from .engine.protocols import ConnectionLike
from .engine.quantities import SIDES, synaptic_states
from .parts import NetworkLike


__all__ = ["get_state", "initialise_synapses", "n_numbers", "set_state"]


class Synapses(ConnectionLike, Protocol):
    """What is asked of a group of synapses."""

    @property
    def network(self) -> NetworkLike | None: ...

    @property
    def initial(self) -> dict[str, FloatArray]: ...


def n_numbers(synapses: Synapses, name: str) -> int | None:
    """Return how many numbers a state, or "weight", has; None for one per synapse before these are known."""
    kind = "synapse" if name == "weight" else synaptic_states(synapses)[name].kind
    if kind in SIDES:
        n: int = synapses.parts[SIDES[kind]].n
        return n
    return None if synapses.network is None else synapses.network.layout.quantity(synapses, name).size


def get_state(synapses: Synapses, name: str) -> ReadOnlyArray:
    """Return a read-only copy of a state: of now, or the initial one before the network is built."""
    check_name(synapses, name)
    network, advice = synapses.network, f"write synapses[{name!r}] = …"
    if network is not None:
        values = network.layout.values_of(network.layout.quantity(synapses, name)).copy()
        return read_only(_as_matrix(synapses, name, values), advice)
    value, n = synapses.initial.get(name, 0.0), n_numbers(synapses, name)
    if n is None and not np.ndim(value):
        raise ValueError(f"{synapses!r}[{name!r}] has one number per synapse, and these are drawn when the "
                         "network is built")
    return read_only(np.array(value if n is None else np.broadcast_to(value, n)), advice)


def set_state(synapses: Synapses, name: str, value: Any) -> None:
    """Set a state: of now, or the initial one before the network is built."""
    check_name(synapses, name)
    owner, n, network = synapses.name or "SynapseGroup", n_numbers(synapses, name), synapses.network
    kind = synaptic_states(synapses)[name].kind
    check = checks.non_negative if kind == "filter" and synapses.synapse.sends_conductance else checks.number
    values = check(owner, name, value)
    if kind in SIDES:
        checks.scalar_or_length(owner, name, values, n or 0)
    if network is None:
        synapses.initial[name] = np.array(values)
        return
    network.assert_changeable(f"{owner}[{name!r}]")
    _write(network.layout, synapses, name, values)


def check_name(synapses: Synapses, name: str) -> None:
    """Refuse what is no state of the synapses; ValueError lists those that there are."""
    names = synaptic_states(synapses)
    if name == "weight":
        raise ValueError("weights are read and set by synapses.weight")
    if not names:
        raise ValueError(f"{synapses!r} has no states: its synapse model acts at once, and it has no traces")
    checks.one_of(synapses, "state", name, names)


def initialise_synapses(layout: Layout, connections: Sequence[Synapses]) -> None:
    """Set the initial states that were given before the network was built; `reset` returns to them."""
    for each in connections:
        for name, value in each.initial.items():
            check_name(each, name)
            _write(layout, each, name, value)
    if any(each.initial for each in connections):
        layout.remember_synapses()


def _write(layout: Layout, synapses: Synapses, name: str, values: Any) -> None:
    place, array = layout.quantity(synapses, name), np.asarray(values)
    if array.ndim == 2 and array.shape == _shape(synapses) and array.size == place.size:
        array = array.ravel()
    if array.shape not in ((), (place.size,)):
        owner = synapses.name or "SynapseGroup"
        raise ValueError(f"{owner}[{name!r}] must be a number or one per synapse, ({place.size},), "
                         f"got shape {array.shape}")
    layout.set_values(place, array)


def _as_matrix(synapses: Synapses, name: str, values: FloatArray) -> FloatArray:
    """One number per synapse of dense connections as (n_pre, n_post)."""
    shape, per_synapse = _shape(synapses), synaptic_states(synapses)[name].kind == "synapse"
    return values.reshape(shape) if per_synapse and values.size == shape[0] * shape[1] else values


def _shape(synapses: Synapses) -> tuple[int, int]:
    source, target = synapses.parts
    return source.n, target.n
