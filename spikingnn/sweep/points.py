"""The points of a sweep: every combination of listed values, or values drawn at random."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any, TypeAlias

import numpy as np

from .._util import checks


__all__ = ["Point", "listed_points"]

Point: TypeAlias = "dict[str, Any]"

DISTRIBUTIONS: dict[str, Callable[[np.random.Generator, Any, Any], Any]] = {
    "uniform": lambda rng, low, high: rng.uniform(low, high),
    "loguniform": lambda rng, low, high: np.exp(rng.uniform(np.log(low), np.log(high))),
    "integers": lambda rng, low, high: rng.integers(low, high, endpoint=True),
    "normal": lambda rng, mean, deviation: rng.normal(mean, deviation)}
LISTS = "a dictionary of lists that are not empty"
WAYS = ("a list of values, a distribution {uniform: [low, high]}, {loguniform: [low, high]}, "
        "{integers: [low, high]} or {normal: [mean, deviation]}, or an object with a method rvs")


def listed_points(grid: Mapping[str, Any], points: int | None, seed: int) -> list[Point]:
    """Return every combination of the values in `grid`, or `points` combinations drawn at random.

    A drawn value depends on `seed`, on the name of its parameter and on the number of its point only, so
    that more points leave the first ones as they are.
    """
    if not isinstance(grid, Mapping) or not grid:
        checks.fail("sweep", "grid", grid, LISTS)
    checks.integer("sweep", "seed", seed, minimum=0)
    if points is None:
        values = {name: _values(grid, name) for name in grid}
        return [dict(zip(values, chosen)) for chosen in product(*values.values())]
    checks.integer("sweep", "points", points)
    drawing = {name: _drawing(name, each) for name, each in grid.items()}
    return [{name: draw(np.random.default_rng([seed, k, zlib.crc32(name.encode())]))
             for name, draw in drawing.items()} for k in range(points)]


def _values(grid: Mapping[str, Any], name: str) -> list[Any]:
    """Return the values of one parameter of a complete grid."""
    values = grid[name]
    if isinstance(values, Mapping) or hasattr(values, "rvs"):
        raise ValueError(f"sweep.grid: {name} is drawn from a distribution; points= says how many points")
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        checks.fail("sweep", "grid", dict(grid), LISTS)
    values = list(values)
    return values if values else checks.fail("sweep", "grid", dict(grid), LISTS)


def _drawing(name: str, given: Any) -> Callable[[np.random.Generator], Any]:
    """Return the function that draws a value of one parameter."""
    if hasattr(given, "rvs"):
        return lambda rng: given.rvs(random_state=rng)
    if isinstance(given, Mapping):
        if len(given) != 1 or next(iter(given)) not in DISTRIBUTIONS:
            checks.fail("sweep.grid", name, dict(given), WAYS)
        (kind, limits), = given.items()
        low, high = _limits(name, kind, limits)
        draw = DISTRIBUTIONS[kind]
        return lambda rng: draw(rng, low, high)
    if isinstance(given, str) or not hasattr(given, "__iter__") or not list(given):
        checks.fail("sweep.grid", name, given, WAYS)
    values = list(given)
    return lambda rng: values[rng.integers(len(values))]


def _limits(name: str, kind: str, limits: Any) -> tuple[Any, Any]:
    """Return the two numbers of a distribution, checked."""
    accepted = {"uniform": "two numbers [low, high], low < high",
                "loguniform": "two positive numbers [low, high], low < high",
                "integers": "two whole numbers [low, high], low < high",
                "normal": "two numbers [mean, deviation], deviation > 0"}[kind]
    array = checks.real_array("sweep.grid", f"{name}.{kind}", limits, accepted)
    valid = array.shape == (2,) and bool(np.isfinite(array).all())
    valid = valid and (array[1] > 0 if kind == "normal" else array[0] < array[1])
    if kind == "loguniform":
        valid = valid and array[0] > 0
    if kind == "integers":
        valid = valid and array.dtype.kind in "iu"
    if not valid:
        checks.fail("sweep.grid", f"{name}.{kind}", limits, accepted)
    return array[0], array[1]
