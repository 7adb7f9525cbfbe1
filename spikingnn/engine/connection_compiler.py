"""From connections to tables: the exponential filters first, then the synapses and the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from .._util import checks
from .._util.typing import IntArray
from .flat import Flat, offsets
from .matrices import BuiltConnectivity
from .plugin import Rule
from .protocols import ConnectionLike
from .tables import ADDS, BEGINS, CURRENT, GRADED, PARTNER, Filters, Wiring


__all__ = ["ConnectionCompiler", "compile_filters", "hook_addresses", "table"]

Table = TypeVar("Table", bound=tuple[Any, ...])
Row = dict[str, Any]


def table(kind: type[Table], rows: Sequence[Row], **columns: Any) -> Table:
    """Return the table `kind` of int64 columns made from rows; `columns` are given as a whole."""
    named_tuple: Any = kind
    names = [name for name in named_tuple._fields if name not in columns]
    whole = np.array([[row[name] for row in rows] for name in names], dtype=np.int64)
    return cast(Table, named_tuple(**dict(zip(names, whole)), **columns))


# --- filters ---------------------------------------------------------------------------------------


def compile_filters(connections: Sequence[ConnectionLike], number: dict[Any, int],
                    dt: float) -> tuple[Filters, list[int]]:
    """Return the exponential filters, and the filter of each connection (-1 for none).

    Connections that agree in target group and synapse model share a filter.
    """
    known: dict[Any, int] = {}
    rows: list[Row] = []
    filter_of, at = [], 0
    for connection in connections:
        synapse, target = connection.synapse, number[connection.target]
        if not synapse.has_filter:
            filter_of.append(-1)
            continue
        if (target, synapse) not in known:
            known[target, synapse] = len(rows)
            decay, mean = synapse.step_coefficients(dt)
            rows.append({"kind": synapse.kind, "target": target, "state_at": at, "role": ADDS, "partner": -1,
                         "decay": decay, "mean": mean, "reversal": getattr(synapse, "reversal", 0.0)})
            at += connection.target.n
        filter_of.append(known[target, synapse])
    # currents of graded connections have begun before the filters: there all filters add
    graded = {number[each.target] for each in connections if each.synapse.kind == GRADED}
    for g in {row["target"] for row in rows} - graded:
        mine = [f for f, row in enumerate(rows) if row["target"] == g and row["kind"] == CURRENT]
        for f, role in zip(mine, (BEGINS, PARTNER)):
            rows[f] |= {"role": role, "partner": mine[1] if role == BEGINS and len(mine) > 1 else -1}
    numbers = {}
    for name in ("decay", "mean", "reversal"):
        numbers[name] = np.array([row[name] for row in rows], dtype=float)
    return table(Filters, rows, **numbers), filter_of


# --- connections -----------------------------------------------------------------------------------

FLAT_TYPES = {
    "weight": np.float64, "memory": np.float64, "trace": np.float64, "delays": np.int64, "pointers": np.int64,
    "indices": np.uint32, "factors": np.float64, "column_pointers": np.int64, "column_positions": np.int64,
    "column_sources": np.uint32, "trace_mode": np.int64}
VARIANTS = {"on_pre": "on_pre", "on_post": "on_post", "on_tick": "on_post", "efficacy": "efficacy"}


def hook_addresses(rules: Sequence[Rule | None]) -> dict[str, IntArray]:
    """Return the columns of `Connections` with the hooks of the rules, zero where a rule has none."""
    hooks = {name: [getattr(rule, name, None) for rule in rules] for name in VARIANTS}
    return {name: np.array([kernel.address(VARIANTS[name]) if kernel else 0 for kernel in kernels], np.int64)
            for name, kernels in hooks.items()}


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
            kind=connection.synapse.kind, filter=filter_number,
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
