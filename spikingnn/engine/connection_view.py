"""One connection of a compiled network: views of its part of the flat arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._util.typing import FloatArray, IntArray
from .bundles import part_of_bundle
from .flat import offsets
from .matrices import SparseWeights
from .tables import Connections, IndexArray, Rules, Wiring


__all__ = ["ConnectionView", "RuleView"]


class RuleView:
    """What the engine keeps of one rule of a connection, as views."""

    def __init__(self, r: int, table: Rules, shape: tuple[int, int], synapses: int, synapse_state: FloatArray,
                 trace: FloatArray) -> None:
        (terminals, n_post), self.n_states = shape, int(table.n_states[r])
        begin, n_x, n_y = int(table.state_at[r]), int(table.n_pre_traces[r]), int(table.n_post_traces[r])
        self.place = slice(begin, begin + self.n_states * synapses)
        self.state = synapse_state[self.place]
        begin = int(table.trace_at[r])
        middle = begin + n_x * terminals
        self.pre_trace = trace[begin:middle].reshape(n_x, terminals)
        self.post_trace = trace[middle:middle + n_y * n_post].reshape(n_y, n_post)


class ConnectionView:
    """What the engine keeps of connection k, as views: writing into them changes the network.

    The weights and targets of a connection that is part of a bundle are copies: `set_weight` changes those of
    any connection.
    """

    def __init__(self, k: int, shape: tuple[int, int], table: Connections, rules: Rules, wiring: Wiring,
                 weight: FloatArray, synapse_state: FloatArray, trace: FloatArray,
                 past_level: FloatArray) -> None:
        self.shape, (n_pre, n_post) = shape, shape
        columns = {name: column for name, column in table._asdict().items() if name != "order"}
        at = {name: int(column[k]) for name, column in columns.items()}
        first, both = at["rule_at"], (n_pre * at["n_delays"], n_post)
        self.rules = [RuleView(r, rules, both, at["n_weight"], synapse_state, trace)
                      for r in range(first, first + at["n_rules"])]
        self.n_pointer, self.rank, self.filter = at["n_pointer"], at["rank"], at["filter"]
        past_at, self.n_past = at["past_at"], at["n_past"]
        self.past = past_level[past_at:past_at + self.n_past * n_pre].reshape(-1, n_pre)
        in_bundle, first = at["bundle"] != k, at["input_at"]
        if in_bundle:
            at |= {name: int(column[at["bundle"]]) for name, column in columns.items()}
        self.delays: IntArray = wiring.delays[at["delay_at"]:at["delay_at"] + at["n_delays"]]
        n_pointers = self.n_pointer * at["n_delays"]
        if in_bundle:
            n_pointers = at["n_parts"] * n_pre * at["n_delays"] + 1
        self.pointers: IntArray = wiring.pointers[at["pointer_at"]:at["pointer_at"] + n_pointers]
        self.targets: IndexArray = wiring.indices[at["index_at"]:at["index_at"] + at["n_index"]]
        self._place: Any = slice(at["weight_at"], at["weight_at"] + at["n_weight"])
        if in_bundle:
            self.positions, self.delays, self.pointers, self.targets = part_of_bundle(
                n_pre, self.delays, self.pointers, self.targets, first - at["input_at"], n_post)
            self._place = self.positions + at["weight_at"]
        self.pointers = self.pointers.reshape(-1, max(self.n_pointer, 1))
        self._dtype = np.dtype(np.float32 if at["is_single"] else np.float64)
        self._all, self.weight = weight, self.weight_in(weight)
        between = at["factor_at"] + n_pre * self.rank
        self.left = wiring.factors[at["factor_at"]:between].reshape(n_pre, self.rank)
        self.right = wiring.factors[between:between + n_post * self.rank].reshape(self.rank, n_post)

    def weight_in(self, flat: FloatArray) -> FloatArray:
        """Return the weights of the connection in `flat`, which has the weights of all: views if possible."""
        mine: FloatArray = flat.view(self._dtype)[self._place]
        return mine

    def set_weight(self, weight: FloatArray, flat: FloatArray | None = None) -> None:
        """Set the weights, in the order of `targets`: those of the network, or those in another `flat`."""
        (self._all if flat is None else flat).view(self._dtype)[self._place] = weight

    @property
    def is_sparse(self) -> bool:
        """Whether synapses are stored one by one, in compressed rows."""
        return self.n_pointer > 0

    def sources(self) -> IndexArray:
        """Return the source of each sparse synapse, in the order of `targets`."""
        counts = np.diff(self.pointers, axis=1)
        return np.tile(np.arange(self.shape[0], dtype=np.uint32), self.delays.size).repeat(counts.ravel())

    def delay_steps(self) -> IntArray:
        """Return the delay of each sparse synapse in steps, (synapses,); (1,) if all have the same."""
        if self.delays.size == 1 or not self.is_sparse:
            return self.delays
        return np.repeat(self.delays, np.diff(self.pointers, axis=1).sum(axis=1))

    def state_places(self, n_states: int) -> IntArray:
        """Return where each number of a rule with `n_states` rows lies in `RuleView.state`, (n_states,
        synapses).

        The numbers of one row of synapses, those of one source and delay, lie together.
        """
        sizes, n = np.full(self.shape[0], self.shape[1]), self.weight.size
        if self.is_sparse:
            sizes = np.diff(self.pointers, axis=1).ravel()
        size, begin = np.repeat(sizes, sizes), np.repeat(offsets(sizes)[:-1], sizes)
        return n_states * begin + np.arange(n) - begin + np.arange(n_states)[:, None] * size

    def order(self) -> IntArray:
        """Return the synapses in the order of `matrix`: by source, then target."""
        if not self.is_sparse:
            return np.arange(self.weight.size)
        sources = self.sources().astype(np.int64)
        return np.argsort(sources * self.shape[1] + self.targets, kind="stable")

    def matrix(self, dense: bool, values: FloatArray | None = None) -> Any:
        """Return the weights, or other `values` (synapses,), as a matrix of its own.

        It is an ndarray (n_pre, n_post), or scipy.sparse unless `dense`. Of factored weights it is the
        product of the factors, without what is subtracted from it.
        """
        if self.rank and values is None:
            return self.left @ self.right
        values = self.weight if values is None else values
        if not self.is_sparse:
            return values.reshape(self.shape).copy()
        order, sources = self.order(), self.sources().astype(np.int64)
        pointers = offsets(np.bincount(sources, minlength=self.shape[0]))
        in_order = values[order] if values.size > 1 else values
        rows = SparseWeights(self.shape, pointers, self.targets[order], in_order).matrix()
        return rows.toarray() if dense else rows
