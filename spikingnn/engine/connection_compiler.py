"""From connections to tables: what they send, their synapses and their rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._util import checks
from .._util.typing import IntArray
from .flat import Flat, offsets
from .matrices import BuiltConnectivity
from .plugin import Rule
from .protocols import ConnectionLike
from .rows_to_table import Row
from .tables import COUNTS, GAPS, LEVELS, SPIKES, Wiring


__all__ = ["ConnectionCompiler", "hook_addresses", "what_is_sent"]

FLAT_TYPES = {
    "weight": np.float64, "memory": np.float64, "trace": np.float64, "past_level": np.float64,
    "delays": np.int64, "pointers": np.int64, "indices": np.uint32, "factors": np.float64,
    "column_pointers": np.int64, "column_positions": np.int64, "column_sources": np.uint32,
    "trace_mode": np.int64}
VARIANTS = {"on_pre": "on_pre", "on_post": "on_post", "on_tick": "on_post", "efficacy": "efficacy"}


def what_is_sent(connection: ConnectionLike) -> int:
    """Return SPIKES, COUNTS, LEVELS or GAPS."""
    if connection.synapse.uses_spikes:
        return COUNTS if connection.source.model.counts else SPIKES
    return GAPS if connection.synapse.sends_conductance and connection.synapse.filter is None else LEVELS


def hook_addresses(connections: Sequence[ConnectionLike]) -> dict[str, IntArray]:
    """Return the columns of `Connections` with the kernels of rules and couplings, zero where there is none."""
    kernels = {name: [getattr(each.rule, name, None) for each in connections] for name in VARIANTS}
    kernels["coupling"] = [getattr(each.synapse, "function", None) for each in connections]
    return {name: np.array([each.address(VARIANTS.get(name, name)) if each else 0 for each in column], np.int64)
            for name, column in kernels.items()}


def scratch_size(built: BuiltConnectivity, n_traces: int, n_pre: int, n_post: int) -> int:
    """Return how many numbers of working memory a connection needs whose rule has `n_traces` traces.

    For a neuron with m synapses a hook gets copies of the neuron's own traces, of the traces of its m
    partners, and in a column of the m weights and memories: at most (n_traces + 2) · (m + 1) numbers.
    """
    longest = max(n_pre, n_post)
    if built.pointers is not None:          # repeated synapses can make a row or a column longer than that
        longest = max(longest, int(np.diff(built.pointers).max()),
                      int(np.bincount(built.indices, minlength=1).max()))
    return (n_traces + 2) * (longest + 1)


def columns_of(built: BuiltConnectivity, n_pre: int,
               n_post: int) -> tuple[IntArray, IntArray, NDArray[np.uint32]]:
    """Return the transposed index of sparse synapses: pointers, and position and source of each entry."""
    assert built.pointers is not None
    order = np.argsort(built.indices, kind="stable")
    sources = np.repeat(np.arange(n_pre, dtype=np.uint32), np.diff(built.pointers[0]))
    return offsets(np.bincount(built.indices, minlength=n_post)), order, sources[order]


class ConnectionCompiler:
    """Collects the rows of `Connections` and the flat arrays behind them, one connection after the other."""

    def __init__(self, connections: Sequence[ConnectionLike], number: dict[Any, int], dt: float) -> None:
        self.number, self.dt = number, dt
        self.flat = {name: Flat(dtype) for name, dtype in FLAT_TYPES.items()}
        self.rows: list[Row] = []
        self.scratch, self.n_params, self.n_traces = 1, 0, 0

    def add(self, connection: ConnectionLike, built: BuiltConnectivity, filter_number: int) -> None:
        """Append one connection; its arrays are copied into the flat ones."""
        flat, n_pre, n_post = self.flat, connection.source.n, connection.target.n
        sparse, pointers = built.pointers is not None, built.pointers
        row = dict(
            source=self.number[connection.source], target=self.number[connection.target],
            filter=filter_number, coupling=0, **self._sent_columns(connection, built),
            n_delays=built.delays.size, delay_at=flat["delays"].add(built.delays),
            n_pointer=n_pre + 1 if sparse else 0,
            pointer_at=0 if pointers is None else flat["pointers"].add(pointers),
            n_index=built.indices.size, index_at=flat["indices"].add(built.indices),
            n_weight=built.weight.size, weight_at=flat["weight"].add(built.weight),
            rank=built.left.shape[1], factor_at=flat["factors"].add(built.left),
            column_pointer_at=0, column_entry_at=0, reward_rows=0, reward_at=0)
        flat["factors"].add(built.right)
        rule = connection.rule
        if rule is not None and sparse and (rule.on_post is not None or rule.on_tick is not None):
            column_pointers, positions, sources = columns_of(built, n_pre, n_post)
            row |= dict(column_pointer_at=flat["column_pointers"].add(column_pointers),
                        column_entry_at=flat["column_positions"].add(positions))
            flat["column_sources"].add(sources)
        self.rows.append(row | self._rule_columns(rule, built, n_pre, n_post))
        self.scratch = max(self.scratch, built.left.shape[1])   # `deliver_factored` keeps one number per rank

    def _sent_columns(self, connection: ConnectionLike, built: BuiltConnectivity) -> Row:
        """The columns that say what the connection sends, and with which delay if these are no spikes."""
        sends, n_past = what_is_sent(connection), int(built.delays.max())
        source_row, row = connection.synapse.state_rows(connection.source.model, connection.target.model)
        if sends == SPIKES or n_past == 1:
            n_past = 0
        return dict(sends=sends, source_row=source_row, row=row, n_past=n_past,
                    past_at=self.flat["past_level"].add(np.zeros(n_past * connection.source.n)))

    def _rule_columns(self, rule: Rule | None, built: BuiltConnectivity, n_pre: int, n_post: int) -> Row:
        """The columns that depend on the rule of a connection."""
        pre = rule.pre_traces() if rule else ()
        post = rule.post_traces() if rule else ()
        n_params = len(rule.step_coefficients(self.dt)) if rule else 0
        n_memory = built.weight.size if rule and rule.memory else 0
        row = dict(
            learns=int(rule is not None),
            n_memory=n_memory, memory_at=self.flat["memory"].add(np.zeros(n_memory)),
            n_pre_traces=len(pre), n_post_traces=len(post), trace_parameter_at=self.n_traces,
            trace_at=self.flat["trace"].add(np.zeros(len(pre) * n_pre + len(post) * n_post)),
            n_params=n_params, params_at=self.n_params, tick_steps=1, **dict.fromkeys(VARIANTS, 0))
        self.flat["trace_mode"].add(np.array([mode for _, mode in (*pre, *post)], dtype=np.int64))
        self.n_params, self.n_traces = self.n_params + n_params, self.n_traces + len(pre) + len(post)
        if rule is not None:
            self.scratch = max(self.scratch, scratch_size(built, len(pre) + len(post), n_pre, n_post))
        if rule is not None and rule.on_tick is not None:
            row["tick_steps"] = max(1, int(checks.grid_steps(rule, "interval", rule.interval, self.dt)))
        return row

    def wiring(self) -> Wiring:
        """Return the arrays that no run changes; each run sets the decay of traces from its rules."""
        given = {name: self.flat[name].array for name in Wiring._fields if name != "trace_decay"}
        return Wiring(trace_decay=np.empty(0), **given)
