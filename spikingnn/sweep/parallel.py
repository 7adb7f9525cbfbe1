"""The tasks of a sweep run in turn, in processes through joblib, or on a Dask cluster through joblib."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Generator
from concurrent.futures import BrokenExecutor, CancelledError
from typing import Any, TypeAlias

from .._util.extras import optional
from ..engine.jit import is_kept
from ..engine.loop import advance
from .point import Row, Task, calculate, calculate_on_worker


__all__ = ["Runner", "run_in_turn", "run_on_dask", "run_on_joblib"]

Results: TypeAlias = "Generator[tuple[str, Row], None, None]"
Runner: TypeAlias = "Callable[[list[Task], bool], Results]"        # tasks, whether they are the first ones

WAIT = 30           # s: until a cluster must have a worker
KEPT = "the finished rows are kept; the same call resumes the sweep"


def run_in_turn(tasks: list[Task], fresh: bool) -> Results:
    """Yield the results of tasks, calculated here one after the other."""
    yield from (calculate(*task) for task in tasks)


def run_on_joblib(jobs: int, backend: str | None) -> Runner:
    """Return a function that runs tasks through joblib and yields each result as soon as it is there.

    ImportError if joblib is not installed.
    """
    joblib = optional("joblib", "Sweeps over several processes", "sweep")
    options: dict[str, Any] = {"backend": backend or "loky", "n_jobs": jobs}
    if options["backend"] == "loky":
        options["inner_max_num_threads"] = 1

    def run(tasks: list[Task], fresh: bool) -> Results:
        if fresh and not is_kept(advance):
            yield calculate(*tasks.pop(0))      # here, so that it is compiled once and not by each worker
        try:
            yield from _unordered(joblib, tasks, **options)
        except BrokenExecutor:
            raise ChildProcessError(f"sweep: a process was killed or ran out of memory; {KEPT}") from None
    return run


def run_on_dask(where: Any, jobs: int) -> Runner:
    """Return a function that runs tasks on a Dask cluster and yields each result as soon as it is there.

    `where` is the address of a scheduler, a client, or "local" for a cluster of `jobs` processes.
    ImportError if joblib or distributed is not installed.
    """
    joblib = optional("joblib", "Sweeps on Dask", "dask")
    distributed = optional("distributed", "Sweeps on Dask", "dask")

    def run(tasks: list[Task], fresh: bool) -> Results:
        if fresh and not is_kept(advance):
            yield calculate(*tasks.pop(0))      # here, so that it is compiled once and not by each worker
        with _quiet("distributed", "distributed.client"), _client(distributed, where, jobs) as client:
            try:
                client.wait_for_workers(1, timeout=WAIT)
            except TimeoutError:
                raise ConnectionError(f"sweep: the scheduler of Dask has no worker after {WAIT} s") from None
            try:
                # all tasks are handed over, so that workers that come later have theirs, too
                yield from _unordered(joblib, tasks, "all", backend=_dask_backend(joblib, client))
            except distributed.KilledWorker:
                raise ChildProcessError("sweep: a point ended every worker that calculated it; "
                                        f"{KEPT}") from None
            except (CancelledError, asyncio.CancelledError, OSError):
                raise ConnectionError(f"sweep: the connection to Dask's scheduler was lost; {KEPT}") from None
    return run


def _unordered(joblib: Any, tasks: list[Task], pre_dispatch: str = "2 * n_jobs", **options: Any) -> Results:
    """Yield the results of joblib in the order in which they arrive."""
    with joblib.parallel_config(**options):
        # one task at a time: each finished row is handed over at once
        parallel = joblib.Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch=pre_dispatch)
    delayed = joblib.delayed(calculate_on_worker)
    with contextlib.closing(parallel(delayed(*task) for task in tasks)) as done:
        yield from done


def _dask_backend(joblib: Any, client: Any) -> Any:
    """Return joblib's backend for Dask, which also sends tasks to a single worker and also reports a task
    whose worker was killed; joblib would calculate here and wait for ever."""
    with joblib.parallel_config(backend="dask", client=client) as config:
        base: Any = type(config["backend"])

    class Backend(base):
        def effective_n_jobs(self, n_jobs: int) -> int:
            return max(2, super().effective_n_jobs(n_jobs))

        def submit(self, func: Any, callback: Any = None) -> Any:
            def report(finished: Any) -> None:
                if callback and finished.exception():
                    callback(finished.exception())
            future = super().submit(func, callback)
            future.add_done_callback(report)
            return future

        def retrieve_result_callback(self, out: Any) -> Any:
            if isinstance(out, BaseException):
                raise out
            return super().retrieve_result_callback(out)

    return Backend(client=client)


@contextlib.contextmanager
def _quiet(*names: str) -> Generator[None, None, None]:
    """Silence loggers that repeat over many lines what one error says."""
    levels = {name: logging.getLogger(name).level for name in names}
    try:
        for name in names:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


@contextlib.contextmanager
def _client(distributed: Any, where: Any, jobs: int) -> Generator[Any, None, None]:
    """Yield a client of the cluster; what is started here is ended here."""
    if isinstance(where, distributed.Client):
        yield where
        return
    with contextlib.ExitStack() as opened:
        if where == "local":
            where = opened.enter_context(distributed.LocalCluster(
                n_workers=jobs, threads_per_worker=1, dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL, env={"NUMBA_NUM_THREADS": "1"}))
        try:
            client = distributed.Client(where)
        except (OSError, ValueError) as problem:
            raise ConnectionError(f"sweep: no scheduler of Dask at {where} ({problem})") from None
        yield opened.enter_context(client)
