"""From the synapse models of connections to the table of filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._util.guarded import OwnArrays
from .._util.typing import FloatArray
from .filtering import apply_filter
from .flat import Flat, offsets
from .protocols import ConnectionLike
from .random import stream_key
from .rows_to_table import Row, table
from .tables import ADDS, BEGINS, CONDUCTANCE, CURRENT, LEVELS, PARTNER, Filters


__all__ = ["FilterCompiler"]


class FilterCompiler(OwnArrays):
    """The filters of a network: connections that agree in target group and synapse model share one.

    Exponential filters whose numbers all targets share come first, in the order of their connections, then
    those that are called by address; so the order of different kinds does not matter to the results.

    Parameters
    ----------
    connections : sequence of SynapseGroup
        In the order in which they are numbered.
    sends : sequence of int
        What each connection sends, such as SPIKES.
    number : dict
        Number of each group.
    dt : float
        ms: time step.
    """

    def __init__(self, connections: Sequence[ConnectionLike], sends: Sequence[int], number: dict[Any, int],
                 dt: float) -> None:
        members: dict[Any, list[int]] = {}
        for k, connection in enumerate(connections):
            if connection.synapse.filter is not None and connection.target.takes_synapses:
                members.setdefault((number[connection.target], connection.synapse.identity()), []).append(k)
        found = []
        for (target, _), numbers in members.items():
            synapse, n = connections[numbers[0]].synapse, connections[numbers[0]].target.n
            homogeneous, coefficients = synapse.coefficients(n, dt)
            fused = homogeneous and synapse.filter is synapse.fused
            found.append((not fused, target, n, synapse, numbers, homogeneous, coefficients))
        found.sort(key=lambda each: each[0])
        self.synapses, self.members = [each[3] for each in found], [each[4] for each in found]
        self.coefficients: list[FloatArray] = [each[6] for each in found]
        self.names = [min(str(connections[k].name) for k in numbers) for numbers in self.members]
        self.is_fused = [not each[0] for each in found]
        self.of = [next((f for f, numbers in enumerate(self.members) if k in numbers), -1)
                   for k in range(len(connections))]
        sizes = [len(synapse.states) * n for _, _, n, synapse, *_ in found]
        self.size, rows = sum(sizes), []
        for at, (called, target, _, synapse, _, homogeneous, coefficients) in zip(offsets(sizes), found):
            rows.append(dict(
                kind=CONDUCTANCE if synapse.sends_conductance else CURRENT, target=target, state_at=at,
                n_states=len(synapse.states), homogeneous=int(homogeneous), role=ADDS, partner=-1,
                apply=0, kernel=0, n_coefficients=len(coefficients), coefficient_at=0))
        in_levels = {number[each.target] for each, sent in zip(connections, sends) if sent == LEVELS}
        self._give_roles(rows, in_levels)
        self.rows = rows
        self.table = table(Filters, rows, stream=np.zeros(len(rows), np.uint64), **self._exponentials())

    def _give_roles(self, rows: list[Row], begun: set[int]) -> None:
        """Let one exponential current begin the current of each group, unless levels have `begun` it."""
        for g in {row["target"] for row in rows} - begun:
            mine = [f for f, row in enumerate(rows)
                    if row["target"] == g and row["kind"] == CURRENT and self.is_fused[f]]
            for f, role in zip(mine, (BEGINS, PARTNER)):
                rows[f] |= {"role": role, "partner": mine[1] if role == BEGINS and len(mine) > 1 else -1}

    def _exponentials(self) -> dict[str, FloatArray]:
        """The columns of exponential filters: decay, mean, and reversal potential, which currents lack."""
        numbers = np.zeros((3, len(self.coefficients)))
        for f, (fused, coefficients) in enumerate(zip(self.is_fused, self.coefficients)):
            if fused:
                numbers[:len(coefficients), f] = coefficients
        return dict(zip(("decay", "mean", "reversal"), numbers))

    def receivers(self, kind: int) -> set[int]:
        """Return the groups whose current or conductance filters add to; called filters may add to both."""
        return {row["target"] for row, fused in zip(self.rows, self.is_fused)
                if row["kind"] == kind or kind == CURRENT and not fused}

    def prepared(self, coefficients: Flat) -> Filters:
        """Return the table with the addresses of this process; coefficients are added to the flat array."""
        at = [coefficients.add(each) for each in self.coefficients]
        kernels = [synapse.filter.address(_variant(values)) if synapse.filter and not fused else 0
                   for fused, synapse, values in zip(self.is_fused, self.synapses, self.coefficients)]
        stage = apply_filter.address() if kernels else 0
        return self.table._replace(coefficient_at=np.array(at, np.int64), kernel=np.array(kernels, np.int64),
                                   apply=np.full(len(kernels), stage))

    def streams(self, seed: int) -> list[int]:
        """Return the key of the random numbers of each filter; exponential filters draw none."""
        return [0 if fused else stream_key(seed, f"{name}/filter")
                for fused, name in zip(self.is_fused, self.names)]


def _variant(coefficients: FloatArray) -> str:
    return "homogeneous_filter" if coefficients.ndim == 1 else "heterogeneous_filter"
