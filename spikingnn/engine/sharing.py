"""A network on several threads: the tables of each, and one call of the loop in all of them at once."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .._util.typing import IntArray
from . import loop
from .history import SpikeBlock
from .partition import Partition
from .references import refer
from .tables import Connections, Groups, Probes, Values
from .team import SPACING, new_team


__all__ = ["Crew", "ProbeShare", "share_connections", "share_groups", "share_probes"]

ALONE = refer(new_team(1, 1, 0, 0))
advance: Any = loop.advance


def share_groups(groups: Groups, values: Values, partition: Partition, thread: int) -> tuple[Groups, Values]:
    """Return the units of one thread, with working memory of its own."""
    mine = groups._replace(first=partition.first[thread].copy(), n_own=partition.n_own[thread].copy())
    return mine, values._replace(scratch=values.scratch.copy())


def share_connections(connections: Connections, partition: Partition, shares: Mapping[int, IntArray],
                      thread: int) -> Connections:
    """Return what one thread delivers: whole rows, or where several have targets the parts in `shares`."""
    is_mine = partition.n_own[thread, connections.target] > 0
    pointer_at, end_at = connections.pointer_at.copy(), connections.end_at.copy()
    for k, places in shares.items():
        pointer_at[k], end_at[k] = places[:, thread]
    return connections._replace(
        order=connections.order[is_mine[connections.order]], pointer_at=pointer_at, end_at=end_at,
        observe=np.where(is_mine, connections.observe, 0), learn=np.where(is_mine, connections.learn, 0))


class ProbeShare(NamedTuple):
    """The recorded numbers of one thread: runs of those that lie one after the other."""

    row: IntArray                   # probe of each run
    offset: IntArray                # where in the samples of that probe it begins
    probes: Probes                  # one row per run

    def of_block(self, probes: Probes) -> Probes:
        """Return the probes of this thread for the block of `probes`."""
        return self.probes._replace(first=probes.first[self.row], samples=probes.samples,
                                    sample_at=probes.sample_at[self.row] + self.offset)


def share_probes(probes: Probes, owners: Sequence[IntArray], thread: int) -> ProbeShare:
    """Return what one thread records; `owners` say which thread does so with each number of each probe."""
    runs = []
    for p, owner in enumerate(owners):
        edges = np.flatnonzero(np.diff(owner == thread, prepend=False, append=False))
        runs += [(p, begin, end - begin) for begin, end in edges.reshape(-1, 2)]
    row, offset, width = np.array(runs, np.int64).reshape(-1, 3).T.copy()
    columns = {name: getattr(probes, name)[row]
               for name in ("group", "array", "trace", "at", "size", "every", "first", "stride", "sample_at")}
    return ProbeShare(row, offset, probes._replace(
        width=width, unit_at=probes.unit_at[row] + offset, **columns))


def take_processor(thread: int) -> None:
    """Move this thread to a processor of its own, which it may leave again.

    Threads that begin on one and take turns there are never moved apart by Linux: each ran just now.
    """
    if sys.platform == "linux":
        allowed = os.sched_getaffinity(0)
        with contextlib.suppress(OSError):                      # where a container forbids it
            os.sched_setaffinity(0, {sorted(allowed)[thread % len(allowed)]})
            os.sched_setaffinity(0, allowed)


class Crew:
    """The threads that fill one block of steps together.

    Parameters
    ----------
    block : SpikeBlock
        The block, in whose arrays the first thread writes the spikes of all.
    threads : int
        Number of threads.
    chunk : int
        Steps between two exchanges of spikes.
    units : int
        Units of the network, at least.
    """

    def __init__(self, block: SpikeBlock, threads: int, chunk: int, units: int) -> None:
        self.block, self.team, self._team = block, ALONE, None
        self.spikes = [(block.events, block.event_start)]
        if threads > 1:
            self._team = new_team(threads, chunk, units, block.n_groups)
            self.team = refer(self._team)
            before = int(block.event_start[block.depth * block.n_groups])
        for _ in range(1, threads):
            events = np.empty_like(block.events)
            events[:before] = block.events[:before]
            self.spikes.append((events, block.event_start.copy()))

    def advance(self, first: int, last: int, run_first: int, run_steps: int, dt: float,
                tables: Sequence[Any]) -> int:
        """Advance from step `first` to `last` with the tables of each thread; return the step reached."""
        steps = self.block.start, first, last, run_first, run_steps, dt, self.block.depth
        if self._team is None:
            return int(advance(*steps, *self.spikes[0], *tables[0], self.team, 0))
        arrived, reached, problems = self._team.arrived, [0] * len(tables), []
        arrived[:] = 0

        def work(thread: int) -> None:
            try:
                take_processor(thread)
                mine = *self.spikes[thread], *tables[thread]
                with np.errstate(over="ignore"):                # a setting of each thread, for plain Python
                    reached[thread] = int(advance(*steps, *mine, self.team, thread))
            except BaseException as problem:
                problems.append(problem)
                arrived[-SPACING] = 1

        others = [threading.Thread(target=work, args=(thread,)) for thread in range(1, len(tables))]
        for other in others:
            other.start()
        work(0)
        for other in others:
            other.join()
        if problems:
            raise problems[0]
        return reached[0]
