"""The engine is called block by block, so that a run can be shown, interrupted and undone."""

from __future__ import annotations

import time

from .engine.compiler import Layout, Tables
from .engine.loop import advance
from .recording import Recording
from .soundness import SafetyCopy


__all__ = ["BlockRunner"]

BLOCK_SECONDS = 0.2             # duration of a block: how long Ctrl-C and the progress bar may wait


class BlockRunner:
    """Runs blocks whose size is adapted so that each takes about `BLOCK_SECONDS`."""

    def __init__(self) -> None:
        self.size: int | None = None

    def run_block(self, layout: Layout, recording: Recording, tables: Tables) -> int:
        """Run one block of `recording`; return the number of steps.

        Raises
        ------
        FloatingPointError
            If something is not finite after the block, which is then undone.
        MemoryBudgetError
            If the recorded spikes exceed the budget.
        """
        history, began = layout.history, time.perf_counter()
        size = self.size or max(1, int(BLOCK_SECONDS / 4 / (1e-6 + 2e-9 * layout.state.size)))
        start, until = history.step, recording.block_end(history.step, size)
        probes = recording.block_probes(start, until)
        block, before = history.open_block(until, layout.spiked.size), SafetyCopy(layout)
        run_steps = recording.last - recording.first
        reached = int(advance(
            start, until, recording.first, run_steps, layout.dt, history.depth, block.events,
            block.event_start, *tables, probes))
        before.check(layout, start * layout.dt)
        recording.collect_states(probes, start, reached)
        history.close_block(block, reached)
        recording.collect_spikes(block, reached)
        recording.collect_weights(history.step)
        took = max(time.perf_counter() - began, 1e-9)
        self.size = max(1, min(2 * size, int((history.step - start) * BLOCK_SECONDS / took)))
        return history.step - start
