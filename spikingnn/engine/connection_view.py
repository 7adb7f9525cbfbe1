"""One connection of a compiled network: views of its part of the flat arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._util.typing import FloatArray, IntArray
from .flat import offsets
from .matrices import SparseWeights
from .tables import Connections, IndexArray, Wiring


__all__ = ["ConnectionView"]


class ConnectionView:
    """What the engine keeps of connection k, as views: writing into them changes the network."""

    def __init__(self, k: int, shape: tuple[int, int], table: Connections, wiring: Wiring, weight: FloatArray,
                 memory: FloatArray, trace: FloatArray) -> None:
        self.shape, (n_pre, n_post) = shape, shape
        at = {name: int(column[k]) for name, column in table._asdict().items()}
        self.n_pointer, self.rank, self.filter = at["n_pointer"], at["rank"], at["filter"]
        self.place = slice(at["weight_at"], at["weight_at"] + at["n_weight"])
        self.weight = weight[self.place]
        self.memory = memory[at["memory_at"]:at["memory_at"] + at["n_memory"]]
        n_x, n_y = at["n_pre_traces"], at["n_post_traces"]
        middle = at["trace_at"] + n_x * n_pre
        self.pre_trace = trace[at["trace_at"]:middle].reshape(n_x, n_pre)
        self.post_trace = trace[middle:middle + n_y * n_post].reshape(n_y, n_post)
        self.delays: IntArray = wiring.delays[at["delay_at"]:at["delay_at"] + at["n_delays"]]
        end = at["pointer_at"] + at["n_delays"] * self.n_pointer
        self.pointers: IntArray = wiring.pointers[at["pointer_at"]:end].reshape(-1, max(self.n_pointer, 1))
        self.targets: IndexArray = wiring.indices[at["index_at"]:at["index_at"] + at["n_index"]]
        between = at["factor_at"] + n_pre * self.rank
        self.left = wiring.factors[at["factor_at"]:between].reshape(n_pre, self.rank)
        self.right = wiring.factors[between:between + n_post * self.rank].reshape(self.rank, n_post)

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

    def matrix(self, dense: bool) -> Any:
        """Return a copy of the weights: ndarray (n_pre, n_post), or scipy.sparse unless `dense`.

        Of factored weights it is the product of the factors, without what is subtracted from it.
        """
        if self.rank:
            return self.left @ self.right
        if not self.is_sparse:
            return self.weight.reshape(self.shape).copy()
        sources = self.sources().astype(np.int64)
        order = np.argsort(sources * self.shape[1] + self.targets, kind="stable")
        pointers = offsets(np.bincount(sources, minlength=self.shape[0]))
        weight = self.weight[order] if self.weight.size > 1 else self.weight
        rows = SparseWeights(self.shape, pointers, self.targets[order], weight).matrix()
        return rows.toarray() if dense else rows
