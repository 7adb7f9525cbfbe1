"""Points at which a model stands still, and their stability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._util.typing import FloatArray
from .system import INPUT, TIME, System


__all__ = ["Field", "FixedPoint", "find_fixed_points", "resting_point"]

GRID = np.unique(np.concatenate([np.linspace(-200.0, 200.0, 4001), np.linspace(-5.0, 5.0, 2001)]))
ITERATIONS, CLOSE = 60, 1e-9


@dataclass(frozen=True)
class FixedPoint:
    """A point at which all states stand still; ``point["v"]`` is the value of a state.

    Parameters
    ----------
    values : dict[str, float]
        Value of each state.
    kind : str
        Stability, such as ``"stable node"``, ``"unstable spiral"``, ``"saddle"`` or ``"centre"``.
    eigenvalues : tuple[complex, ...]
        1/ms: eigenvalues of the Jacobian.

    Examples
    --------
    >>> from spikingnn import Equations
    >>> (point,) = Equations("dv/dt = -v/tau", tau=10.0).fixed_points()
    >>> point["v"], point.kind, point.is_stable
    (0.0, 'stable node', True)
    """

    values: dict[str, float]
    """Value of each state."""
    kind: str
    """Stability, such as ``"stable node"``, ``"unstable spiral"``, ``"saddle"`` or ``"centre"``."""
    eigenvalues: tuple[complex, ...]
    """1/ms: eigenvalues of the Jacobian."""

    def __getitem__(self, state: str) -> float:
        return self.values[state]

    @property
    def is_stable(self) -> bool:
        """Whether all small deviations decay."""
        return max(value.real for value in self.eigenvalues) < 0.0


class Field:
    """Right side and Jacobian of a system at many points, under one current.

    Parameters
    ----------
    system : System
        The model.
    values : dict
        Values of the parameters.
    current : float
        nA: input current.
    """

    def __init__(self, system: System, values: Mapping[str, Any], current: float) -> None:
        self.system = system
        self.values = {**values, INPUT: current, TIME: 0.0}
        if INPUT in system.parameters:
            self.values[INPUT] = values[INPUT]
        self.moving = [state for state in system.states if state in system.shown]
        slope = system.definitions.derivative
        self.slopes = [[slope(system.equations[y], x) for x in self.moving] for y in self.moving]

    def _at(self, points: FloatArray) -> dict[str, Any]:
        still = {state: self.values.get(state, 0.0) for state in self.system.states}
        return {**self.values, **still, **dict(zip(self.moving, points))}

    def right_side(self, points: FloatArray, states: list[str] | None = None) -> FloatArray:
        """Return dx/dt of some states, (states, m), at points (moving states, m)."""
        values = self._at(points)
        with np.errstate(all="ignore"):
            found = [self.system.definitions.values(self.system.equations[state], values)
                     for state in (self.moving if states is None else states)]
        return np.array([np.broadcast_to(each, points.shape[1]) for each in found], dtype=float)

    def jacobian(self, points: FloatArray) -> FloatArray:
        """Return the Jacobian, (m, states, states), at points (states, m)."""
        values = self._at(points)
        with np.errstate(all="ignore"):
            rows = [[np.broadcast_to(self.system.definitions.values(node, values), points.shape[1])
                     for node in row] for row in self.slopes]
        return np.array(rows, dtype=float).transpose(2, 0, 1)

    def solved(self, points: FloatArray, free: list[int]) -> tuple[FloatArray, Any]:
        """Return points moved by Newton's method until the `free` states stand still, and whether they do."""
        points, states = points.copy(), [self.moving[k] for k in free]
        if not free:
            return points, np.ones(points.shape[1], dtype=bool)
        for _ in range(ITERATIONS):
            rest = self.right_side(points, states)
            slopes = self.jacobian(points)[:, free][:, :, free]
            with np.errstate(all="ignore"):
                usable = np.isfinite(slopes).all(axis=(1, 2)) & np.isfinite(rest).all(axis=0)
                slopes[~usable] = np.eye(len(free))
                step = np.einsum("mkl,lm->km", np.linalg.pinv(slopes), np.where(usable, rest, 0.0))
                points[free] -= step
                if np.all(np.abs(step) <= 1e-13 * (1.0 + np.abs(points[free]))):
                    break
        rest = np.abs(self.right_side(points, states))
        slopes = np.abs(self.jacobian(points)[:, free][:, :, free])
        scale = slopes.max(axis=(1, 2)) * (1.0 + np.abs(points).max(axis=0))
        with np.errstate(all="ignore"):
            return points, np.all(rest <= CLOSE * np.maximum(scale, 1e-300), axis=0)


def find_fixed_points(system: System, values: Mapping[str, Any], current: float) -> tuple[FixedPoint, ...]:
    """Return the fixed points, in the order of the first state.

    For each value of the membrane potential on a grid the other states are solved for; where dv/dt changes
    its sign there is a fixed point, which Newton's method makes exact.
    """
    field = Field(system, values, current)
    n = len(field.moving)
    start = np.zeros((n, GRID.size))
    start[0] = GRID
    points, arrived = field.solved(start, list(range(1, n)))
    slope = np.where(arrived, field.right_side(points, field.moving[:1])[0], np.nan)
    with np.errstate(all="ignore"):
        crossing = np.flatnonzero((slope[:-1] * slope[1:] < 0.0) | (slope[:-1] == 0.0))
    found, arrived = field.solved(points[:, crossing], list(range(n)))
    near = np.abs(found[0] - GRID[crossing]) < 1.0 + 0.05 * np.abs(GRID[crossing])
    found = found[:, arrived & near]
    distinct: list[FloatArray] = []
    for point in found.T[np.argsort(found[0])]:
        if not any(np.allclose(point, other, rtol=1e-7, atol=1e-9) for other in distinct):
            distinct.append(point)
    made = []
    for point in distinct:
        eigenvalues = np.linalg.eigvals(field.jacobian(point[:, None])[0])
        states = {state: float(x) + 0.0 for state, x in zip(field.moving, point)}
        made.append(FixedPoint(states, _kind(eigenvalues), tuple(complex(each) for each in eigenvalues)))
    return tuple(made)


def _kind(eigenvalues: FloatArray) -> str:
    """The kind of a fixed point."""
    real, scale = eigenvalues.real, np.abs(eigenvalues).max(initial=0.0)
    if np.any(real > 0.0) and np.any(real < 0.0):
        return "saddle"
    turning = np.any(np.abs(eigenvalues.imag) > 1e-12 * scale)
    if turning and np.all(np.abs(real) <= 1e-12 * scale):
        return "centre"
    if np.all(real < 0.0):
        return "stable spiral" if turning else "stable node"
    if np.all(real > 0.0):
        return "unstable spiral" if turning else "unstable node"
    return "degenerate"


def resting_point(system: System, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stable fixed point without input, the lowest one if there are several.

    With one value per neuron of a parameter, each neuron's point is sought from that of the first one, and on
    its own if that does not lead to a stable point.
    """
    arrays = {key: np.asarray(values[key]) for key in system.parameters if np.ndim(values[key])}
    if not arrays:
        return _lowest_stable(system, values)
    distinct, where = np.unique(np.array(list(arrays.values())), axis=1, return_inverse=True)

    def chosen(columns: Any) -> dict[str, Any]:
        return {**values, **dict(zip(arrays, distinct[:, columns]))}

    first = _lowest_stable(system, chosen(0))
    field = Field(system, chosen(slice(None)), 0.0)
    start = np.array([[first[state]] for state in field.moving]) + np.zeros(distinct.shape[1])
    points, arrived = field.solved(start, list(range(len(field.moving))))
    slopes = field.jacobian(points)
    good = arrived & np.isfinite(slopes).all(axis=(1, 2))
    slopes[~good] = 1.0
    good &= np.linalg.eigvals(slopes).real.max(axis=1) < 0.0
    for k in np.flatnonzero(~good):
        rest = _lowest_stable(system, chosen(k))
        points[:, k] = [rest[state] for state in field.moving]
    return dict(zip(field.moving, points[:, where.reshape(-1)]))


def _lowest_stable(system: System, values: Mapping[str, Any]) -> dict[str, float]:
    """The lowest stable fixed point without input, for single numbers."""
    for point in find_fixed_points(system, values, 0.0):
        if point.is_stable:
            return point.values
    raise ValueError('Equations: there is no stable resting point without input for initial="rest"; '
                     "give the states, such as initial={…}")
