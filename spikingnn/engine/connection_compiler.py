"""From connections to tables: what they send, their synapses and their rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._util import checks
from .._util.typing import IntArray
from . import loop
from .flat import Flat, offsets
from .matrices import BuiltConnectivity
from .plugin import Rule
from .protocols import ConnectionLike
from .rows_to_table import Row
from .tables import COUNTS, GAPS, LEVELS, POTENTIAL, SPIKES, Connections, Rules, Wiring


__all__ = ["ConnectionCompiler", "coupling_addresses", "hook_addresses", "stage_addresses",
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


def coupling_addresses(connections: Sequence[ConnectionLike]) -> IntArray:
    """Return the column of `Connections` with the kernels of couplings, zero where there is none."""
    kernels = [getattr(each.synapse, "function", None) for each in connections]
    return np.array([kernel.address("coupling") if kernel else 0 for kernel in kernels], np.int64)


def stage_addresses(connections: Connections, rules: Rules) -> dict[str, IntArray]:
    """Return the columns of `Connections` with the stages that each needs, which are compiled now."""
    follow = np.add.reduceat(np.append(rules.follows, 0), connections.rule_at) * (connections.n_rules > 0)
    needed = {"observe": (follow > 0, loop.observe), "learn": (connections.n_rules > 0, loop.learn)}
    columns = {name: np.where(asked, stage.address() if asked.any() else 0, 0)
               for name, (asked, stage) in needed.items()}
    spikes = connections.sends == SPIKES
    arrive = np.where(spikes, loop.arrive.address() if spikes.any() else 0,
                      0 if spikes.all() else loop.send_levels.address())
    return {name: np.asarray(column, np.int64) for name, column in {**columns, "arrive": arrive}.items()}


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


class ConnectionCompiler:
    """Collects the rows of `Connections` and the flat arrays behind them, one connection after the other."""

    def __init__(self, connections: Sequence[ConnectionLike], number: dict[Any, int], dt: float) -> None:
        self.number, self.dt = number, dt
        self.flat = {name: Flat(dtype) for name, dtype in FLAT_TYPES.items()}
        self.rows: list[Row] = []
        self.rule_rows: list[Row] = []
        self.scratch, self.n_params, self.n_traces = 1, 0, 0

    def add(self, connection: ConnectionLike, built: BuiltConnectivity, filter_number: int) -> None:
        """Append one connection; its arrays are copied into the flat ones."""
        flat, n_pre, n_post = self.flat, connection.source.n, connection.target.n
        sparse, pointers = built.pointers is not None, built.pointers
        rules = connection.rules
        row = dict(
            source=self.number[connection.source], target=self.number[connection.target],
            filter=filter_number, delivers=int(connection.target.takes_synapses), coupling=0,
            **self._sent_columns(connection, built),
            n_delays=built.delays.size, delay_at=flat["delays"].add(built.delays),
            n_pointer=n_pre + 1 if sparse else 0,
            pointer_at=0 if pointers is None else flat["pointers"].add(pointers),
            n_index=built.indices.size, index_at=flat["indices"].add(built.indices),
            n_weight=built.weight.size, weight_at=flat["weight"].add(built.weight),
            rank=built.left.shape[1], factor_at=flat["factors"].add(built.left),
            column_pointer_at=0, column_entry_at=0, post_delay=connection.post_delay_steps(self.dt),
            n_rules=len(rules), rule_at=len(self.rule_rows), observe=0, arrive=0, learn=0,
            modulates=int(any(rule.efficacy is not None or rule.release is not None for rule in rules)))
        flat["factors"].add(built.right)
        if sparse and any(rule.on_post is not None or rule.on_tick is not None for rule in rules):
            column_pointers, positions, terminals = columns_of(built, n_pre, n_post)
            row |= dict(column_pointer_at=flat["column_pointers"].add(column_pointers),
                        column_entry_at=flat["column_positions"].add(positions))
            flat["column_terminals"].add(terminals)
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
        given = {name: self.flat[name].array for name in Wiring._fields if name != "trace_decay"}
        return Wiring(trace_decay=np.empty(0), **given)
