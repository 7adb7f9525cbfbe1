"""Which thread advances which units: a network is cut by target.

Groups that read each other's states in each step stay on one thread. If whole groups cannot be shared out
evenly, the units of those that allow it are cut into equal ranges.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .._util.typing import IntArray
from .filter_compiler import FilterCompiler
from .matrices import BuiltConnectivity
from .protocols import ConnectionLike, GroupLike
from .tables import SPIKES


__all__ = ["ALIGN", "Partition", "find_partition"]

ALIGN = 64              # flags of a group begin at a multiple of this, so that they can be read eight at once
LONGEST_CHUNK = 128     # steps between two exchanges, if the delays allow it
UNEVEN = 1.15           # times its fair share that the busiest thread may have before groups are cut
UNIT_NS, EVENT_NS, RATE = 2.0, 4.0, 5.0     # expected: per unit and step, per synaptic event; Hz


class Partition(NamedTuple):
    """The units of each thread, and how often threads exchange spikes."""

    first: IntArray                 # (threads, groups): the first unit
    n_own: IntArray                 # (threads, groups): how many
    chunk: int                      # steps between two exchanges: the shortest delay between threads

    @property
    def threads(self) -> int:
        """Number of threads."""
        return len(self.first)

    def is_cut(self, g: int) -> bool:
        """Return whether several threads share the units of group g."""
        return int((self.n_own[:, g] > 0).sum()) > 1

    def boundaries(self, g: int) -> list[int]:
        """Return the first units of group g of all threads but the first; none if it is not cut."""
        return self.first[1:, g].tolist() if self.is_cut(g) else []

    def owner(self, g: int) -> int:
        """Return the first thread that has units of group g."""
        return int(np.argmax(self.n_own[:, g] > 0))

    def owners(self, g: int, units: IntArray) -> IntArray:
        """Return the thread that advances each of the `units` of group g."""
        ends = np.where(self.n_own[:, g] > 0, self.first[:, g] + self.n_own[:, g], 0)
        return np.asarray(np.searchsorted(np.maximum.accumulate(ends), units, side="right"), np.int64)


def find_partition(threads: int, groups: Sequence[GroupLike], connections: Sequence[ConnectionLike],
                   built: Sequence[BuiltConnectivity], sends: Sequence[int], filters: FilterCompiler,
                   dt: float) -> Partition:
    """Share a network out between at most `threads` threads; one that cannot be shared gets one.

    Parameters
    ----------
    threads : int
        Number of threads.
    groups, connections : sequence
        In the order in which they are numbered.
    built : sequence of BuiltConnectivity
        Synapses of each connection.
    sends : sequence of int
        What each connection sends, such as SPIKES.
    filters : FilterCompiler
        The filters of the network.
    dt : float
        ms: time step.
    """
    number = {group: g for g, group in enumerate(groups)}
    ends = [(number[each.source], number[each.target]) for each in connections]
    n = np.array([group.n for group in groups])
    whole = Partition(np.zeros((1, n.size), np.int64), n[None], 1)
    if threads == 1:
        return whole
    work = UNIT_NS * n.astype(np.float64)
    for (_, target), its in zip(ends, built):
        work[target] += its.indices.size * EVENT_NS * RATE * dt * 1e-3
    cluster = np.arange(n.size)
    for (source, target), sent in zip(ends, sends):
        if sent != SPIKES:
            cluster[cluster == cluster[source]] = cluster[target]
    count = np.zeros((threads, n.size), np.int64)
    load = _share_whole(range(n.size), cluster, work, count, n)
    if load.max() > UNEVEN * load.mean():
        can_be_cut = _find_cuttable(threads, groups, connections, built, sends, ends, filters)
        count[:] = 0
        _share_whole([g for g in range(n.size) if not can_be_cut[g]], cluster, work, count, n)
        for g in np.flatnonzero(can_be_cut):
            count[:, g] = np.diff(np.minimum(
                -(-n[g] * np.arange(threads + 1) // (threads * ALIGN)) * ALIGN, n[g]))
    count = count[count.any(axis=1)]
    if len(count) == 1:
        return whole
    first = np.cumsum(count, axis=0) - count
    delays = [int(its.delays.min()) for (source, target), its in zip(ends, built)
              if np.any((count[:, target] > 0) & (count[:, source] < n[source]))]
    return Partition(np.where(count > 0, first, 0), count, min([LONGEST_CHUNK, *delays]))


def _share_whole(members: Sequence[int], cluster: IntArray, work: Any, count: IntArray, n: IntArray) -> Any:
    """Give each cluster of groups, the busiest first, to the thread with least work; return the loads."""
    load = np.zeros(len(count))
    clusters: dict[int, list[int]] = {}
    for g in members:
        clusters.setdefault(int(cluster[g]), []).append(g)
    for together in sorted(clusters.values(), key=lambda each: -work[each].sum()):
        thread = int(np.argmin(load))
        load[thread] += work[together].sum()
        count[thread, together] = n[together]
    return load


def _find_cuttable(threads: int, groups: Sequence[GroupLike], connections: Sequence[ConnectionLike],
                   built: Sequence[BuiltConnectivity], sends: Sequence[int],
                   ends: Sequence[tuple[int, int]], filters: FilterCompiler) -> list[bool]:
    """Return for each group whether each of its units can be advanced without a look at the others."""
    found = [group.model.step.is_separable and group.n >= threads * ALIGN for group in groups]
    for (source, target), connection, its, sent in zip(ends, connections, built, sends):
        if sent != SPIKES:
            found[source] = found[target] = False
        if connection.rules or its.left.size:
            found[target] = False
    for row, is_fused in zip(filters.rows, filters.is_fused):
        found[row["target"]] &= is_fused
    return found
