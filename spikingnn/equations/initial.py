"""First values of the states of a text: numbers, arrays, expressions, or the resting point."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from .._util import checks
from .._util.typing import FloatArray
from ..engine.random import mix
from .expressions import Node, TextError, number, parse, suggest
from .system import INPUT, STEP, TIME, Scope, System
from .text import at, circle_in


__all__ = ["first_values", "initial_key", "names_in", "starts_of"]

DRAWS = ("rand()", "randn()")


def initial_key(initial: Any) -> tuple[Any, dict[str, Any]]:
    """Return initial values as something that can be compared and kept, and arrays as named parameters.

    An array of v becomes the parameter ``initial_v``, which is a field of the model like any other.
    """
    if initial is None or isinstance(initial, str) and initial == "rest":
        return initial, {}
    if not isinstance(initial, Mapping):
        checks.fail("Equations", "initial", initial, 'a dict such as {"v": -65.0}, or "rest"', TypeError)
    arrays = {}
    key: list[tuple[str, str | float]] = []
    for state, value in initial.items():
        if not isinstance(value, str):
            value = checks.number("Equations", f"initial[{state!r}]", value)
            if np.ndim(value):
                arrays[f"initial_{state}"] = value
                value = f"initial_{state}"
        key.append((str(state), value if isinstance(value, str) else float(value)))
    return tuple(key), arrays


def names_in(initial: Any) -> tuple[str, ...]:
    """Return the names in expressions of initial values."""
    if not isinstance(initial, tuple):
        return ()
    return tuple(sorted({each for _, value in initial if isinstance(value, str)
                         for each in re.findall(r"[^\W\d]\w*", value)}))


def starts_of(system: System, initial: Any, starts: Mapping[str, float]) -> dict[str, Node]:
    """Return the trees of the first values, each after those of the states on which it depends."""
    found = {state: number(value) for state, value in starts.items()}
    if initial is None or initial == "rest":
        return found
    scope = Scope([*system.definitions.expressions, *system.states], system.parameters, [INPUT, TIME, STEP])
    for state, value in initial:
        if state not in system.states:
            raise TextError(f"initial names {state!r}, which is not a state ({', '.join(system.states)})"
                            + suggest(state, system.states))
        found[state] = _tree(system, scope, state, value) if isinstance(value, str) else number(value)
    needed = {state: set(system.definitions.bases(tree)) & set(system.states)
              for state, tree in found.items()}
    circle = circle_in(needed)
    if circle:
        raise TextError(f"initial {circle[0]!r} depends on itself: {' → '.join(circle)}")
    ordered: dict[str, Node] = {}
    while len(ordered) < len(found):
        ordered |= {state: found[state] for state in system.states
                    if state in found and not (needed[state] & set(found)) - set(ordered)}
    return ordered


def _tree(system: System, scope: Scope, state: str, value: str) -> Node:
    what = f"initial {state!r}"
    try:
        tree = scope.resolve(parse(value), value, what)
    except TextError as problem:
        if str(problem).startswith(what):
            raise
        raise at(value, str(problem), what) from None
    unknown = system.definitions.bases(tree) - {*system.parameters, *system.states, *DRAWS}
    if unknown:
        raise at(value, f": {sorted(unknown)[0]!r} has no value before the run", what)
    return tree


def first_values(system: System, starts: Mapping[str, Node], values: Mapping[str, Any], n: int,
                 key: np.uint64) -> dict[str, Any]:
    """Return the first value of each state: one number, or (n,).

    Parameters
    ----------
    system : System
        The model.
    starts : dict
        Trees of the values that are given, see `starts_of`; zero for other states.
    values : dict
        Values of the parameters.
    n : int
        Number of units.
    key : uint64
        Of the random numbers.
    """
    draws = iter(range(10**6))
    known = {state: 0.0 for state in system.states} | dict(values)
    known["rand"] = lambda: _uniform(n, key, next(draws))
    known["randn"] = lambda: (np.sqrt(-2.0 * np.log(_uniform(n, key, next(draws))))
                              * np.cos(2.0 * np.pi * _uniform(n, key, next(draws))))
    for state, tree in starts.items():
        with np.errstate(all="ignore"):
            known[state] = system.definitions.values(tree, known)
        if not np.all(np.isfinite(known[state])):
            checks.fail("Equations", "initial", known[state], f"finite for {state!r}")
    return {state: known[state] for state in system.states}


def _uniform(n: int, key: np.uint64, k: int) -> FloatArray:
    """Numbers uniform in (0, 1), the k-th ones of n units."""
    with np.errstate(over="ignore"):
        bits = mix(mix(key, k), np.arange(n, dtype=np.uint64))
    return ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
