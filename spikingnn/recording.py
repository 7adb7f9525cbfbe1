"""What the monitors of a network record of one run, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from ._util import checks
from .engine.compiler import Layout
from .engine.history import SpikeBlock
from .engine.references import refer
from .engine.sharing import share_probes
from .engine.tables import Probes
from .monitors import Monitor, SpikeMonitor
from .monitors.state_monitors import SampledMonitor


__all__ = ["Recording", "RecordingPlan", "of_kind"]

MAX_SAMPLE_BYTES = 1 << 26          # samples of states in one block
Kind = TypeVar("Kind", bound=Monitor)


def of_kind(monitors: Sequence[Monitor], kind: type[Kind]) -> list[Kind]:
    """Return the monitors of one kind."""
    return [monitor for monitor in monitors if isinstance(monitor, kind)]


class RecordingPlan:
    """What the monitors of a network record, as long as its layout is the same.

    Parameters
    ----------
    layout : Layout
        The network as the engine takes it.
    monitors : sequence of Monitor
        All monitors of the network.
    """

    def __init__(self, layout: Layout, monitors: Sequence[Monitor]) -> None:
        self.layout = layout
        self.sampled, self.spikes = of_kind(monitors, SampledMonitor), of_kind(monitors, SpikeMonitor)
        self.every = [monitor.sample_steps(layout.dt) for monitor in self.sampled]
        probed = [(each.target, each.quantity, each.picked, every)
                  for each, every in zip(self.sampled, self.every)]
        none = np.empty(0, np.int64)
        probed += [(each.target, state, none, 0) for each in self.spikes for state in each.states]
        self.probes, self.groups = layout.probes(probed), list(layout.groups)
        self.at_spikes = np.flatnonzero(self.probes.every == 0)
        self.steps_between = np.maximum(self.probes.every, 1)
        self.references: list[Any] = []                             # to the probes of the latest block
        # samples at spikes lie in the order of all spikes, which a thread does not know
        self.threads = 1 if any(each.states for each in self.spikes) else layout.partition.threads
        owners = layout.probe_owners(probed) if self.threads > 1 else []
        self.shares = [share_probes(self.probes, owners, p) for p in range(self.threads if owners else 0)]
        self.bytes_per_step = sum(8 * each.picked.size / every
                                  for each, every in zip(self.sampled, self.every))


class Recording:
    """The recordings of one run from step `first` to step `last`.

    Parameters
    ----------
    plan : RecordingPlan
        What is recorded.
    first, last : int
        Steps.
    budget : float
        Bytes that the recordings may take: MemoryBudgetError before anything is allocated.
    """

    def __init__(self, plan: RecordingPlan, first: int, last: int, budget: float) -> None:
        self.plan, self.first, self.last, self.budget = plan, first, last, budget
        self.collected = first                                      # up to this step
        pairs = list(zip(plan.sampled, plan.every))
        needed = sum((last // every - first // every) * each.picked.size * each.dtype.itemsize
                     for each, every in pairs)
        checks.within_budget("the recordings of this run", needed, budget,
                             "use every=, index= or dtype='float32' of the monitors, a shorter run, or a "
                             "larger memory_budget")
        for monitor, every in pairs:
            numbers = np.arange(first // every + 1, last // every + 1)
            monitor.begin(np.asarray(numbers * every * plan.layout.dt, np.float64))
        per_step = plan.bytes_per_step
        self.max_steps = max(1, int(MAX_SAMPLE_BYTES / per_step)) if per_step else last - first

    def block_end(self, step: int, size: int) -> int:
        """Return where a block of `size` steps from `step` on ends."""
        return min(self.last, step + min(size, self.max_steps))

    def block_probes(self, block: SpikeBlock, until: int) -> Probes:
        """Return the probes of a block up to step `until`, with room for its samples."""
        plan, probes = self.plan, self.plan.probes
        if not probes.every.size:
            return probes
        before = block.start // plan.steps_between
        sizes = (until // plan.steps_between - before) * probes.width
        sizes[plan.at_spikes] = block.events.size
        probes.first[:], ends = before + 1, sizes.cumsum()
        probes.sample_at[1:] = ends[:-1]
        return probes._replace(samples=np.empty(ends[-1]))

    def refer(self, probes: Probes, threads: int) -> list[Any]:
        """Return the probes of a block as the loop takes them, for each thread."""
        plan, shares = self.plan, [probes] * threads
        if threads > 1 and plan.shares:
            shares = [share.of_block(probes) for share in plan.shares]
        earlier = plan.references if len(plan.references) == threads else [None] * threads
        plan.references = [refer(share, before) for share, before in zip(shares, earlier)]
        return plan.references

    def collect(self, block: SpikeBlock, probes: Probes, reached: int) -> None:
        """Hand what a block has recorded up to step `reached` to the monitors."""
        step, self.collected = self.collected, reached
        for p, (monitor, every) in enumerate(zip(self.plan.sampled, self.plan.every)):
            begin, end = step // every, reached // every
            if begin < end:
                width, first = monitor.picked.size, int(probes.first[p]) - 1
                at = int(probes.sample_at[p]) + (begin - first) * width
                samples = probes.samples[at:at + (end - begin) * width].reshape(end - begin, width)
                monitor.write(begin - self.first // every, samples)
        if self.plan.spikes:
            self._collect_spikes(block, probes, step, reached)

    def _collect_spikes(self, block: SpikeBlock, probes: Probes, step: int, reached: int) -> None:
        steps, groups, within = block.recorded(step, reached)
        if within.start == within.stop:
            return
        units, p = block.events[within], len(self.plan.sampled)
        for monitor in self.plan.spikes:
            mine = groups == self.plan.groups.index(monitor.target)
            states = [probes.samples[at:at + block.events.size][within][mine]
                      for at in probes.sample_at[p:p + len(monitor.states)]]
            monitor.collect(steps[mine], units[mine], *states)
            p += len(monitor.states)

    def forget_from(self, step: int) -> None:
        """Forget what was recorded from `step` on, to which the network goes back."""
        self.collected = step
        for monitor in self.plan.spikes:
            monitor.forget_from(step)

    def check_budget(self) -> None:
        """Refuse recorded spikes that exceed the budget."""
        held = sum(monitor.n_bytes() for monitor in self.plan.spikes)
        checks.within_budget("the recorded spikes", held, self.budget,
                             "run in parts and clear() the monitors, or raise memory_budget")

    def end(self, step: int) -> None:
        """Keep what was recorded until `step`."""
        for monitor, every in zip(self.plan.sampled, self.plan.every):
            monitor.end(step // every - self.first // every)
