"""The engine is called block by block, so that a run can be shown, interrupted and undone."""

from __future__ import annotations

import time
from collections.abc import Callable
from .agenda import Agenda
from .engine.compiler import Layout
from .engine.sharing import Crew
from .recording import Recording
from .soundness import SafetyCopy, find_unsound


__all__ = ["BlockRunner"]

BLOCK_SECONDS = 0.2             # duration of a block: how long Ctrl-C and the progress bar may wait


class BlockRunner:
    """Runs blocks whose size is adapted so that each takes about `BLOCK_SECONDS`."""

    def __init__(self) -> None:
        self.size: int | None = None

    def run_block(self, layout: Layout, recording: Recording, agenda: Agenda) -> int:
        """Run one block of `recording`; return the number of steps.

        A block ends early where the agenda changes models, rules or weights, where its time is up, or where
        something between the steps raises; it is then kept up to there.

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
        chunk = layout.partition.chunk
        block, before = history.open_block(until, layout.spiked.size, chunk), SafetyCopy(layout)
        crew = Crew(block, len(agenda.references), chunk, layout.spiked.size)

        def undo() -> None:
            before.undo()
            history.step = start
            recording.forget_from(start)

        try:
            _fill(crew, until, layout, recording, agenda, began + BLOCK_SECONDS, undo)
        finally:
            unsound = find_unsound(layout)
            if unsound:
                undo()
            history.close_block(block, history.step)
            if unsound:
                raise FloatingPointError(f"{unsound}; the network stays at t = {start * layout.dt:g} ms")
        recording.check_budget()
        took = max(time.perf_counter() - began, 1e-9)
        self.size = max(1, min(2 * size, int((history.step - start) * BLOCK_SECONDS / took)))
        return history.step - start


def _fill(crew: Crew, until: int, layout: Layout, recording: Recording, agenda: Agenda,
          deadline: float, undo: Callable[[], None]) -> None:
    """Call the engine from one entry of the agenda to the next, up to step `until` or the block's end."""
    history, block, run_steps = layout.history, crew.block, recording.last - recording.first
    probes = recording.block_probes(block, until)
    while True:
        due = agenda.next_after(history.step)
        pause = min(until, due)
        try:
            recorded = recording.refer(probes, len(agenda.references))
            tables = [(*mine, each) for mine, each in zip(agenda.references, recorded)]
            history.step = crew.advance(history.step, pause, recording.first, run_steps, layout.dt, tables)
        except BaseException:                       # in the middle of a step
            undo()
            raise
        recording.collect(block, probes, history.step)
        has_room = history.step == pause
        if has_room and pause == due and agenda.visit(due):
            return
        if not has_room or pause == until or time.perf_counter() > deadline:
            return
