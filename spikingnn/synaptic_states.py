"""States of synapses by name: currents, conductances, traces and what rules keep per synapse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from ._util import checks
from ._util.guarded import read_only
from ._util.typing import FloatArray
from .delays import is_per_synapse
from .engine.compiler import Layout
from .engine.protocols import ConnectionLike
from .engine.quantities import SIDES, SynapticState, synaptic_states
from .parts import NetworkLike
from .slices import weight_between
from .weights import is_scipy_sparse, per_synapse, read_only_weight


__all__ = ["draw_states", "get_state", "initialise_synapses", "n_numbers", "set_state"]


class Synapses(ConnectionLike, Protocol):
    """What is asked of a group of synapses."""

    @property
    def network(self) -> NetworkLike | None: ...

    @property
    def delay(self) -> Any: ...

    @property
    def first_states(self) -> dict[str, Any]: ...

    def in_form_of_weight(self, network: NetworkLike, values: FloatArray | None = None) -> Any: ...


def n_numbers(synapses: Synapses, name: str) -> int | None:
    """Return how many numbers a state, or "weight", has; None if that is not known before the building."""
    kind = "synapse" if name == "weight" else synaptic_states(synapses)[name].kind
    if kind in SIDES and not (kind == "pre" and is_per_synapse(synapses.delay)):
        n: int = synapses.parts[SIDES[kind]].n
        return n
    return None if synapses.network is None else synapses.network.layout.quantity(synapses, name).size


def get_state(synapses: Synapses, name: str) -> Any:
    """Return a read-only copy of a state; of numbers per synapse in the form of the weights."""
    kind, network = _found(synapses, name).kind, synapses.network
    if network is not None:
        layout = network.layout
        values = layout.values_of(layout.quantity(synapses, name)).copy()
        if kind == "synapse":
            in_engine = np.empty_like(values)
            in_engine[layout.view_of(synapses).order()] = values
            return read_only_weight(synapses.in_form_of_weight(network, in_engine))
        return read_only(values, f"write synapses[{name!r}] = …")
    n = n_numbers(synapses, name)
    if n is None:
        raise ValueError(f"{synapses!r}[{name!r}] is known once the network is built: give the synapses to "
                         "Network(…)")
    initial = np.broadcast_to(synapses.first_states.get(name, 0.0), n).copy()
    return read_only(initial, f"write synapses[{name!r}] = …")


def set_state(synapses: Synapses, name: str, value: Any) -> None:
    """Set a state: of now, or the initial one before the network is built."""
    kind, owner, network = _found(synapses, name).kind, synapses.name or "SynapseGroup", synapses.network
    if kind == "synapse":
        if not callable(value) and not is_scipy_sparse(value):
            checks.number(owner, name, value)
            value = np.array(value)
    else:
        check = (checks.non_negative if kind == "filter" and synapses.synapse.sends_conductance
                 else checks.number)
        value, n = check(owner, name, value), n_numbers(synapses, name)
        if n is not None:
            checks.scalar_or_length(owner, name, value, n)
        value = np.array(value)
    if network is None:
        synapses.first_states[name] = value
        return
    network.assert_changeable(f"{owner}[{name!r}]")
    _write(network.layout, synapses, name, value, np.random.default_rng())


def draw_states(synapses: Synapses, layout: Layout, seed_of: Callable[[str], int]) -> None:
    """Set the first numbers per synapse in a new `layout`; random ones are drawn from ``seed_of(name)``."""
    for name, (kind, row, r) in synaptic_states(synapses).items():
        if kind == "synapse":
            rng = np.random.default_rng(seed_of(f"{synapses.name}/{name}"))
            first = synapses.first_states.get(name, synapses.rules[r].initial()[row])
            _write(layout, synapses, name, first, rng)


def initialise_synapses(layout: Layout, connections: Sequence[Synapses]) -> None:
    """Set the currents, conductances and traces that were given before the network was built."""
    given = [(each, name) for each in connections for name in each.first_states]
    for each, name in given:
        if _found(each, name).kind != "synapse":
            _write(layout, each, name, each.first_states[name], np.random.default_rng())
    if given:
        layout.remember_synapses()


def _found(synapses: Synapses, name: str) -> SynapticState:
    """The state of this name; ValueError lists those that there are."""
    named = synaptic_states(synapses)
    if name == "weight":
        raise ValueError("weights are read and set by synapses.weight")
    if not named:
        raise ValueError(f"{synapses!r} has no states: its synapse model acts at once, and it has no traces")
    checks.one_of(synapses, "state", name, named)
    return named[name]


def _write(layout: Layout, synapses: Synapses, name: str, value: Any, rng: np.random.Generator) -> None:
    place = layout.quantity(synapses, name)
    if synaptic_states(synapses)[name].kind == "synapse":
        kept = layout.view_of(synapses)
        source, target = synapses.parts
        now = weight_between(kept, source, target, not kept.is_sparse)
        value = per_synapse(synapses, name, value, now, kept.order(), rng)
        value = value if isinstance(value, float) else value[kept.order()]
    elif value.shape not in ((), (place.size,)):
        raise ValueError(f"{synapses.name}[{name!r}] must be a number or ({place.size},), got {value.shape}")
    layout.set_values(place, value)
