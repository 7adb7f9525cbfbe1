"""What the monitors of a network record of one run, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from ._util import checks
from .engine.compiler import Layout
from .engine.history import SpikeBlock
from .engine.tables import Probes
from .monitors import Monitor, SampledMonitor, SpikeMonitor, StateMonitor, WeightMonitor


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
        self.states = of_kind(monitors, StateMonitor)
        self.weights = of_kind(monitors, WeightMonitor)
        self.spikes = of_kind(monitors, SpikeMonitor)
        needed = sum(self._n_samples(each) * each.index.size * each.dtype.itemsize for each in self.states)
        needed += sum((last - first) // self._every(each) * each.width * 8 for each in self.weights)
        checks.within_budget("the recordings of this run", needed, budget,
                             "use every=, index= or dtype='float32' of the monitors, a shorter run, or a "
                             "larger memory_budget")
        for monitor in self.states:
            every = self._every(monitor)
            monitor.begin(first // every + 1, self._n_samples(monitor), every * layout.dt)
        self.probes = layout.probes(self.states)
        per_step = sum(8 * each.index.size / self._every(each) for each in self.states)
        self.max_steps = max(1, int(MAX_SAMPLE_BYTES / per_step)) if per_step else last - first

    def _every(self, monitor: SampledMonitor) -> int:
        return monitor.sample_steps(self.layout.dt)

    def _n_samples(self, monitor: StateMonitor) -> int:
        every = self._every(monitor)
        return self.last // every - self.first // every

    def block_end(self, step: int, size: int) -> int:
        """Return where a block of `size` steps from `step` on ends: not after the next weight sample."""
        every = [self._every(monitor) for monitor in self.weights]
        samples = [(step // steps + 1) * steps for steps in every]
        return min([self.last, step + min(size, self.max_steps), *samples])

    def block_probes(self, step: int, until: int) -> Probes:
        """Return the probes of a block, with room for its samples."""
        every = self.probes.every
        sizes = (until // every - step // every) * self.probes.width
        at = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return self.probes._replace(first=step // every + 1, sample_at=at[:-1], samples=np.empty(at[-1]))

    def collect_states(self, probes: Probes, step: int, reached: int) -> None:
        """Hand the samples of a block, which began at `step`, to the monitors of states."""
        for monitor, begin, every, width in zip(self.states, probes.sample_at, probes.every, probes.width):
            n = reached // every - step // every
            samples = probes.samples[begin:begin + n * width].reshape(n, width)
            monitor.write(step // every - self.first // every, samples)

    def collect_spikes(self, block: SpikeBlock, reached: int) -> None:
        """Hand the spikes of a block to the monitors of spikes."""
        if self.spikes:
            steps, groups, units = block.recorded(reached)
            for monitor in self.spikes:
                mine = groups == self.layout.groups.index(monitor.target)
                monitor.collect(steps[mine], units[mine])
        held = sum(monitor.n_bytes() for monitor in self.spikes)
        checks.within_budget("the recorded spikes", held, self.budget,
                             "run in parts and clear() the monitors, or raise memory_budget")

    def collect_weights(self, step: int) -> None:
        """Hand the weights after `step` steps to the monitors of weights whose turn it is."""
        for monitor in self.weights:
            if step % self._every(monitor) == 0:
                monitor.collect(step * self.layout.dt, self.layout.view_of(monitor.target).weight)

    def end(self, step: int) -> None:
        """Keep what was recorded until `step`."""
        for monitor in self.states:
            every = self._every(monitor)
            monitor.end(step // every - self.first // every)
