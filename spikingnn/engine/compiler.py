"""From groups and connections to what the time loop takes: `Layout` makes the tables and the flat arrays.

Filters and connections are compiled by `connection_compiler`; groups are laid out here. Below, `Layout`
says what one run needs, gives and takes states and weights, and goes back to the start.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from .._util.guarded import with_own_arrays
from .._util.typing import FloatArray, IntArray
from .connection_compiler import ConnectionCompiler, compile_filters, hook_addresses, table
from .connection_view import ConnectionView
from .flat import Flat, offsets
from .history import SpikeHistory
from .matrices import BuiltConnectivity
from .protocols import ConnectionLike, GroupLike
from .quantities import ARRAYS, Quantity, quantity_of_connection, quantity_of_group
from .tables import (BEGINS, CONDUCTANCE, CURRENT, GRADED, Connections, Filters, Groups, Probes, Values,
                     Wiring)


__all__ = ["Layout", "Tables"]

ALIGN = 64              # flags of a group begin at a multiple of this, so that they can be read eight at once


class Tables(NamedTuple):
    """Arguments of `loop.advance` that stay the same during a run."""

    groups: Groups
    values: Values
    filters: Filters
    connections: Connections
    wiring: Wiring


def _is_fixed(model: object) -> bool:
    """Return whether no field of a model or a rule can be changed in place, such as an array."""
    fields = getattr(model, "__dict__", {}).values()
    return not any(isinstance(each, list) or getattr(getattr(each, "flags", None), "writeable", False)
                   for each in fields)


class Layout:
    """A network as the engine takes it: tables, flat arrays, and the history of spikes.

    Parameters
    ----------
    groups : sequence of groups
        In the order in which they are numbered.
    connections : sequence of SynapseGroup
        In the order in which they are numbered.
    built : sequence of BuiltConnectivity
        Synapses of each connection.
    dt : float
        ms: time step.
    """

    def __init__(self, groups: Sequence[GroupLike], connections: Sequence[ConnectionLike],
                 built: Sequence[BuiltConnectivity], dt: float) -> None:
        self.groups, self.connections, self.dt = tuple(groups), tuple(connections), dt
        number = {group: g for g, group in enumerate(groups)}
        self.filters, self.filter_of = compile_filters(connections, number, dt)
        compiled = ConnectionCompiler(connections, number, dt)
        for connection, its_synapses, filter_number in zip(connections, built, self.filter_of):
            compiled.add(connection, its_synapses, filter_number)
        self.connection_table = table(Connections, compiled.rows)
        self.wiring = compiled.wiring()
        self.weight, self.memory = compiled.flat["weight"].array, compiled.flat["memory"].array
        self.trace = compiled.flat["trace"].array
        self.filter_state = np.zeros(sum(groups[g].n for g in self.filters.target))
        self.scratch = np.zeros(compiled.scratch)
        self._lay_out_groups()
        self.history = SpikeHistory(len(groups), int(max([1] + [each.delays.max() for each in built])))
        self.first_state: FloatArray = np.empty(0)
        self.first_weight: FloatArray | None = None
        # states of synapses to which `rewind` returns, unless all are zero
        self.first_synaptic: tuple[FloatArray, ...] | None = None
        self.changes = 0                # how often weights were assigned
        # models and rules as they were, and the tables made of them
        self._prepared: tuple[tuple[Any, ...], Tables] | None = None

    def _lay_out_groups(self) -> None:
        sizes = np.array([group.n for group in self.groups])
        numbers = range(len(sizes))
        self.unit_at = offsets(-(-sizes // ALIGN) * ALIGN)
        self.state_at = offsets([group.state.size for group in self.groups])
        self.state = np.concatenate([group.state.ravel() for group in self.groups])
        fed = set(zip(self.filters.target.tolist(), self.filters.kind.tolist()))
        graded = self.connection_table.kind == GRADED
        fed |= {(g, CURRENT) for g in self.connection_table.target[graded].tolist()}
        begun = set(self.filters.target[self.filters.role == BEGINS].tolist())
        self.receives_current = np.array([(g, CURRENT) in fed for g in numbers], dtype=np.int64)
        copies = [(g, CURRENT) in fed and g not in begun for g in numbers]
        self.copies_stimulus = np.array(copies, dtype=np.int64)
        conducting = np.array([(g, CONDUCTANCE) in fed for g in numbers], dtype=np.int64)
        self.n_conductance = sizes * conducting
        self.current = np.zeros(self.unit_at[-1])
        self.conductance = np.zeros(2 * self.n_conductance.sum())
        self.spiked = np.zeros(self.unit_at[-1], dtype=bool)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_prepared": None}                      # addresses stay in their process

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({name: with_own_arrays(value) for name, value in state.items()})

    # --- what a run needs
    # ---------------------------------------------------------------------------------------

    def tables(self, stimuli: Sequence[FloatArray], streams: Sequence[int],
               rewards: Sequence[FloatArray]) -> Tables:
        """Return the arguments of the loop for one run, from the models and rules as they are now.

        Parameters
        ----------
        stimuli : sequence of arrays (rows, n)
            One per group.
        streams : sequence of int
            Key of the random numbers of each group.
        rewards : sequence of arrays (rows,)
            One per connection; empty if none is given.
        """
        if self._prepared and self.is_current():
            tables = self._prepared[1]
        else:
            tables, models = self._prepare(), self._models()
            self._prepared = (models, tables) if all(map(_is_fixed, models)) else None
        groups, values, filters, connections, wiring = tables
        stimulus_at, reward_at = offsets([held.size for held in stimuli]), offsets([r.size for r in rewards])
        groups = groups._replace(
            stimulus_rows=np.array([len(held) for held in stimuli], dtype=np.int64),
            stimulus_at=stimulus_at[:-1], stream=np.array(streams, dtype=np.uint64))
        values = values._replace(
            stimulus=np.concatenate([held.ravel() for held in stimuli]), params=values.params.copy(),
            reward=np.concatenate([np.empty(0), *rewards]))
        connections = connections._replace(reward_at=reward_at[:-1], reward_rows=np.diff(reward_at))
        return Tables(groups, values, filters, connections, wiring)

    def _models(self) -> tuple[Any, ...]:
        return *(group.model for group in self.groups), *(each.rule for each in self.connections)

    def is_current(self) -> bool:
        """Return whether models and rules are those of the latest tables, and cannot be changed in place."""
        return self._prepared is not None and all(map(operator.is_, self._models(), self._prepared[0]))

    def _prepare(self) -> Tables:
        """Return the tables with all that follows from the models and rules, and nothing of a run."""
        coefficients, rows = Flat(np.float64), []
        for group in self.groups:
            same, numbers = group.model.coefficients(group.n, self.dt)
            rows.append(dict(
                n=group.n, n_states=len(group.model.states), homogeneous=int(same),
                n_coefficients=len(numbers), coefficient_at=coefficients.add(numbers),
                kernel=group.model.step.address("homogeneous" if same else "heterogeneous"),
                stimulus_rows=0, stimulus_at=0))
        groups = table(
            Groups, rows, unit_at=self.unit_at, state_at=self.state_at, stream=np.empty(0, np.uint64),
            receives_current=self.receives_current, copies_stimulus=self.copies_stimulus,
            conductance_at=offsets(2 * self.n_conductance)[:-1], n_conductance=self.n_conductance)
        params, trace_decay = self._rule_values()
        values = Values(
            self.state, coefficients.array, np.empty(0), self.current, self.conductance, self.spiked,
            self.filter_state, self.trace, self.weight, self.memory, params, np.empty(0), self.scratch)
        hooks = hook_addresses([connection.rule for connection in self.connections])
        return Tables(groups, values, self.filters, self.connection_table._replace(**hooks),
                      self.wiring._replace(trace_decay=trace_decay))

    def _rule_values(self) -> tuple[FloatArray, FloatArray]:
        """The params of all rules, and the factor per step of all traces."""
        rules = [connection.rule for connection in self.connections if connection.rule is not None]
        params = [value for rule in rules for value in rule.step_coefficients(self.dt)]
        taus = [tau for rule in rules for tau, _ in (*rule.pre_traces(), *rule.post_traces())]
        return np.array(params, dtype=np.float64), np.exp(-self.dt / np.array(taus, dtype=np.float64))

    def quantity(self, target: Any, name: str) -> Quantity:
        """Return where the quantity `name` of a group or a connection lies in the flat arrays."""
        if target in self.groups:
            return quantity_of_group(self, self.groups.index(target), name)
        return quantity_of_connection(self, self.connections.index(target), name)

    def probes(self, probed: Sequence[tuple[Any, str, IntArray, int]]) -> Probes:
        """Return the probes of (target, name of the quantity, numbers that are recorded, steps between them).

        Zero steps: the quantity is sampled at the spikes of its group. What depends on the block is set by
        `Recording`.
        """
        rows, units = [], Flat(np.int64)
        for target, name, index, every in probed:
            found = self.quantity(target, name)
            index = index if found.positions is None else found.positions[index]
            rows.append(dict(group=self.groups.index(target) if target in self.groups else 0, every=every,
                             array=found.array, at=found.at, size=found.size, width=index.size, first=0,
                             unit_at=units.add(index), sample_at=0))
        return table(Probes, rows, units=units.array, samples=np.empty(0))

    # --- states and weights
    # -------------------------------------------------------------------------------------

    def states(self) -> Iterator[tuple[Any, FloatArray]]:
        """Yield (group, its part of the flat states, (n_states, n)) for each group."""
        for g, group in enumerate(self.groups):
            yield group, self.state_of(g, self.state)

    def state_of(self, g: int, state: FloatArray) -> FloatArray:
        """Return the view (n_states, n) of the flat `state` that belongs to group number g."""
        return state[self.state_at[g]:self.state_at[g + 1]].reshape(-1, self.groups[g].n)

    def gather(self) -> None:
        """Copy the states of the groups into the flat array on which the loop works."""
        for group, mine in self.states():
            mine[:] = group.state

    def scatter(self) -> None:
        """Copy the states back to the groups, into the arrays that they always had: views stay alive."""
        for group, mine in self.states():
            group.state[:] = mine

    def filter_states(self) -> Iterator[FloatArray]:
        """Yield the view (n,) of the current or conductance of each filter."""
        for at, target in zip(self.filters.state_at, self.filters.target):
            yield self.filter_state[at:at + self.groups[target].n]

    def connection(self, k: int) -> ConnectionView:
        """Return views of what is kept of connection number k."""
        shape = (self.connections[k].source.n, self.connections[k].target.n)
        return ConnectionView(k, shape, self.connection_table, self.wiring, self.weight, self.memory,
                              self.trace)

    def view_of(self, connection: ConnectionLike) -> ConnectionView:
        """Return views of what is kept of `connection`."""
        return self.connection(self.connections.index(connection))

    def values_of(self, quantity: Quantity) -> FloatArray:
        """Return the numbers of a quantity: a view, unless they do not lie one after the other."""
        array: FloatArray = getattr(self, ARRAYS[quantity.array])
        within = array[quantity.at:quantity.at + quantity.size]
        return within if quantity.positions is None else within[quantity.positions]

    def set_values(self, quantity: Quantity, values: Any) -> None:
        """Set the numbers of a quantity."""
        within = getattr(self, ARRAYS[quantity.array])[quantity.at:quantity.at + quantity.size]
        within[slice(None) if quantity.positions is None else quantity.positions] = values

    # --- back to the start
    # --------------------------------------------------------------------------------------

    def remember_state(self) -> None:
        """Make the present states those to which `rewind` returns."""
        self.gather()
        self.first_state = self.state.copy()

    def remember_synapses(self) -> None:
        """Make the present states of synapses those to which `rewind` returns."""
        self.first_synaptic = tuple(array.copy() for array in (self.filter_state, self.trace, self.memory))

    def remember_weight(self) -> None:
        """Make the present weights those to which `rewind` returns, unless some are already."""
        if self.first_weight is None:
            self.first_weight = self.weight.copy()

    def rewind(self, keep_weights: bool) -> None:
        """Return to step 0: first states and weights, no traces, no memory, no spikes under way."""
        self.state[:] = self.first_state
        self.scatter()
        if self.first_weight is not None and not keep_weights:
            self.weight[:] = self.first_weight
        self._restart_synapses()
        self.history.clear()

    def _restart_synapses(self) -> None:
        for k, array in enumerate((self.filter_state, self.trace, self.memory)):
            array[:] = 0.0 if self.first_synaptic is None else self.first_synaptic[k]
