"""A grid search that can be cut off and gone on with: every cell that is done stands in a file at once.

>>> sweep(recall_overlap, {"gain": [5, 20], "noise": [0.0, 0.3]}, "sweep.jsonl", trials=3)
"""

from __future__ import annotations

import hashlib
import json
import warnings
from itertools import product
from pathlib import Path

import numpy as np

from .core import checks
from .core.files import read_bytes, replacing

__all__ = ["memory_cell", "sweep", "table"]


def sweep(function, grid, file, trials=1, seed=0, jobs=1, backend=None, progress=None):
    """Call `function(seed=…, **cell)` for every cell of `grid` and every trial; returns the rows, a list of dictionaries.

    function    returns {measure: number}; it must be importable where `jobs` > 1
    grid        {name: list of values}; a cell takes one of each
    file        a row a line (JSON) is added to it as soon as it is done; rows that it has already are not calculated again, so that a
                grid may grow. One file for one `function`
    trials      each has a seed of its own, from `seed`, cell and number: the same whatever the order and the number of jobs
    jobs        processes, through joblib, on its `backend` (None: its default; a cluster's can be named)
    progress    wraps the loop, as tqdm does

    ValueError for a file that no sweep wrote, and where more than one process is asked for without joblib.
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
    rows = _read(file)
    tasks = [(function, key, *cell) for key, cell in wanted.items() if key not in rows]
    done = run(tasks)
    with file.open("a", encoding="utf-8") as out:
        for key, row in progress(done, total=len(tasks)) if progress else done:
            rows[key] = row
            out.write(_json({"key": key} | row) + "\n")
            out.flush()
    return [rows[key] for key in wanted]


def table(rows, names, measure):
    """Over the trials of each cell: a list of dictionaries with the cell's values, `mean`, `error` (standard error) and `trials`."""
    cells = {}
    for row in rows:
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
    return key, cell | {"trial": trial} | function(seed=own, **cell)


def _key(cell, trial, seed):
    return _json([seed, cell, trial])


def _json(value):
    return json.dumps(value, sort_keys=True, default=lambda number: number.item())          # of NumPy


def _read(file):
    """key -> row of what is done; a last line that was cut off is taken away."""
    if not file.exists():
        return {}
    try:
        rows, text = {}, read_bytes(file).decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{file} is no table of a sweep; choose another file") from None
    whole, _, cut = text.rpartition("\n")
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            row = json.loads(line)
            rows[row.pop("key")] = row
        except (ValueError, KeyError, AttributeError, TypeError):
            raise ValueError(f"{file}:{number} is no line of a sweep; choose another file") from None
    if cut:
        with replacing(file) as temporary:
            temporary.write_text(text[:-len(cut)], encoding="utf-8")
    return rows
