"""From groups and connections to what the time loop takes: `Layout` makes the tables and the flat arrays.

Filters and connections are compiled by `connection_compiler`; groups are laid out here. Below, `Layout`
says what one run needs, gives and takes states and weights, and goes back to the start.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, cast

import numpy as np

from .._util.arrays import aligned
from .._util.guarded import OwnArrays
from .._util.typing import FloatArray, IntArray
from .connection_compiler import (ConnectionCompiler, coupling_addresses, hook_addresses, input_places,
                                  stage_addresses, what_is_sent)
from .connection_view import ConnectionView
from .filter_compiler import FilterCompiler
from .flat import Flat, joined, offsets
from .history import SpikeHistory
from .matrices import BuiltConnectivity
from .partition import ALIGN, find_partition
from .plugin import Rule
from .protocols import ConnectionLike, GroupLike
from .quantities import ARRAYS, Quantity, quantity_of_connection, quantity_of_group
from .random import stream_key
from .references import refer
from .rows_to_table import table
from .sharing import share_connections, share_groups
from .tables import (BEGINS, CONDUCTANCE, CURRENT, FROM_FILTER, FROM_TRACE, GAPS, LEVELS, PERIOD, Connections,
                     Filters, Groups, Probes, Rules, Values, Wiring)
from .traces import change_worth, trace_factors


__all__ = ["Layout", "Signal", "Tables"]


class Tables(NamedTuple):
    """Arguments of `loop.advance` that stay the same during a run."""

    groups: Groups
    values: Values
    filters: Filters
    connections: Connections
    rules: Rules
    wiring: Wiring


class Prepared(NamedTuple):
    """The latest tables, and what they were made of."""

    models: tuple[Any, ...]         # and rules
    seed: int
    stimulus_rows: list[int]        # of each group
    tables: Tables


class Signal(NamedTuple):
    """What the rules of one connection get as their signal during a run."""

    values: FloatArray | None       # (rows, n_post) or (rows, 1); None: what each rule gives
    group: int = -1                 # number of a group whose state `row` is the signal, or -1
    row: int = 0


def _is_fixed(model: object) -> bool:
    """Return whether no field of a model or a rule can be changed in place, such as an array."""
    fields = getattr(model, "__dict__", {}).values()
    return not any(isinstance(each, list) or getattr(getattr(each, "flags", None), "writeable", False)
                   for each in fields)


class Layout(OwnArrays):
    """A network as the engine takes it: tables, flat arrays, and the history of spikes.

    Parameters
    ----------
    groups : sequence of groups
        In the order in which they are numbered.
    connections : sequence of SynapseGroup
        In the order in which they are numbered.
    built : list of BuiltConnectivity
        Synapses of each connection; it is emptied while they are moved.
    dt : float
        ms: time step.
    threads : int
        Number of threads that may share the network.
    """

    def __init__(self, groups: Sequence[GroupLike], connections: Sequence[ConnectionLike],
                 built: list[BuiltConnectivity], dt: float, threads: int = 1) -> None:
        self.groups, self.connections, self.dt, self.threads = tuple(groups), tuple(connections), dt, threads
        number = {group: g for g, group in enumerate(groups)}
        sends = [what_is_sent(connection) for connection in connections]
        self.filters = FilterCompiler(connections, sends, number, dt)
        self.unit_at = offsets([-(-group.n // ALIGN) * ALIGN for group in groups])
        self.state_at = offsets([group.state.size for group in groups])
        places = input_places(connections, number, sends, self.filters, self.unit_at, self.state_at)
        longest = max([1, *(int(each.delays.max()) for each in built)])
        self.partition = find_partition(threads, groups, connections, built, sends, self.filters, dt)
        compiled = ConnectionCompiler(connections, built, number, self.filters.of, places, self.partition, dt)
        self.shares = compiled.shares
        self.connection_table = table(Connections, compiled.rows, order=compiled.order)
        self.rule_table = table(Rules, compiled.rule_rows, stream=np.empty(0, np.uint64))
        self.wiring = compiled.wiring()
        self.weight = compiled.flat["weight"].array
        self.synapse_state = compiled.flat["synapse_state"].array
        self.trace, self.past_level = compiled.flat["trace"].array, compiled.flat["past_level"].array
        self.filter_state = aligned(self.filters.size)
        self.scratch = np.zeros(compiled.scratch)
        self._lay_out_groups()
        longest = max([longest, *self.connection_table.post_delay])
        self.history = SpikeHistory(len(groups), int(longest))
        self.first_state: FloatArray = np.empty(0)
        self.first_synapse_state = self.synapse_state.copy()
        self.first_weight: FloatArray | None = None
        # currents and traces to which `rewind` returns, unless all are zero
        self.first_synaptic: tuple[FloatArray, ...] | None = None
        self._worth: FloatArray | None = None       # of the traces, as they are kept: see `traces`
        self.changes = 0                # how often weights were assigned
        self._prepared: Prepared | None = None
        self._kept: dict[Any, tuple[Any, bool, FloatArray]] = {}    # of groups, their models and coefficients
        self._references: list[tuple[Any, ...]] = []                # to the latest tables of each thread
        self._views: list[tuple[Any, FloatArray]] = []              # of each group, its part of the states

    def _lay_out_groups(self) -> None:
        sizes = np.array([group.n for group in self.groups])
        numbers = range(len(sizes))
        self.state = joined([group.state.ravel() for group in self.groups])
        sends, target = self.connection_table.sends, self.connection_table.target
        filters, directly = self.filters.table, self.connection_table.filter < 0
        fed = self.filters.receivers(CURRENT) | set(target[(sends == LEVELS) & directly].tolist())
        begun = set(filters.target[filters.role == BEGINS].tolist())
        self.receives_current = np.array([g in fed for g in numbers], dtype=np.int64)
        self.copies_stimulus = np.array([g in fed and g not in begun for g in numbers], dtype=np.int64)
        conducted = self.filters.receivers(CONDUCTANCE) | set(target[sends == GAPS].tolist())
        conducting = np.array([g in conducted for g in numbers], dtype=np.int64)
        self.n_conductance = sizes * conducting
        self.current = aligned(self.unit_at[-1])
        self.conductance = aligned(2 * self.n_conductance.sum())
        self.spiked = aligned(self.unit_at[-1], np.bool_)

    def __getstate__(self) -> dict[str, Any]:
        here: dict[str, Any] = {"_prepared": None, "_references": [], "_views": [], "_kept": {}}
        return self.__dict__ | here

    # --- what a run needs
    # ---------------------------------------------------------------------------------------

    def tables(self, stimuli: Sequence[FloatArray], seed: int, signals: Sequence[Signal]) -> Tables:
        """Return the arguments of the loop for one run, from the models and rules as they are now.

        Parameters
        ----------
        stimuli : sequence of arrays (rows, n)
            One per group.
        seed : int
            Seed of the random numbers; each group, filter and rule has a stream of its own.
        signals : sequence of Signal
            One per connection.
        """
        stimulus_rows, flat = [len(held) for held in stimuli], [held.ravel() for held in stimuli]
        before = self._prepared if self.is_current() else None
        if before and before.seed == seed and before.stimulus_rows == stimulus_rows:
            tables = before.tables
            np.concatenate(flat, out=tables.values.stimulus)
        else:
            tables = before.tables if before and before.seed == seed else self._prepare(seed)
            groups = tables.groups._replace(stimulus_at=offsets([held.size for held in flat])[:-1],
                                            stimulus_rows=np.array(stimulus_rows, dtype=np.int64))
            values = tables.values._replace(stimulus=joined(flat))
            tables, models = tables._replace(groups=groups, values=values), self._models()
            is_fixed = all(map(_is_fixed, models))
            self._prepared = Prepared(models, seed, stimulus_rows, tables) if is_fixed else None
        if not self.rule_table.n_states.size:
            return tables
        signal, columns = self._signals(signals)
        values = tables.values._replace(params=tables.values.params.copy(), signal=signal)
        return tables._replace(values=values, rules=tables.rules._replace(**columns))

    def refer(self, tables: Tables, threads: int = 1) -> list[tuple[Any, ...]]:
        """Return the tables of each thread as the loop takes them; earlier references become these."""
        shares = [tables] if threads == 1 else [self._share(tables, p) for p in range(threads)]
        earlier = self._references if len(self._references) == threads else [(None,) * len(tables)] * threads
        self._references = [tuple(map(refer, mine, before)) for mine, before in zip(shares, earlier)]
        return self._references

    def _share(self, tables: Tables, thread: int) -> Tables:
        groups, values = share_groups(tables.groups, tables.values, self.partition, thread)
        connections = share_connections(tables.connections, self.partition, self.shares, thread)
        return tables._replace(groups=groups, values=values, connections=connections)

    def threads_of_run(self, signals: Sequence[Signal]) -> int:
        """Return how many threads can share a run: one, if rules read the states of groups as their signal,
        or if a model has been assigned whose units cannot be separated."""
        if self.partition.threads == 1:
            return 1
        separable = all(group.model.step.is_separable or not self.partition.is_cut(g)
                        for g, group in enumerate(self.groups))
        reads = any(signal.group >= 0 for signal in signals)
        return self.partition.threads if separable and not reads else 1

    def _signals(self, signals: Sequence[Signal]) -> tuple[FloatArray, dict[str, Any]]:
        """The signals of this run in one array, and the columns of `Rules` that say where each lies."""
        flat, rows = Flat(np.float64), []
        for connection, given in zip(self.connections, signals):
            for rule in connection.rules:
                held = np.array([[rule.signal]], dtype=np.float64) if given.values is None else given.values
                n, is_read = self.groups[given.group].n, given.group >= 0
                rows.append((1, n, self.state_at[given.group] + given.row * n, 1) if is_read
                            else (*held.shape, flat.add(held), 0))
        columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
        names = ("signal_rows", "signal_width", "signal_at", "signal_is_read")
        return flat.array, dict(zip(names, map(np.ascontiguousarray, columns)))

    def _models(self) -> tuple[Any, ...]:
        return *[group.model for group in self.groups], *self.rules()

    def is_current(self) -> bool:
        """Return whether models and rules are those of the latest tables, and cannot be changed in place."""
        return self._prepared is not None and all(map(operator.is_, self._models(), self._prepared.models))

    def _prepare(self, seed: int) -> Tables:
        """Return the tables with all that follows from the models, the rules and the seed."""
        coefficients, rows = Flat(np.float64), []
        for group in self.groups:
            same, numbers = self._coefficients(group)
            rows.append(dict(
                n=group.n, first=0, n_own=group.n, n_draws=group.model.step.draws_per_unit or 0,
                remembers_current=int(group.model.step.remembers_current), stimulus_rows=0, stimulus_at=0,
                n_states=len(group.model.states), homogeneous=int(same),
                n_coefficients=len(numbers), coefficient_at=coefficients.add(numbers),
                kernel=group.model.step.address("homogeneous" if same else "heterogeneous")))
        groups = table(
            Groups, rows, unit_at=self.unit_at, state_at=self.state_at,
            stream=np.array([stream_key(seed, str(group.name)) for group in self.groups], np.uint64),
            receives_current=self.receives_current, copies_stimulus=self.copies_stimulus,
            conductance_at=offsets(2 * self.n_conductance)[:-1], n_conductance=self.n_conductance)
        params = np.array([x for rule in self.rules() for x in rule.step_coefficients(self.dt)], np.float64)
        decay, worth = self.trace_factors()
        filters = self.filters.prepared(coefficients)._replace(
            stream=np.array(self.filters.streams(seed), np.uint64))
        streams = [stream_key(seed, f"{each.name}/rule {r}")
                   for each in self.connections for r in range(len(each.rules))]
        values = Values(
            self.state, coefficients.array, np.empty(0), self.current, self.conductance, self.spiked,
            self.spiked.view(np.uint64), self.filter_state, self.past_level, self.trace, self.weight,
            self.weight.view(np.float32), self.synapse_state, params, np.empty(0), self.scratch)
        n_rows, hooks = self.connection_table.source.size, hook_addresses(self.rules())
        couplings = coupling_addresses(self.connections, n_rows)
        stages = stage_addresses(self.connection_table, self.rule_table)
        connections = self.connection_table._replace(coupling=couplings, **cast(dict[str, Any], stages))
        return Tables(groups, values, filters, connections, self.rule_table._replace(
            stream=np.array(streams, np.uint64), **cast(dict[str, Any], hooks)),
                      self.wiring._replace(trace_decay=decay.ravel(), trace_worth=worth.ravel()))

    def _coefficients(self, group: GroupLike) -> tuple[bool, FloatArray]:
        """Return the coefficients of a group; those of a model that cannot be changed in place are kept."""
        kept = self._kept.get(group)
        if kept is None or kept[0] is not group.model:
            kept = group.model, *group.model.coefficients(group.n, self.dt)
            if _is_fixed(group.model):
                self._kept[group] = kept
        return kept[1:]

    def rules(self) -> list[Rule]:
        """Return the rules of all connections, in the order of their rows in `Rules`."""
        return [rule for connection in self.connections for rule in connection.rules]

    def trace_factors(self) -> tuple[FloatArray, FloatArray]:
        """Return decay and worth of all traces; if rules have changed, what is kept is changed to match."""
        decay, worth = trace_factors(self.rules(), self.dt)
        lag = self.history.step % PERIOD
        if self._worth is not None and np.any(self._worth[lag] != worth[lag]):
            kept = [each.pre_trace for k in range(len(self.connections)) for each in self.connection(k).rules]
            change_worth(kept, self.rule_table.trace_parameter_at, self._worth[lag] / worth[lag])
        self._worth = worth
        return decay, worth

    def _worth_of(self, quantity: Quantity) -> float:
        """Return what a number of a quantity is worth now that is kept as 1."""
        lag = self.history.step % PERIOD
        return float(self.trace_factors()[1][lag, quantity.trace]) if quantity.array == FROM_TRACE else 1.0

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
            index, size = found.places(index)
            rows.append(dict(group=self.groups.index(target) if target in self.groups else 0, every=every,
                             array=found.array, trace=found.trace, at=found.at, size=size, width=index.size,
                             stride=index.size, first=0, unit_at=units.add(index), sample_at=0))
        return table(Probes, rows, units=units.array, samples=np.empty(0))

    def probe_owners(self, probed: Sequence[tuple[Any, str, IntArray, int]]) -> list[IntArray]:
        """Return the thread that records each number of each probe, to which it belongs."""
        owners = []
        for target, name, index, _ in probed:
            found, is_group = self.quantity(target, name), target in self.groups
            g, units = self.groups.index(target if is_group else target.target), index
            if found.array == FROM_FILTER:
                f = self.connection_table.filter[self.connections.index(target)]
                units = (found.at + index - self.filters.table.state_at[f]) % self.groups[g].n
            elif not is_group:              # all of it has one owner, or is a weight that does not change
                units = np.zeros_like(index)
            owners.append(self.partition.owners(g, units))
        return owners

    # --- states and weights
    # -------------------------------------------------------------------------------------

    def states(self) -> list[tuple[Any, FloatArray]]:
        """Return (group, its part of the flat states, (n_states, n)) for each group."""
        if not self._views:
            self._views = [(group, self.state_of(g, self.state)) for g, group in enumerate(self.groups)]
        return self._views

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

    def filter_rows(self) -> Iterator[tuple[int, str, FloatArray]]:
        """Yield (first connection, name of the state, view (n,)) of each state row of each filter."""
        starts, members = self.filters.table.state_at, self.filters.members
        for at, synapse, numbers in zip(starts, self.filters.synapses, members):
            n = self.connections[numbers[0]].target.n
            for row, name in enumerate(synapse.states):
                yield numbers[0], name, self.filter_state[at + row * n:at + (row + 1) * n]

    def connection(self, k: int) -> ConnectionView:
        """Return views of what is kept of connection number k."""
        shape = (self.connections[k].source.n, self.connections[k].target.n)
        return ConnectionView(k, shape, self.connection_table, self.rule_table, self.wiring, self.weight,
                              self.synapse_state, self.trace, self.past_level)

    def view_of(self, connection: ConnectionLike) -> ConnectionView:
        """Return views of what is kept of `connection`."""
        return self.connection(self.connections.index(connection))

    def values_of(self, quantity: Quantity) -> FloatArray:
        """Return the numbers of a quantity, which may be a view."""
        worth = self._worth_of(quantity)
        values: FloatArray = getattr(self, ARRAYS[quantity.array])[quantity.within()]
        return values if worth == 1.0 else values * worth

    def set_values(self, quantity: Quantity, values: Any) -> None:
        """Set the numbers of a quantity."""
        worth = self._worth_of(quantity)
        getattr(self, ARRAYS[quantity.array])[quantity.within()] = values if worth == 1.0 else values / worth

    # --- back to the start ----------------------------------------------------------------------------------

    def remember_state(self) -> None:
        """Make the present states those to which `rewind` returns."""
        self.gather()
        self.first_state = self.state.copy()

    def remember_synapses(self) -> None:
        """Make the present currents and traces those to which `rewind` returns."""
        self.first_synaptic = self.filter_state.copy(), self.trace.copy()

    def remember_weight(self) -> None:
        """Make the present weights those to which `rewind` returns, unless some are already."""
        if self.first_weight is None:
            self.first_weight = self.weight.copy()

    def rewind(self, keep_weights: bool) -> None:
        """Return to step 0: first states and weights, no traces, no spikes under way."""
        self.state[:] = self.first_state
        self.scatter()
        if self.first_weight is not None and not keep_weights:
            self.weight[:] = self.first_weight
        for k, array in enumerate((self.filter_state, self.trace)):
            array[:] = 0.0 if self.first_synaptic is None else self.first_synaptic[k]
        self.synapse_state[:], self.past_level[:] = self.first_synapse_state, 0.0
        self.history.clear()
