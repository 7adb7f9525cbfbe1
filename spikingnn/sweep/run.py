"""Call a function for every point of a grid, once."""

from __future__ import annotations

import contextlib
import functools
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from .._util import checks
from .._util.progress import progress_bar
from .._util.typing import PathLikeText
from .parallel import Runner, run_in_turn, run_on_dask, run_on_joblib
from .point import Row, as_json, assert_callable, key_of
from .points import listed_points
from .rows import finished_rows, line_of, open_rows, remove_failed


__all__ = ["sweep", "trial_means"]


def sweep(function: Callable[..., Any], grid: Mapping[str, Any], file: PathLikeText | None = None,
          trials: int = 1, seed: int = 0, jobs: int = 1, backend: str | None = None,
          progress: bool | Callable[..., Iterable[Any]] | None = None, *, points: int | None = None,
          retry: bool = False, dask: Any = None) -> list[Row]:
    """Call `function` for every point of a grid and every trial, and collect what it returns.

    Rows that the file contains already are not calculated again, so that a sweep can be resumed and a grid
    can grow. The seed of a trial depends on `seed`, its point and its number only, not on the order of calls
    or the number of jobs. A point whose function raises an error is recorded with this error, a warning
    counts such points at the end, and the others are calculated. Each point is computed on one BLAS thread,
    in another process on one Numba thread, too.

    Parameters
    ----------
    function : callable
        Called as ``function(seed=…, **point)``, without the seed if it has no such parameter; returns a
        number or {measure: number}.
    grid : dict
        {name: values}; a point takes one value of each list. With `points`, values are drawn from lists,
        from ``{"uniform": [low, high]}``, ``{"loguniform": [low, high]}``, ``{"integers": [low, high]}`` (both
        included), ``{"normal": [mean, deviation]}``, or from objects with a method ``rvs`` as in scipy.stats.
        Values named "seed" replace the derived seeds.
    file : str or path, optional
        Each finished row is appended to this file at once, as a line of JSON; None writes no file. One file
        serves one `function` and one sweep at a time.
    trials : int
        Trials per point.
    seed : int
        Seed from which the seeds of all trials and random points are derived.
    jobs : int
        Number of processes, run by joblib.
    backend : str, optional
        Backend of joblib; None is its default, which starts processes.
    progress : bool or callable, optional
        Whether a bar is shown; None shows it on a terminal after a second. A callable wraps the loop over
        the rows, called as ``progress(rows, total=…)``, like tqdm.
    points : int, optional
        Number of points to draw at random; None takes every combination. A combination that is drawn twice
        is calculated once.
    retry : bool
        Whether points that are recorded with an error are calculated again.
    dask : str or distributed.Client, optional
        Run on Dask, through joblib: the address of a scheduler, a client, or "local" for a cluster of `jobs`
        processes that is started and ended here.

    Returns
    -------
    list of dict
        One row per point and trial: the point's values, "trial", what `function` returned, "seed", "seconds",
        "versions" (of spikingnn, numpy, numba and Python) and "error", a text of one line or None.

    Raises
    ------
    ValueError
        For an empty grid, a file that no sweep wrote or that another sweep is writing; nothing has been
        calculated then.
    TypeError
        If the names in the grid are not parameters of `function`.
    ImportError
        For several processes without joblib, and for Dask without distributed.
    ConnectionError
        If the scheduler of Dask is not reached or ends; finished rows are in the file.
    ChildProcessError
        If a process was killed; finished rows are in the file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> def noisy(seed, mean):
    ...     return {"value": mean + np.random.default_rng(seed).normal()}
    >>> with TemporaryDirectory() as folder:
    ...     first = sweep(noisy, {"mean": [0, 5]}, Path(folder, "sweep.jsonl"), trials=3)
    ...     again = sweep(noisy, {"mean": [0, 5]}, Path(folder, "sweep.jsonl"), trials=3)
    >>> len(first), first == again
    (6, True)
    >>> drawn = sweep(noisy, {"mean": {"uniform": [0, 5]}}, points=4)
    >>> all(0 <= row["mean"] < 5 for row in drawn)
    True
    """
    chosen = listed_points(grid, points, seed)
    checks.integer("sweep", "trials", trials)
    checks.integer("sweep", "jobs", jobs)
    assert_callable(function, chosen[0], trials)
    requested = {key_of(point, trial, seed): (point, trial) for point in chosen for trial in range(trials)}
    run = _runner(jobs, backend, dask)
    if file is None:
        rows = _completed(None, {}, function, requested, run, progress)
    else:
        if retry:
            remove_failed(Path(file), requested)
        with open_rows(Path(file)) as out:
            found = finished_rows(Path(file), out, requested)
            rows = _completed(out, found, function, requested, run, progress)
    ordered = [rows[key] for key in requested]
    _warn_of_errors(ordered)
    return ordered


def _runner(jobs: int, backend: str | None, dask: Any) -> Runner:
    """Return the function that runs tasks, checked before anything is calculated."""
    if dask is not None and backend is not None:
        raise ValueError(f"sweep takes either dask or a backend of joblib, got {dask!r} and {backend!r}")
    if dask is not None:
        return run_on_dask(dask, jobs)
    return run_in_turn if jobs == 1 and backend is None else run_on_joblib(jobs, backend)


def _completed(out: IO[bytes] | None, rows: dict[str, Row], function: Callable[..., Any],
               requested: Mapping[str, tuple[dict[str, Any], int]], run: Runner,
               progress: bool | Callable[..., Iterable[Any]] | None) -> dict[str, Row]:
    """Return {key: row} of all requested rows; those that `rows` lacks are calculated and written."""
    tasks = [(function, key, *each) for key, each in requested.items() if key not in rows]
    if not tasks:
        return rows
    shown = progress if callable(progress) else functools.partial(
        progress_bar, shown=progress, desc="sweeping", unit="point")
    total = len(tasks)
    with contextlib.closing(run(tasks, not rows)) as done:
        for key, row in shown(done, total=total):
            rows[key] = row
            if out:
                out.write(line_of(key, row))
                out.flush()
    return rows


def _warn_of_errors(rows: Sequence[Row]) -> None:
    failed = [row for row in rows if row["error"] is not None]
    if failed:
        warnings.warn(f"{len(failed)} of {len(rows)} points failed and are recorded with their errors, the "
                      f"first one with {failed[0]['error']}; retry=True calculates them again", stacklevel=3)


def trial_means(rows: Iterable[Row], names: Sequence[str], measure: str) -> list[Row]:
    """Average a measure over the trials of each cell, without those that failed.

    Parameters
    ----------
    rows : list of dict
        What `sweep` returns.
    names : list of str
        The names in its grid.
    measure : str
        The measure to average.

    Returns
    -------
    list of dict
        One row per cell: its values, "mean", "error" (standard error of the mean) and "trials", their number;
        NaN where all trials failed.

    Raises
    ------
    ValueError
        If a row without an error has no number of this name.

    Examples
    --------
    >>> rows = [{"n": 4, "trial": 0, "value": 1.0}, {"n": 4, "trial": 1, "value": 3.0}]
    >>> trial_means(rows, ["n"], "value")[0]["mean"]
    2.0
    """
    cells: dict[tuple[str, ...], list[float]] = {}
    values: dict[tuple[str, ...], Row] = {}
    for row in rows:
        cell = tuple(as_json(row[name]) for name in names)
        values.setdefault(cell, {name: row[name] for name in names})
        measured = cells.setdefault(cell, [])
        if row.get("error") is not None:
            continue
        if isinstance(row.get(measure), bool) or not isinstance(row.get(measure), (int, float, np.number)):
            raise ValueError(f"the row {as_json(row)} has no number {measure!r}; "
                             "a row that was edited is calculated again once it is deleted")
        measured.append(row[measure])
    return [values[cell] | _statistics(measured) for cell, measured in cells.items()]


def _statistics(measured: Sequence[float]) -> Row:
    if not measured:
        return {"mean": float("nan"), "trials": 0, "error": float("nan")}
    return {"mean": float(np.mean(measured)), "trials": len(measured),
            "error": float(np.std(measured) / np.sqrt(len(measured)))}
