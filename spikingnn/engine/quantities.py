"""What can be recorded and set by name, and where it lies in the flat arrays of a network.

Of a group: its states and "current". Of a connection: "weight", and the states of its synapses
(`synaptic_states`): those of its synapse model, one number per target, and those of its rules.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .._util.typing import IntArray
from .protocols import ConnectionLike
from .tables import (FROM_CURRENT, FROM_FILTER, FROM_SINGLE_WEIGHT, FROM_STATE, FROM_STIMULUS,
                     FROM_SYNAPSE_STATE, FROM_TRACE, FROM_WEIGHT)


__all__ = ["ARRAYS", "SIDES", "Quantity", "SynapticState", "quantity_of_connection", "quantity_of_group",
           "synaptic_states"]

ARRAYS = {FROM_STATE: "state", FROM_CURRENT: "current", FROM_STIMULUS: "stimulus",
          FROM_FILTER: "filter_state", FROM_TRACE: "trace", FROM_WEIGHT: "weight",
          FROM_SYNAPSE_STATE: "synapse_state"}
SIDES = {"filter": 1, "pre": 0, "post": 1}      # whose units have a number each: 0: the source's


class Quantity(NamedTuple):
    """Some numbers in one of the flat arrays."""

    array: int                          # FROM_STATE and so on
    at: int                             # where they, or others among which they are, begin
    size: int                           # how many they are
    positions: IntArray | None = None   # counted from `at`, unless they lie one after the other
    trace: int = 0                      # number of the trace, if they are one: see `traces`

    def places(self, index: IntArray) -> tuple[IntArray, int]:
        """Return where the numbers of this `index` are, counted from `at`, and how many numbers hold them."""
        if self.positions is None:
            return index, self.size
        return self.positions[index], int(self.positions.max(initial=-1)) + 1

    def within(self) -> Any:
        """Return the index of the numbers in the flat array."""
        return slice(self.at, self.at + self.size) if self.positions is None else self.at + self.positions


class SynapticState(NamedTuple):
    """A named state of a connection."""

    kind: str                           # "filter", "pre", "post", or "synapse" for one number per synapse
    row: int                            # number among those of its kind
    rule: int = 0                       # number of the rule of the connection


def _numbered(letter: str, names: tuple[str, ...], count: int) -> tuple[str, ...]:
    """The names of traces, as a rule gives them, or x, or x1, x2 …"""
    if len(names) == count:
        return names
    return (letter,) if count == 1 else tuple(f"{letter}{k + 1}" for k in range(count))


def synaptic_states(connection: ConnectionLike) -> dict[str, SynapticState]:
    """Return the states of a connection by name.

    A state of a rule whose name is taken has the number of the rule behind it: x_1, x_2 …
    """
    synapse = connection.synapse
    filtered = synapse.states if synapse.filter is not None else ()
    named = {name: SynapticState("filter", row) for row, name in enumerate(filtered)}
    for r, rule in enumerate(connection.rules):
        kinds = {"pre": _numbered("x", rule.pre_names, len(rule.pre_traces())),
                 "post": _numbered("y", rule.post_names, len(rule.post_traces())),
                 "synapse": tuple(rule.synapse_state)}
        for kind, names in kinds.items():
            for row, name in enumerate(names):
                named[f"{name}_{r + 1}" if name in named else name] = SynapticState(kind, row, r)
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
    """Return where a state, or the weights, of connection number k lie; synapses by source, then target."""
    connection, connections, rules = layout.connections[k], layout.connection_table, layout.rule_table
    n_weight, order = int(connections.n_weight[k]), None
    if connections.bundle[k] != k or connections.n_delays[k] > 1 and n_weight > 1:  # sorted by delay
        kept = layout.connection(k)
        order = kept.order()
    if name == "weight":
        array = FROM_SINGLE_WEIGHT if connections.is_single[k] else FROM_WEIGHT
        if connections.bundle[k] != k:
            order = kept.positions[order]
        return Quantity(array, int(connections.weight_at[k]), n_weight, order)
    state = synaptic_states(connection)[name]
    r = int(connections.rule_at[k]) + state.rule
    if state.kind == "synapse":
        places = layout.connection(k).state_places(int(rules.n_states[r]))[state.row]
        places = places if order is None else places[order]
        return Quantity(FROM_SYNAPSE_STATE, int(rules.state_at[r]), n_weight, places)
    part = connection.parts[SIDES[state.kind]]
    within = state.row * part.group.n + part.start
    if state.kind == "filter":
        f = connections.filter[k]
        return Quantity(FROM_FILTER, int(layout.filters.table.state_at[f]) + within, part.n)
    terminals = connection.source.n * int(connections.n_delays[k])
    trace = int(rules.trace_parameter_at[r]) + state.row
    if state.kind == "post":
        before = int(rules.n_pre_traces[r])
        return Quantity(FROM_TRACE, int(rules.trace_at[r]) + before * terminals + within, part.n, None,
                        trace + before)
    places = np.arange(terminals).reshape(-1, connection.source.n)[:, part.units].ravel()
    return Quantity(FROM_TRACE, int(rules.trace_at[r]) + state.row * terminals, places.size, places, trace)
