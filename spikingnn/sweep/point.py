"""One point of a sweep: the function is called, and everything that is to be known of it becomes a row."""

from __future__ import annotations

import functools
import hashlib
import importlib
import inspect
import json
import platform
import time
from collections.abc import Callable, Mapping
from numbers import Number
from typing import Any, TypeAlias

import numpy as np

from .._util.blas import limited_threads
from .._util.text import one_line


__all__ = ["COLUMNS", "Row", "Task", "as_json", "assert_callable", "calculate", "calculate_on_worker",
           "key_of", "seed_of"]

COLUMNS = ("trial", "seed", "seconds", "versions", "error")
LONGEST_ERROR = 500         # characters

Row: TypeAlias = "dict[str, Any]"
Task: TypeAlias = "tuple[Callable[..., Any], str, dict[str, Any], int]"       # function, key, point, trial


def calculate(function: Callable[..., Any], key: str, point: dict[str, Any], trial: int) -> tuple[str, Row]:
    """Return (key, row) of one point; an error of `function` becomes part of the row.

    It is computed on one BLAS thread, so that the last bits do not depend on the number of processes.
    """
    arguments = {"seed": seed_of(key)} | point
    row = point | {"trial": trial, "seed": arguments["seed"], "versions": _versions(), "error": None}
    passed = arguments if _takes_seed(function) or "seed" in point else point
    began = time.perf_counter()
    try:
        with limited_threads(1):
            row |= _measures(function(**passed), row)
    except (Exception, SystemExit) as problem:
        text = f"{type(problem).__name__}: {problem}" if str(problem) else type(problem).__name__
        row["error"] = one_line(text, LONGEST_ERROR)
    row["seconds"] = round(time.perf_counter() - began, 6)
    plain: Row = json.loads(as_json(row))           # equal to what is read from the file
    return key, plain


def calculate_on_worker(*task: Any) -> tuple[str, Row]:
    """Return what `calculate` returns, computed on one Numba thread."""
    import numba
    numba.set_num_threads(1)
    return calculate(*task)


def _measures(returned: Any, row: Row) -> dict[str, Any]:
    """Return what a function has returned as {measure: value} that JSON can express."""
    if isinstance(returned, (Number, np.number, np.bool_)):
        returned = {"value": returned}
    if not isinstance(returned, Mapping) or not all(isinstance(name, str) for name in returned):
        raise TypeError("the function must return a number or a dictionary {measure: number}, "
                        f"got {returned!r}")
    reserved = {*row, *COLUMNS}
    if reserved & returned.keys():
        raise ValueError("the function must return measures of other names than "
                         f"{', '.join(sorted(reserved))}, got {', '.join(returned)}")
    measures: dict[str, Any] = json.loads(as_json(dict(returned)))
    return measures


def _takes_seed(function: Callable[..., Any]) -> bool:
    """Tell whether a function can be called with `seed=`; one that cannot be inspected is assumed to."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return True
    return any(each.name == "seed" or each.kind is each.VAR_KEYWORD for each in parameters)


def assert_callable(function: Callable[..., Any], point: Mapping[str, Any], trials: int) -> None:
    """Raise TypeError or ValueError if no point of this kind can be calculated."""
    if not callable(function):
        raise TypeError(f"sweep.function must be a function, got {function!r}")
    for name in point:
        if not isinstance(name, str):
            raise TypeError(f"sweep.grid must have texts as names of parameters, got {name!r}")
        if name in COLUMNS and name != "seed":
            raise ValueError(f"sweep.grid: {name} is a column of its own in every row; rename the parameter")
    takes_seed = _takes_seed(function)
    if trials > 1 and ("seed" in point or not takes_seed):
        why = "whose seeds are in the grid" if "seed" in point else "without a parameter seed"
        raise ValueError(f"sweep.trials must be 1 for a function {why}, got {trials}")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(**({"seed": 0} if takes_seed else {}) | dict(point))
    except TypeError as problem:
        name = getattr(function, "__qualname__", type(function).__name__)
        raise TypeError(f"sweep.grid does not fit {name}{signature}: {problem}") from None


def key_of(point: Any, trial: Any, seed: Any) -> str:
    """Return the text that identifies one trial of a point."""
    return as_json([seed, point, trial])


def seed_of(key: str) -> int:
    """Return the seed of one trial of a point."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=6).digest(), "little")


def as_json(value: Any) -> str:
    """Return JSON with sorted keys; NumPy's numbers and arrays become numbers and lists."""
    return json.dumps(value, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"a row can hold numbers, texts and lists of them, got {value!r}")


@functools.cache
def _versions() -> dict[str, str]:
    names = ("spikingnn", "numpy", "numba")
    return {name: importlib.import_module(name).__version__ for name in names} | {
        "python": platform.python_version()}
