"""A grid search that can be cut off and gone on with: every cell that is done stands in a file at once.

>>> sweep(recall_overlap, {"gain": [5, 20], "noise": [0.0, 0.3]}, "sweep.jsonl", trials=3)
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import warnings
from itertools import product
from pathlib import Path

import numpy as np

from ._util import checks
from ._util.files import writable


__all__ = ["memory_cell", "sweep", "table"]

BEGINS = '{"key": '         # every row in a file
LONGEST = 1 << 20           # bytes of a row


def sweep(function, grid, file, trials=1, seed=0, jobs=1, backend=None, progress=None):
    """Call `function(seed=…, **cell)` for every cell of `grid` and every trial; returns the rows, a list of dictionaries.

    function    returns {measure: number}; it must be importable where `jobs` > 1
    grid        {name: list of values}; a cell takes one of each
    file        a row a line (JSON) is added to it as soon as it is done; rows that it has already are not calculated again, so that a
                grid may grow. One file for one `function`
    trials      each has a seed of its own, from `seed`, cell and number: the same whatever the order and the number of jobs
    jobs        processes, through joblib, on its `backend` (None: its default; a cluster's can be named)
    progress    wraps the loop, as tqdm does

    ValueError for a file that no sweep wrote or that another sweep is writing, before anything is calculated, and where more than one
    process is asked for without joblib.
    """
    grid = {name: list(values) for name, values in grid.items()}
    checks.integer("sweep", "trials", trials)
    checks.integer("sweep", "jobs", jobs)
    if not grid or not all(grid.values()):
        checks.fail("sweep", "grid", grid, "a dictionary of lists that are not empty")
    file = Path(file)
    cells = [dict(zip(grid, values)) for values in product(*grid.values())]
    wanted = {_key(cell, trial, seed): (cell, trial) for cell in cells for trial in range(trials)}
    run = _in_turn if jobs == 1 and backend is None else _side_by_side(jobs, backend)
    with _opened(file) as out:
        rows = _read(file, out, wanted)
        tasks = [(function, key, *cell) for key, cell in wanted.items() if key not in rows]
        done = run(tasks)
        for key, row in progress(done, total=len(tasks)) if progress else done:
            rows[key] = row
            out.write((_line(key, row) + "\n").encode())
            out.flush()
    return [rows[key] for key in wanted]


def table(rows, names, measure):
    """Over the trials of each cell: a list of dictionaries with the cell's values, `mean`, `error` (standard error) and `trials`."""
    cells = {}
    for row in rows:
        if isinstance(row.get(measure), bool) or not isinstance(row.get(measure), (int, float, np.number)):
            raise ValueError(f"the row {_json(row)} has no number {measure!r}; "
                             "a row that was edited is calculated again once it is deleted")
        cells.setdefault(tuple(_json(row[name]) for name in names), []).append(row)
    return [{name: group[0][name] for name in names} | {"mean": float(np.mean([row[measure] for row in group])), "trials": len(group),
            "error": float(np.std([row[measure] for row in group]) / np.sqrt(len(group)))} for group in cells.values()]


def memory_cell(seed, n=256, load=0.1, rule="projection", flip=0.2, activity=0.5, recalls=5, **options):
    """One cell of a sweep over the memory: random patterns of some `activity` stored and recalled, {"overlap", "success", "spikes"}.

    `options`: of `HopfieldAssembly`, such as gain, noise, bias, cue_gain.
    """
    from .memory import HopfieldAssembly, corrupt, random_patterns

    rng = np.random.default_rng(seed)
    patterns = random_patterns(max(1, round(load * n)), n, rng, activity)
    targets = patterns[np.arange(recalls) % len(patterns)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")                 # of too many patterns: that is what is asked
        memory = HopfieldAssembly(n, rule, seed=seed, **options).store(patterns)
    recalled = memory.recall(corrupt(targets, flip=flip, seed=seed))
    overlaps = [recall.overlap(target) for recall, target in zip(recalled, targets)]
    return {"overlap": float(np.mean(overlaps)), "success": float(np.mean(np.array(overlaps) >= 0.95)),
            "spikes": float(np.mean([len(recall.spikes) for recall in recalled]))}


def _in_turn(tasks):
    return (_one(*task) for task in tasks)


def _side_by_side(jobs, backend):
    """The function that runs tasks on joblib and yields each result when it is there."""
    try:
        import joblib
    except ImportError:
        raise ValueError("a sweep over several processes runs on joblib, which is not installed: pip install 'spikingnn[sweep]'") from None

    def run(tasks):
        with joblib.parallel_config(backend=backend or "loky", n_jobs=jobs):
            yield from joblib.Parallel(return_as="generator_unordered")(joblib.delayed(_one)(*task) for task in tasks)
    return run


def _one(function, key, cell, trial):
    own = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=6).digest(), "little")
    made_of, measures = cell | {"trial": trial}, function(seed=own, **cell)
    if made_of.keys() & measures.keys():
        raise ValueError(f"sweep.function must return measures of other names than {', '.join(made_of)}, got {', '.join(measures)}")
    return key, made_of | measures


def _key(cell, trial, seed):
    return _json([seed, cell, trial])


def _json(value):
    return json.dumps(value, sort_keys=True, default=lambda number: number.item())          # of NumPy


def _line(key, row):
    """A row as it stands in a file; they all begin alike, which tells the first half of one from a foreign text."""
    return BEGINS + _json(key) + ", " + _json(row)[1:]


@contextlib.contextmanager
def _opened(file):
    """The file of a sweep, opened for reading and appending bytes, and held for this sweep alone."""
    with writable(file).open("a+b") as out:
        with contextlib.suppress(ImportError):
            import fcntl
            try:
                fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ValueError(f"{file}: another sweep writes there; wait for its end, or choose another file") from None
        yield out


def _read(file, out, wanted):
    """key -> row of what is done of `wanted`; the first half of a last row, whose process was killed, is cut off.

    ValueError where there is anything else than rows of a sweep, and then nothing is changed.
    """
    rows, end = {}, 0
    out.seek(0)
    for number in itertools.count(1):
        line = out.readline(LONGEST)
        if not line:
            return rows
        if not line.endswith(b"\n"):
            break
        key, row = _row(file, number, line)
        if key in wanted:
            rows[key] = row
        end = out.tell()
    begins = BEGINS.encode()
    if line[:len(begins)] != begins[:len(line)] or len(line) == LONGEST:
        _fail(file, number)
    out.truncate(end)
    return rows


def _row(file, number, line):
    """(key, row) of one line, which names the cell and the trial that its key is made of."""
    try:
        row = json.loads(line)
        key = row.pop("key")
        seed, cell, trial = json.loads(key)
        if key != _key(cell, trial, seed) or row | cell | {"trial": trial} != row:
            raise ValueError
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        _fail(file, number)
    return key, row


def _fail(file, number):
    raise ValueError(f"{file}:{number} is no line of a sweep; choose another file") from None
