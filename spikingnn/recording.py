"""What the monitors of a network record of one run, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from ._util import checks
from .engine.compiler import Layout
from .engine.history import SpikeBlock
from .engine.tables import Probes
from .monitors import Monitor, SpikeMonitor
from .monitors.state_monitors import SampledMonitor


__all__ = ["Recording", "of_kind"]

MAX_SAMPLE_BYTES = 1 << 26          # samples of states in one block
Kind = TypeVar("Kind", bound=Monitor)


def of_kind(monitors: Sequence[Monitor], kind: type[Kind]) -> list[Kind]:
    """Return the monitors of one kind."""
    return [monitor for monitor in monitors if isinstance(monitor, kind)]


class Recording:
    """The recordings of one run from step `first` to step `last`.

    Parameters
    ----------
    layout : Layout
        The network as the engine takes it.
    monitors : sequence of Monitor
        All monitors of the network.
    first, last : int
        Steps.
    budget : float
        Bytes that the recordings may take: MemoryBudgetError before anything is allocated.
    """

    def __init__(self, layout: Layout, monitors: Sequence[Monitor], first: int, last: int,
                 budget: float) -> None:
        self.layout, self.first, self.last, self.budget = layout, first, last, budget
        self.collected = first                                      # up to this step
        self.sampled, self.spikes = of_kind(monitors, SampledMonitor), of_kind(monitors, SpikeMonitor)
        self._every = [monitor.sample_steps(layout.dt) for monitor in self.sampled]
        pairs = list(zip(self.sampled, self._every))
        needed = sum((last // every - first // every) * each.picked.size * each.dtype.itemsize
                     for each, every in pairs)
        checks.within_budget("the recordings of this run", needed, budget,
                             "use every=, index= or dtype='float32' of the monitors, a shorter run, or a "
                             "larger memory_budget")
        for monitor, every in pairs:
            numbers = np.arange(first // every + 1, last // every + 1)
            monitor.begin(np.asarray(numbers * every * layout.dt, np.float64))
        probed = [(each.target, each.quantity, each.picked, every) for each, every in pairs]
        none = np.empty(0, np.int64)
        probed += [(each.target, state, none, 0) for each in self.spikes for state in each.states]
        self.probes = layout.probes(probed)
        per_step = sum(8 * each.picked.size / every for each, every in pairs)
        self.max_steps = max(1, int(MAX_SAMPLE_BYTES / per_step)) if per_step else last - first

    def block_end(self, step: int, size: int) -> int:
        """Return where a block of `size` steps from `step` on ends."""
        return min(self.last, step + min(size, self.max_steps))

    def block_probes(self, block: SpikeBlock, until: int) -> Probes:
        """Return the probes of a block up to step `until`, with room for its samples."""
        every = np.maximum(self.probes.every, 1)
        sizes = (until // every - block.start // every) * self.probes.width
        sizes[self.probes.every == 0] = block.events.size
        at = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        first, room = block.start // every + 1, np.empty(at[-1])
        return self.probes._replace(first=first, sample_at=at[:-1], samples=room)

    def collect(self, block: SpikeBlock, probes: Probes, reached: int) -> None:
        """Hand what a block has recorded up to step `reached` to the monitors."""
        step, self.collected = self.collected, reached
        for p, (monitor, every) in enumerate(zip(self.sampled, self._every)):
            begin, end = step // every, reached // every
            if begin < end:
                width, first = monitor.picked.size, int(probes.first[p]) - 1
                at = int(probes.sample_at[p]) + (begin - first) * width
                samples = probes.samples[at:at + (end - begin) * width].reshape(end - begin, width)
                monitor.write(begin - self.first // every, samples)
        if self.spikes:
            self._collect_spikes(block, probes, step, reached)

    def _collect_spikes(self, block: SpikeBlock, probes: Probes, step: int, reached: int) -> None:
        steps, groups, within = block.recorded(step, reached)
        if within.start == within.stop:
            return
        units, p = block.events[within], len(self.sampled)
        for monitor in self.spikes:
            mine = groups == self.layout.groups.index(monitor.target)
            states = [probes.samples[at:at + block.events.size][within][mine]
                      for at in probes.sample_at[p:p + len(monitor.states)]]
            monitor.collect(steps[mine], units[mine], *states)
            p += len(monitor.states)

    def forget_from(self, step: int) -> None:
        """Forget what was recorded from `step` on, to which the network goes back."""
        self.collected = step
        for monitor in self.spikes:
            monitor.forget_from(step)

    def check_budget(self) -> None:
        """Refuse recorded spikes that exceed the budget."""
        held = sum(monitor.n_bytes() for monitor in self.spikes)
        checks.within_budget("the recorded spikes", held, self.budget,
                             "run in parts and clear() the monitors, or raise memory_budget")

    def end(self, step: int) -> None:
        """Keep what was recorded until `step`."""
        for monitor, every in zip(self.sampled, self._every):
            monitor.end(step // every - self.first // every)
