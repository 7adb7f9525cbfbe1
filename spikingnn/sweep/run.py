"""Call a function for every point of a grid, once."""

from __future__ import annotations

import contextlib
import functools
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np

from .._util import checks
from .._util.progress import progress_bar
from .._util.typing import PathLikeText
from .parallel import Runner, run_in_turn, run_on_dask, run_on_joblib
from .point import Row, as_json, assert_callable, key_of
from .points import Point, listed_points
from .rows import finished_rows, line_of, open_rows, remove_failed


__all__ = ["sweep", "trial_means"]

Progress: TypeAlias = "bool | Callable[..., Iterable[Any]] | None"


def sweep(function: Callable[..., Any], grid: Mapping[str, Any], file: PathLikeText | None = None,
          trials: int = 1, seed: int = 0, jobs: int = 1, backend: str | None = None,
          progress: Progress = None, *, points: int | None = None, retry: bool = False,
          dask: Any = None) -> list[Row]:
    """Call `function` for every point of a grid and every trial, and collect what it returns.

    Parameters
    ----------
    function : callable
        Called as ``function(seed=…, **point)``, without the seed if it has no such parameter; returns a
        number or {measure: number}.
    grid : dict
        {name: values}; a point takes one value of each list. Values named "seed" replace the derived seeds.
    file : str or path, optional
        Each finished row is appended to it at once; rows that it contains are not calculated again.
    trials, seed : int
        Trials per point, and the seed from which their seeds and random points are derived.
    jobs, backend : int, str or None
        Number of processes and backend of joblib; None starts processes.
    progress : bool or callable, optional
        Whether a bar is shown; None shows it on a terminal. A function is called as
        ``progress(rows, total=…)`` and yields the rows, like tqdm.
    points : int, optional
        Number of points to draw at random from the lists and distributions of `grid`.
    retry : bool
        Whether points that are recorded with an error are calculated again.
    dask : str or distributed.Client, optional
        Address of a Dask scheduler, a client, or "local" for a cluster of `jobs` processes.

    Returns
    -------
    list of dict
        One row per point and trial: the point's values, "trial", what `function` returned, "seed", "seconds",
        "versions" and "error".

    Raises
    ------
    ValueError, TypeError
        Before anything is calculated, for a grid, a function or a file that cannot be used.
    ImportError
        If joblib or distributed is needed and not installed.
    ConnectionError, ChildProcessError
        If the scheduler of Dask or a process ends early; finished rows are in the file.

    Examples
    --------
    >>> def noisy(seed, mean):
    ...     return {"value": mean + np.random.default_rng(seed).normal()}
    >>> len(sweep(noisy, {"mean": [0, 5]}, trials=3))
    6
    """
    requested = _requested(function, grid, trials, seed, points)
    calculate = functools.partial(_completed, function, requested, _runner(jobs, backend, dask), progress)
    ordered = _in_file(Path(file), retry, requested, calculate) if file is not None else calculate(None, {})
    _warn_of_errors(ordered)
    return ordered


def _requested(function: Callable[..., Any], grid: Mapping[str, Any], trials: int, seed: int,
               points: int | None) -> dict[str, tuple[Point, int]]:
    """Return {key: (point, trial)} of all rows that are asked for, checked."""
    chosen = listed_points(grid, points, seed)
    checks.integer("sweep", "trials", trials)
    assert_callable(function, chosen[0], trials)
    return {key_of(point, trial, seed): (point, trial) for point in chosen for trial in range(trials)}


def _in_file(file: Path, retry: bool, requested: Mapping[str, Any],
             calculate: Callable[[IO[bytes], dict[str, Row]], list[Row]]) -> list[Row]:
    """Return the requested rows of a file, completed by `calculate`."""
    if retry:
        remove_failed(file, requested)
    with open_rows(file) as out:
        return calculate(out, finished_rows(file, out, requested))


def _runner(jobs: int, backend: str | None, dask: Any) -> Runner:
    """Return the function that runs tasks."""
    checks.integer("sweep", "jobs", jobs)
    if dask is not None and backend is not None:
        raise ValueError(f"sweep takes either dask or a backend of joblib, got {dask!r} and {backend!r}")
    if dask is not None:
        return run_on_dask(dask, jobs)
    return run_in_turn if jobs == 1 and backend is None else run_on_joblib(jobs, backend)


def _completed(function: Callable[..., Any], requested: Mapping[str, tuple[Point, int]], run: Runner,
               progress: Progress, out: IO[bytes] | None, rows: dict[str, Row]) -> list[Row]:
    """Return all requested rows; those that `rows` lacks are calculated and written."""
    tasks = [(function, key, *each) for key, each in requested.items() if key not in rows]
    total = len(tasks)
    shown = progress if callable(progress) else functools.partial(
        progress_bar, shown=progress, desc="sweeping", unit="point")
    if tasks:
        with contextlib.closing(run(tasks, not rows)) as done:
            for key, row in shown(done, total=total):
                rows[key] = row
                if out:
                    out.write(line_of(key, row))
                    out.flush()
    return [rows[key] for key in requested]


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
