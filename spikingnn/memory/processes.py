"""Recalls shared out among processes."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .._util.guarded import assign
from .._util.typing import FloatArray

if TYPE_CHECKING:
    from .assembly import HopfieldAssembly
    from .recall_result import Recall, RecallTimes


__all__ = ["recall_in_processes"]

_received: list[HopfieldAssembly] = []      # in a worker process: its memory


def recall_in_processes(memory: HopfieldAssembly, cues: list[FloatArray], times: RecallTimes,
                        jobs: int) -> Iterator[Recall]:
    """Yield the recalls of `cues` in their order, made by `jobs` processes that each hold the memory.

    RuntimeError where a process ends early, SystemExit where this is a worker that runs the user's script
    once more.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise SystemExit(1)
    memory = copy.copy(memory)
    assign(memory, rule=None)           # recall does not need it, and a function of the user's may not travel
    yield memory._recall_one(cues[0], times)        # here, so that what is to be compiled is compiled once
    try:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _receive, (memory,)) as pool:
            tasks = ((cue, times) for cue in cues[1:])
            yield from pool.map(_recall_one, tasks, chunksize=max(1, len(cues) // (4 * jobs)))
    except BrokenProcessPool:
        raise RuntimeError(
            f"HopfieldAssembly.recall(jobs={jobs}): a process ended before its work. Each runs your script "
            'again: put what is to run once under `if __name__ == "__main__":`') from None


def _receive(memory: HopfieldAssembly) -> None:
    _received[:] = [memory]


def _recall_one(task: tuple[FloatArray, RecallTimes]) -> Recall:
    return _received[0]._recall_one(*task)
