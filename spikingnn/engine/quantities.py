"""What can be recorded and set by name, and where it lies in the flat arrays of a network.

Of a group: its states and "current". Of a connection: "weight", and the states of its synapses
(`synaptic_states`): those of its synapse model, one number per target, and those of its rule.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .._util.typing import IntArray
from .protocols import ConnectionLike
from .tables import FROM_CURRENT, FROM_FILTER, FROM_MEMORY, FROM_STATE, FROM_STIMULUS, FROM_TRACE, FROM_WEIGHT


__all__ = ["ARRAYS", "SIDES", "Quantity", "SynapticState", "synaptic_states"]

ARRAYS = {FROM_STATE: "state", FROM_CURRENT: "current", FROM_STIMULUS: "stimulus",
          FROM_FILTER: "filter_state", FROM_TRACE: "trace", FROM_WEIGHT: "weight", FROM_MEMORY: "memory"}
SIDES = {"filter": 1, "pre": 0, "post": 1}      # whose units have a number each: 0 the source's, 1 the target's


class Quantity(NamedTuple):
    """Some numbers in one of the flat arrays."""

    array: int                          # FROM_STATE and so on
    at: int                             # where they begin
    size: int                           # how many they are
    positions: IntArray | None = None   # counted from `at`, unless they lie one after the other


class SynapticState(NamedTuple):
    """A named state of a connection."""

    kind: str                           # "filter", "pre", "post", or "synapse" for one number per synapse
    row: int                            # number among those of its kind


def _numbered(letter: str, names: tuple[str, ...], count: int) -> tuple[str, ...]:
    if len(names) == count:
        return names
    return (letter,) if count == 1 else tuple(f"{letter}{k + 1}" for k in range(count))


def synaptic_states(connection: ConnectionLike) -> dict[str, SynapticState]:
    """Return the states of a connection by name.

    A trace of the rule that has the name of a state of the synapse model is called ``<name>_trace``.
    """
    synapse, rule = connection.synapse, connection.rule
    filtered = getattr(synapse, "states", ("s",)) if synapse.has_filter else ()
    named = {name: SynapticState("filter", row) for row, name in enumerate(filtered)}
    if rule is None:
        return named
    of_rule: list[tuple[str, tuple[str, ...]]] = [
        ("pre", _numbered("x", rule.pre_names, len(rule.pre_traces()))),
        ("post", _numbered("y", rule.post_names, len(rule.post_traces()))),
        ("synapse", ("memory",) if rule.memory else ())]
    for kind, names in of_rule:
        for row, name in enumerate(names):
            named[f"{name}_trace" if name in named else name] = SynapticState(kind, row)
    return named


def quantity_of_group(layout: Any, g: int, name: str) -> Quantity:
    """Return where a state, or the current, of group number g lies."""
    group = layout.groups[g]
    if name in group.model.states:
        row = group.model.states.index(name)
        return Quantity(FROM_STATE, int(layout.state_at[g]) + row * group.n, group.n)
    if layout.receives_current[g]:
        return Quantity(FROM_CURRENT, int(layout.unit_at[g]), group.n)
    return Quantity(FROM_STIMULUS, 0, group.n)


def quantity_of_connection(layout: Any, k: int, name: str) -> Quantity:
    """Return where a state, or the weights, of connection number k lie."""
    connection, at = layout.connections[k], {field: int(column[k]) for field, column in
                                             layout.connection_table._asdict().items()}
    if name == "weight":
        return Quantity(FROM_WEIGHT, at["weight_at"], at["n_weight"])
    kind, row = synaptic_states(connection)[name]
    if kind == "synapse":
        return Quantity(FROM_MEMORY, at["memory_at"], at["n_memory"])
    part = connection.parts[SIDES[kind]]
    within = row * part.group.n + part.start
    if kind == "filter":
        return Quantity(FROM_FILTER, int(layout.filters.state_at[at["filter"]]) + within, part.n)
    begin = at["trace_at"] if kind == "pre" else at["trace_at"] + at["n_pre_traces"] * connection.source.n
    return Quantity(FROM_TRACE, begin + within, part.n)
