"""From connections to tables: what they send, their synapses and their rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._util import checks
from .._util.typing import IntArray
from . import arrival, loop
from .bundles import InputPlace, cut_rows, fill_bundle, find_bundles, pointers_of_bundle
from .filter_compiler import FilterCompiler
from .flat import Flat, offsets
from .matrices import BuiltConnectivity
from .partition import Partition
from .plugin import Rule
from .protocols import ConnectionLike
from .rows_to_table import Row
from .tables import (COUNTS, FROM_CURRENT, FROM_FILTER, FROM_STATE, GAPS, LEVELS, POTENTIAL, SPIKES,
                     Connections, Rules, Wiring)


__all__ = ["ConnectionCompiler", "coupling_addresses", "hook_addresses", "input_places", "stage_addresses",
           "what_is_sent"]

FLAT_TYPES = {
    "weight": np.float64, "synapse_state": np.float64, "trace": np.float64, "past_level": np.float64,
    "delays": np.int64, "pointers": np.int64, "indices": np.uint32, "factors": np.float64,
    "column_pointers": np.int64, "column_positions": np.int64, "column_terminals": np.uint32,
    "trace_mode": np.int64}
VARIANTS = {"on_pre": "on_pre", "on_post": "on_post", "on_tick": "on_post", "efficacy": "efficacy",
            "release": "release"}


def what_is_sent(connection: ConnectionLike) -> int:
    """Return SPIKES, COUNTS, LEVELS or GAPS."""
    if connection.synapse.uses_spikes:
        return COUNTS if connection.source.model.counts else SPIKES
    return GAPS if connection.synapse.sends_conductance and connection.synapse.filter is None else LEVELS


def hook_addresses(rules: Sequence[Rule]) -> dict[str, IntArray]:
    """Return the columns of `Rules` with the hooks, zero where a rule has none."""
    hooks = {name: [getattr(rule, name) for rule in rules] for name in VARIANTS}
    return {name: np.array([kernel.address(VARIANTS[name]) if kernel else 0 for kernel in kernels], np.int64)
            for name, kernels in hooks.items()}


def coupling_addresses(connections: Sequence[ConnectionLike], n_rows: int) -> IntArray:
    """Return the column of `Connections` with the kernels of couplings, zero where there is none."""
    kernels = [getattr(each.synapse, "function", None) for each in connections]
    addresses = np.zeros(n_rows, np.int64)
    addresses[:len(kernels)] = [kernel.address("coupling") if kernel else 0 for kernel in kernels]
    return addresses


def input_places(connections: Sequence[ConnectionLike], number: dict[Any, int], sends: Sequence[int],
                 filters: FilterCompiler, unit_at: IntArray, state_at: IntArray) -> list[InputPlace]:
    """Return what each connection adds to: row 0 of its filter, a current, or a state of its target."""
    places = []
    for connection, sent, f in zip(connections, sends, filters.of):
        g, n = number[connection.target], connection.target.n
        _, row = connection.synapse.state_rows(connection.source.model, connection.target.model)
        if f >= 0:
            places.append(InputPlace(FROM_FILTER, int(filters.table.state_at[f]), n))
        elif sent == LEVELS:
            places.append(InputPlace(FROM_CURRENT, int(unit_at[g]), n))
        else:
            places.append(InputPlace(FROM_STATE, int(state_at[g]) + row * n, n))
    return places


def stage_addresses(connections: Connections, rules: Rules) -> dict[str, IntArray]:
    """Return the columns of `Connections` with the stages that each needs, which are compiled now."""
    follow = np.array([rules.follows[at:at + n].any()
                       for at, n in zip(connections.rule_at, connections.n_rules)], bool)
    spikes, ruled = connections.sends == SPIKES, connections.n_rules > 0
    columns = {name: np.zeros(ruled.size, np.int64) for name in ("observe", "arrive", "learn")}
    for name, asked, stage in (
            ("observe", follow, loop.observe), ("arrive", spikes & ~ruled, arrival.arrive),
            ("arrive", spikes & ruled, arrival.arrive_at_rules), ("arrive", ~spikes, loop.send_levels),
            ("learn", ruled, loop.learn)):
        if asked.any():
            columns[name][asked] = stage.address()
    return columns


def scratch_size(built: BuiltConnectivity, n_rows: int, n_pre: int, n_post: int) -> int:
    """Return how many numbers of working memory a rule needs that has `n_rows` traces and synaptic states.

    For a neuron with m synapses a hook gets copies of the neuron's own traces, of the traces of its m
    partners, and in a column of the m weights and states; or a row has m factors besides: at most
    (n_rows + 2) · (m + 1) numbers.
    """
    longest = max(n_pre, n_post)
    if built.pointers is not None:          # repeated synapses can make a row or a column longer than that
        longest = max(longest, int(np.diff(built.pointers).max()),
                      int(np.bincount(built.indices, minlength=1).max()))
    return (n_rows + 2) * (longest + 1)


def columns_of(built: BuiltConnectivity, n_pre: int,
               n_post: int) -> tuple[IntArray, IntArray, NDArray[np.uint32]]:
    """Return the transposed index of sparse synapses: pointers, and position and terminal of each entry."""
    assert built.pointers is not None
    order = np.argsort(built.indices, kind="stable")
    counts = np.diff(built.pointers, axis=1).ravel()
    terminals = np.repeat(np.arange(counts.size, dtype=np.uint32), counts)
    return offsets(np.bincount(built.indices, minlength=n_post)), order, terminals[order]


def is_diagonal(built: BuiltConnectivity) -> bool:
    """Return whether source i has the one target i."""
    n = built.indices.size
    return (built.pointers is not None and built.pointers.shape == (1, n + 1) and not built.left.size
            and np.array_equal(built.pointers[0], np.arange(n + 1))
            and np.array_equal(built.indices, np.arange(n)))


def slots_of(weight: NDArray[Any]) -> int:
    """Return how many numbers of double precision take the room of `weight`."""
    return -(-weight.nbytes // 8)


class ConnectionCompiler:
    """Makes the rows of `Connections` and the flat arrays behind them.

    Room for all synapses is made once; each connection is released as soon as it has been moved there, so
    that hardly more than one of them is kept twice.

    Parameters
    ----------
    connections : sequence of SynapseGroup
        In the order in which they are numbered.
    built : list of BuiltConnectivity
        Synapses of each connection; all become None.
    number : dict
        Number of each group.
    filters : sequence of int
        Number of the filter of each connection, or -1.
    places : sequence of InputPlace
        What each connection adds to.
    partition : Partition
        Which thread has which targets.
    dt : float
        ms: time step.
    """

    def __init__(self, connections: Sequence[ConnectionLike], built: list[Any], number: dict[Any, int],
                 filters: Sequence[int], places: Sequence[InputPlace], partition: Partition,
                 dt: float) -> None:
        self.number, self.places, self.filters, self.dt = number, places, filters, dt
        self.partition = partition
        # of connections whose targets are cut: where row pointers and ends of each thread lie, (2, threads)
        self.shares: dict[int, IntArray] = {}
        sizes = {"indices": sum(its.indices.size for its in built),
                 "weight": sum(slots_of(its.weight) for its in built)}
        self.flat = {name: Flat(dtype, sizes.get(name, 0)) for name, dtype in FLAT_TYPES.items()}
        self.rows: list[Row] = []
        self.rule_rows: list[Row] = []
        self.scratch, self.n_params, self.n_traces = 1, 0, 0
        sends = [what_is_sent(each) for each in connections]
        targets = [number[each.target] for each in connections]
        owner = [-1 if partition.is_cut(g) else partition.owner(g) for g in targets]
        bundles = find_bundles(connections, built, places, sends, owner)
        bundled = {k for members in bundles for k in members}
        for k, connection in enumerate(connections):
            if k not in bundled:
                self._add(connection, built[k])
                built[k] = None
            else:
                self.rows.append(self._row(connection, built[k]))
        for members in bundles:
            self._add_bundle(connections[members[0]], members, built)
        turns = sorted(range(len(connections)), key=lambda k: sends[k] < LEVELS)
        self.order = np.array(list(dict.fromkeys(self.rows[k]["bundle"] for k in turns)), np.int64)

    def _row(self, connection: ConnectionLike, built: BuiltConnectivity) -> Row:
        """The columns of one connection without those that say where its synapses are."""
        k = len(self.rows)
        place, n_pre = self.places[k], connection.source.n
        return dict(
            bundle=k, input=place.array, input_at=place.at, n_input=place.size,
            source=self.number[connection.source], target=self.number[connection.target],
            filter=self.filters[k], delivers=int(connection.target.takes_synapses), coupling=0,
            **self._sent_columns(connection, built), n_delays=built.delays.size, delay_at=0,
            n_pointer=0 if built.pointers is None else n_pre + 1, pointer_at=0, end_at=1,
            delay_step=0 if built.pointers is None else n_pre + 1, source_step=1, n_parts=1,
            n_index=built.indices.size, index_at=0, n_weight=built.weight.size, weight_at=0,
            is_single=int(built.weight.dtype == np.float32), is_diagonal=0, rank=0, factor_at=0,
            column_pointer_at=0, column_entry_at=0, post_delay=0, n_rules=0,
            rule_at=len(self.rule_rows), modulates=0, observe=0, arrive=0, learn=0)

    def _reserve_weight(self, n: int, is_single: bool) -> tuple[int, NDArray[Any]]:
        """Room for n weights, and where it begins; a number takes that of two in single precision."""
        at, room = self.flat["weight"].reserve(-(-n // 2) if is_single else n)
        return (2 * at, room.view(np.float32)[:n]) if is_single else (at, room)

    def _add_bundle(self, first: ConnectionLike, members: Sequence[int], built: list[Any]) -> None:
        """Append the row of a bundle, and move the synapses of its members into it."""
        inputs = [self.places[k] for k in members]
        begin, end = min(each.at for each in inputs), max(each.at + each.size for each in inputs)
        boundaries = [self.partition.boundaries(self.rows[k]["target"]) for k in members]
        delays, pointers = pointers_of_bundle([built[k] for k in members], boundaries)
        row = self._row_of_bundle(members, delays, pointers)
        row["n_parts"] = len(boundaries[0]) + 1
        if boundaries[0]:
            at = row["pointer_at"] + pointers.size // row["n_parts"] * np.arange(row["n_parts"])
            self.shares[len(self.rows)] = np.array([at, at + 1])
        row |= dict(input_at=begin, n_input=end - begin)
        row["index_at"], indices = self.flat["indices"].reserve(row["n_index"])
        row["weight_at"], weight = self._reserve_weight(row["n_weight"], bool(row["is_single"]))
        fill_bundle(built, members, [each.at - begin for each in inputs], boundaries, delays, pointers,
                    indices, weight)
        for k in members:
            self.rows[k] |= dict(bundle=len(self.rows), weight_at=row["weight_at"])
        self.rows.append(row)

    def _row_of_bundle(self, members: Sequence[int], delays: IntArray, pointers: IntArray) -> Row:
        """The columns of a bundle that follow from its delays and pointers, the others as in its first."""
        n, n_pre = int(pointers[-1]), self.rows[members[0]]["n_pointer"] - 1
        pointer_at = self.flat["pointers"].add(pointers)
        return self.rows[members[0]] | dict(
            bundle=len(self.rows), filter=-1, n_delays=delays.size, delay_at=self.flat["delays"].add(delays),
            pointer_at=pointer_at, end_at=pointer_at + 1, n_pointer=(n_pre - 1) * delays.size + 1,
            delay_step=1, source_step=delays.size, n_index=n, n_weight=n)

    def _cut_rows(self, row: Row, built: BuiltConnectivity) -> IntArray:
        """Append where the rows of a thread end and the next one's begin; return both for each thread."""
        at = [row["pointer_at"]]
        for cut in cut_rows(built, self.partition.boundaries(row["target"]))[1:-1]:
            at.append(self.flat["pointers"].add(np.pad(cut, ((0, 0), (0, 1)))))
        return np.array([at, [*at[1:], row["end_at"]]], np.int64)

    def _add(self, connection: ConnectionLike, built: BuiltConnectivity) -> None:
        """Append one connection; its arrays are copied into the flat ones."""
        flat, n_pre, n_post = self.flat, connection.source.n, connection.target.n
        sparse, pointers = built.pointers is not None, built.pointers
        rules, row = connection.rules, self._row(connection, built)
        row["weight_at"], weight = self._reserve_weight(built.weight.size, bool(row["is_single"]))
        weight[:] = built.weight
        row |= dict(
            is_diagonal=int(is_diagonal(built)), delay_at=flat["delays"].add(built.delays),
            pointer_at=0 if pointers is None else flat["pointers"].add(pointers),
            index_at=flat["indices"].add(built.indices),
            rank=built.left.shape[1], factor_at=flat["factors"].add(built.left),
            post_delay=connection.post_delay_steps(self.dt), n_rules=len(rules),
            modulates=int(any(rule.efficacy is not None or rule.release is not None for rule in rules)))
        flat["factors"].add(built.right)
        if sparse and any(rule.on_post is not None or rule.on_tick is not None for rule in rules):
            column_pointers, positions, terminals = columns_of(built, n_pre, n_post)
            row |= dict(column_pointer_at=flat["column_pointers"].add(column_pointers),
                        column_entry_at=flat["column_positions"].add(positions))
            flat["column_terminals"].add(terminals)
        row["end_at"] = row["pointer_at"] + 1
        if sparse and self.partition.is_cut(row["target"]):
            self.shares[len(self.rows)] = self._cut_rows(row, built)
        self.rows.append(row)
        self.rule_rows += [self._rule_row(rule, built, n_pre, n_post) for rule in rules]
        self.scratch = max(self.scratch, built.left.shape[1])   # `deliver_factored` keeps one number per rank

    def _sent_columns(self, connection: ConnectionLike, built: BuiltConnectivity) -> Row:
        """The columns that say what the connection sends, and with which delay if these are no spikes."""
        sends, n_past = what_is_sent(connection), int(built.delays.max())
        source_row, row = connection.synapse.state_rows(connection.source.model, connection.target.model)
        if sends == SPIKES or n_past == 1:
            n_past = 0
        return dict(sends=sends, source_row=source_row, row=row, n_past=n_past,
                    past_at=self.flat["past_level"].add(np.zeros(n_past * connection.source.n)))

    def _rule_row(self, rule: Rule, built: BuiltConnectivity, n_pre: int, n_post: int) -> Row:
        """The row of `Rules` of one rule; the columns that belong to a run are set for each."""
        pre, post, n_states = rule.pre_traces(), rule.post_traces(), len(rule.synapse_state)
        modes = np.array([mode for _, mode in (*pre, *post)], dtype=np.int64)
        n_params = len(rule.step_coefficients(self.dt))
        terminals = n_pre * built.delays.size
        row = dict(
            n_states=n_states,
            state_at=self.flat["synapse_state"].add(np.zeros(n_states * built.weight.size)),
            n_pre_traces=len(pre), n_post_traces=len(post), trace_parameter_at=self.n_traces,
            trace_at=self.flat["trace"].add(np.zeros(len(pre) * terminals + len(post) * n_post)),
            follows=int(np.any(modes >= POTENTIAL)), n_params=n_params, params_at=self.n_params, tick_steps=1,
            signal_rows=0, signal_width=0, signal_at=0, signal_is_read=0, **dict.fromkeys(VARIANTS, 0))
        self.flat["trace_mode"].add(modes)
        self.n_params, self.n_traces = self.n_params + n_params, self.n_traces + len(pre) + len(post)
        n_rows = len(pre) + len(post) + n_states
        self.scratch = max(self.scratch, scratch_size(built, n_rows, n_pre, n_post))
        if rule.on_tick is not None:
            row["tick_steps"] = max(1, int(checks.grid_steps(rule, "interval", rule.interval, self.dt)))
        return row

    def wiring(self) -> Wiring:
        """Return the arrays that no run changes; each run sets the decay of traces from its rules."""
        given = {name: self.flat[name].array for name in Wiring._fields if name in self.flat}
        return Wiring(trace_decay=np.empty(0), trace_worth=np.empty(0), **given)
