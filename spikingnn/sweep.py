"""A grid search that can be interrupted and resumed: each finished cell is written to a file at once.

>>> from tempfile import TemporaryDirectory
>>> def power(seed, base, exponent):
...     return {"value": base ** exponent}
>>> with TemporaryDirectory() as folder:
...     rows = sweep(power, {"base": [2, 3], "exponent": [1, 2]}, Path(folder, "sweep.jsonl"))
>>> [row["value"] for row in rows]
[2, 4, 3, 9]
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import IO, Any, NoReturn, TypeAlias

import numpy as np

from ._util import checks
from ._util.files import write_target
from ._util.typing import PathLikeText


__all__ = ["memory_cell", "sweep", "trial_means"]

BEGINS = '{"key": '         # every row of a file begins with it
LONGEST = 1 << 20           # bytes of a row

Row: TypeAlias = "dict[str, Any]"
Measured: TypeAlias = "Callable[..., dict[str, Any]]"
_Task: TypeAlias = "tuple[Measured, str, dict[str, Any], int]"      # function, key, cell, trial
_Runner: TypeAlias = "Callable[[list[_Task]], Iterable[tuple[str, Row]]]"


def sweep(function: Measured, grid: Mapping[str, Iterable[Any]], file: PathLikeText, trials: int = 1,
          seed: int = 0,
          jobs: int = 1, backend: str | None = None,
          progress: Callable[..., Iterable[Any]] | None = None) -> list[Row]:
    """Call `function` for every cell of a grid and every trial, and collect what it returns.

    Rows that the file contains already are not calculated again, so that a sweep can be resumed and a grid
    can grow. The seed of a trial depends on `seed`, its cell and its number only, not on the order of calls
    or the number of jobs.

    Parameters
    ----------
    function : callable
        Called as ``function(seed=…, **cell)``; returns {measure: number}. It must be importable if `jobs` >
        1.
    grid : dict of lists
        {name: values}; a cell takes one value of each list.
    file : str or path
        Each finished row is appended to this file at once, as a line of JSON. One file serves one `function`.
    trials : int
        Trials per cell.
    seed : int
        Seed from which the seeds of all trials are derived.
    jobs : int
        Number of processes, run by joblib.
    backend : str, optional
        Backend of joblib, for example that of a cluster; None is joblib's default.
    progress : callable, optional
        Wraps the loop over the rows, called as ``progress(rows, total=…)``, like tqdm.

    Returns
    -------
    list of dict
        One row per cell and trial: the cell's values, "trial", and what `function` returned.

    Raises
    ------
    ValueError
        For an empty grid, a file that no sweep wrote or that another sweep is writing, and for several
        processes without joblib; nothing has been calculated then.

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
    """
    values = {name: list(each) for name, each in grid.items()}
    checks.integer("sweep", "trials", trials)
    checks.integer("sweep", "jobs", jobs)
    if not values or not all(values.values()):
        checks.fail("sweep", "grid", values, "a dictionary of lists that are not empty")
    file = Path(file)
    cells = [dict(zip(values, chosen)) for chosen in product(*values.values())]
    requested = {_key(cell, trial, seed): (cell, trial) for cell in cells for trial in range(trials)}
    run = _run_in_turn if jobs == 1 and backend is None else _parallel_runner(jobs, backend)
    with _locked(file) as out:
        rows = _finished_rows(file, out, requested)
        tasks = [(function, key, *each) for key, each in requested.items() if key not in rows]
        done = run(tasks)
        for key, row in progress(done, total=len(tasks)) if progress else done:
            rows[key] = row
            out.write((_line(key, row) + "\n").encode())
            out.flush()
    return [rows[key] for key in requested]


def trial_means(rows: Iterable[Row], names: Sequence[str], measure: str) -> list[Row]:
    """Average a measure over the trials of each cell.

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
        One row per cell: its values, "mean", "error" (standard error of the mean) and "trials".

    Raises
    ------
    ValueError
        If a row has no number of this name.

    Examples
    --------
    >>> rows = [{"n": 4, "trial": 0, "value": 1.0}, {"n": 4, "trial": 1, "value": 3.0}]
    >>> trial_means(rows, ["n"], "value")[0]["mean"]
    2.0
    """
    cells: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if isinstance(row.get(measure), bool) or not isinstance(row.get(measure), (int, float, np.number)):
            raise ValueError(f"the row {_json(row)} has no number {measure!r}; "
                             "a row that was edited is calculated again once it is deleted")
        cells.setdefault(tuple(_json(row[name]) for name in names), []).append(row)
    means = []
    for group in cells.values():
        values = [row[measure] for row in group]
        means.append({name: group[0][name] for name in names} | {
            "mean": float(np.mean(values)), "trials": len(group),
            "error": float(np.std(values) / np.sqrt(len(group)))})
    return means


def memory_cell(seed: int, n: int = 256, load: float = 0.1, rule: str = "projection", flip: float = 0.2,
                activity: float = 0.5, recalls: int = 5, **options: Any) -> dict[str, float]:
    """Store random patterns in a memory and recall some of them: one cell of a sweep.

    Parameters
    ----------
    seed : int
        Seed of the patterns, the memory and the cues.
    n : int
        Pixels.
    load : float
        Patterns per pixel.
    rule : str
        Learning rule of the memory.
    flip : float
        Fraction of flipped pixels in the cues.
    activity : float
        Fraction of white pixels in the patterns.
    recalls : int
        Number of recalls.
    **options
        Further parameters of `HopfieldAssembly`, such as gain, noise, bias or cue_gain.

    Returns
    -------
    dict
        "overlap", the mean over the recalls; "success", the fraction of overlaps of at least 0.95; "spikes"
        per recall.

    Examples
    --------
    >>> memory_cell(seed=0, n=64, load=0.05, flip=0.1, recalls=2)["success"]
    1.0
    """
    from .memory import HopfieldAssembly, corrupt, random_patterns

    rng = np.random.default_rng(seed)
    patterns = random_patterns(max(1, round(load * n)), n, rng, activity)
    targets = patterns[np.arange(recalls) % len(patterns)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")                 # too many patterns are part of the question
        memory = HopfieldAssembly(n, rule, seed=seed, **options).store(patterns)
    recalled = memory.recall(corrupt(targets, flip=flip, seed=seed))
    overlaps = [recall.overlap(target) for recall, target in zip(recalled, targets)]
    return {"overlap": float(np.mean(overlaps)), "success": float(np.mean(np.array(overlaps) >= 0.95)),
            "spikes": float(np.mean([len(recall.spikes) for recall in recalled]))}


def _run_in_turn(tasks: list[_Task]) -> Iterable[tuple[str, Row]]:
    return (_calculate(*task) for task in tasks)


def _parallel_runner(jobs: int, backend: str | None) -> _Runner:
    """Return a function that runs tasks through joblib and yields each result as soon as it is there."""
    try:
        import joblib
    except ImportError:
        raise ValueError("a sweep over several processes runs on joblib, which is not installed: "
                         "pip install 'spikingnn[sweep]'") from None

    def run(tasks: list[_Task]) -> Iterator[tuple[str, Row]]:
        with joblib.parallel_config(backend=backend or "loky", n_jobs=jobs):
            delayed = joblib.delayed(_calculate)
            yield from joblib.Parallel(return_as="generator_unordered")(delayed(*task) for task in tasks)
    return run


def _calculate(function: Measured, key: str, cell: dict[str, Any], trial: int) -> tuple[str, Row]:
    seed = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=6).digest(), "little")
    place, measures = cell | {"trial": trial}, function(seed=seed, **cell)
    if place.keys() & measures.keys():
        raise ValueError(f"sweep.function must return measures of other names than {', '.join(place)}, "
                         f"got {', '.join(measures)}")
    return key, place | measures


def _key(cell: Any, trial: Any, seed: Any) -> str:
    return _json([seed, cell, trial])


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=lambda number: number.item())      # for NumPy's numbers


def _line(key: str, row: Row) -> str:
    """Return a row as it stands in a file; the common beginning distinguishes the first half of a row from
    other texts."""
    return BEGINS + _json(key) + ", " + _json(row)[1:]


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[IO[bytes]]:
    """Open the file of a sweep for reading and appending, for this sweep alone."""
    with write_target(file).open("a+b") as out:
        with contextlib.suppress(ImportError):
            import fcntl
            try:
                fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ValueError(f"{file}: another sweep writes there; wait for its end, or choose another "
                                 "file") from None
        yield out


def _finished_rows(file: Path, out: IO[bytes], requested: Mapping[str, Any]) -> dict[str, Row]:
    """Return {key: row} of the requested rows in a file; an incomplete last row, whose process was killed, is
    removed.

    ValueError, before anything is changed, if the file contains anything other than rows of a sweep.
    """
    rows: dict[str, Row] = {}
    end = 0
    out.seek(0)
    for number in itertools.count(1):
        line = out.readline(LONGEST)
        if not line:
            return rows
        if not line.endswith(b"\n"):
            break
        key, row = _parsed_row(file, number, line)
        if key in requested:
            rows[key] = row
        end = out.tell()
    begins = BEGINS.encode()
    if line[:len(begins)] != begins[:len(line)] or len(line) == LONGEST:
        _refuse_line(file, number)
    out.truncate(end)
    return rows


def _parsed_row(file: Path, number: int, line: bytes) -> tuple[str, Row]:
    """Return (key, row) of one line, which contains the cell and the trial that its key is made of."""
    try:
        row = json.loads(line)
        key = row.pop("key")
        seed, cell, trial = json.loads(key)
        if key != _key(cell, trial, seed) or row | cell | {"trial": trial} != row:
            raise ValueError
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        _refuse_line(file, number)
    return key, row


def _refuse_line(file: Path, number: int) -> NoReturn:
    raise ValueError(f"{file}:{number} is no line of a sweep; choose another file") from None
