"""The history of spikes: those that may still be under way, and those that a block of steps adds."""

from __future__ import annotations

import numpy as np

from .._util.typing import IntArray
from .tables import EventArray


__all__ = ["SpikeBlock", "SpikeHistory"]

BLOCK_SPIKES = 1 << 18          # spikes that a long block has room for, in addition to two full steps


class SpikeHistory:
    """The spikes of the last `depth` steps, which may still have to be delivered.

    Steps and groups are numbered consecutively: group g in step k is place ``(k - first) · n_groups + g``,
    counted from the first step that is kept. The units that spiked there are
    ``events[event_start[place]:event_start[place + 1]]``. This is how the loop reads spikes and writes
    them.

    Parameters
    ----------
    n_groups : int
        Number of groups.
    depth : int
        Longest delay in steps.
    """

    def __init__(self, n_groups: int, depth: int) -> None:
        self.n_groups, self.depth = n_groups, depth
        self.clear()

    def clear(self) -> None:
        """Return to step 0, before which nobody spiked."""
        self.step = 0
        self.events: EventArray = np.empty(0, np.int32)
        self.event_start: IntArray = np.zeros(self.depth * self.n_groups + 1, np.int64)

    def open_block(self, until: int, units: int, chunk: int = 1) -> SpikeBlock:
        """Return arrays with the history and room for the spikes of `units` units up to step `until`, or for
        those of at least `chunk` steps."""
        room = min((until - self.step) * units, (chunk + 1) * units + BLOCK_SPIKES)
        events = np.empty(self.events.size + room, np.int32)
        events[:self.events.size] = self.events
        event_start = np.zeros((self.depth + until - self.step) * self.n_groups + 1, np.int64)
        event_start[:self.event_start.size] = self.event_start
        return SpikeBlock(self.step, self.n_groups, self.depth, events, event_start)

    def close_block(self, block: SpikeBlock, reached: int) -> None:
        """Go on to step `reached`, up to which the loop has filled `block`."""
        first = (reached - block.start) * self.n_groups
        tail = block.event_start[first:first + self.depth * self.n_groups + 1]
        self.events, self.event_start = block.events[tail[0]:tail[-1]].copy(), tail - tail[0]
        self.step = int(reached)

    def under_way(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return (step, number of the group, unit) of each spike that is kept."""
        place = np.repeat(np.arange(self.event_start.size - 1), np.diff(self.event_start))
        step = self.step - self.depth + place // self.n_groups
        return step, place % self.n_groups, self.events.astype(np.int64)

    def restore(self, now: int, step: IntArray, group: IntArray, unit: IntArray) -> None:
        """Set the step to `now` and the spikes to those of `under_way`, in any order; refuse duplicates."""
        place = (step - (now - self.depth)) * self.n_groups + group
        order = np.lexsort((unit, place))
        if np.any((np.diff(place[order]) == 0) & (np.diff(unit[order]) == 0)):
            raise ValueError("the arrays 'spikes' name a spike twice")
        counts = np.bincount(place, minlength=self.depth * self.n_groups)
        self.step, self.events = now, unit[order].astype(np.int32)
        self.event_start = np.append(0, np.cumsum(counts)).astype(np.int64)


class SpikeBlock:
    """The arrays into which the loop writes the spikes of one block, from step `start` on."""

    def __init__(self, start: int, n_groups: int, depth: int, events: EventArray,
                 event_start: IntArray) -> None:
        self.start, self.n_groups, self.depth = start, n_groups, depth
        self.events, self.event_start = events, event_start

    def recorded(self, first: int, last: int) -> tuple[IntArray, IntArray, slice]:
        """Return (step, number of the group) of each spike from step `first` to `last`; where in `events`."""
        begin, end = ((step - self.start + self.depth) * self.n_groups for step in (first, last))
        edges = self.event_start[begin:end + 1]
        within = slice(int(edges[0]), int(edges[-1]))
        if within.start == within.stop:
            return np.empty(0, np.int64), np.empty(0, np.int64), within
        place = np.repeat(np.arange(edges.size - 1), np.diff(edges))
        return first + place // self.n_groups, place % self.n_groups, within
