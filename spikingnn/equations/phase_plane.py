"""The picture of a phase plane: nullclines, field, fixed points and a trajectory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._util import checks
from .._util.typing import FloatArray
from .fixed_points import Field, FixedPoint, find_fixed_points
from .system import System

if TYPE_CHECKING:
    from .model import Equations


__all__ = ["draw_phase_plane"]

BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
POINTS, ARROWS, DURATION, DT = 300, 17, 300.0, 0.05


def draw_phase_plane(ax: Any, model: Equations, system: System, axes: tuple[str, str], current: float,
                     x_range: tuple[float, float] | None, y_range: tuple[float, float] | None,
                     ) -> tuple[FixedPoint, ...]:
    """Draw the phase plane of two states on `ax` and return the fixed points of the system."""
    checks.single_number("phase_plane", "current", checks.number("phase_plane", "current", current))
    field = Field(system, model.values(), float(current))
    for state in axes:
        checks.one_of("phase_plane", "state", state, field.moving)
    if axes[0] == axes[1]:
        checks.fail("phase_plane", "y", axes[1], f"another state than {axes[0]!r}")
    points = find_fixed_points(system, model.values(), float(current))
    path = _trajectory(model, current)
    limits = [_limits(given, state, points, path, model.states) for given, state in
              ((x_range, axes[0]), (y_range, axes[1]))]
    x, y = (np.linspace(*limit, POINTS) for limit in limits)
    grid = _grid(field, model, points, axes, x, y)
    slopes = field.right_side(grid, list(axes)).reshape(2, POINTS, POINTS)
    for slope, state, colour in zip(slopes, axes, (ORANGE, GREEN)):
        if np.nanmin(slope) < 0.0 < np.nanmax(slope):
            ax.contour(x, y, slope, levels=[0.0], colors=colour, linewidths=1.6)
        ax.plot([], [], color=colour, linewidth=1.6, label=f"d{state}/dt = 0")
    few = np.linspace(0, POINTS - 1, ARROWS).astype(int)
    _draw_field(ax, x[few], y[few], slopes[:, few][:, :, few], limits)
    ends = (*(path[model.states.index(state)] for state in axes),)
    ax.plot(*ends, color=BLUE, linewidth=1.0, label="trajectory")
    for point in points:
        face = "black" if point.is_stable else "white"
        ax.plot(point[axes[0]], point[axes[1]], "o", color="black", markerfacecolor=face, zorder=3)
        ax.annotate(point.kind, (point[axes[0]], point[axes[1]]), xytext=(6, 6), textcoords="offset points",
                    fontsize="small")
    ax.set(xlim=limits[0], ylim=limits[1], xlabel=axes[0], ylabel=axes[1])
    return points


def _trajectory(model: Equations, current: float) -> FloatArray:
    """The states of one neuron from its first state on, (states, steps), resets included."""
    state = model.initial_state(1, 0)
    homogeneous, coefficients = model.coefficients(1, DT)
    kernel = model.step.compiled("homogeneous" if homogeneous else "heterogeneous")
    path = np.empty((len(model.states), int(DURATION / DT)))
    given, none, spikes = np.array([float(current)]), np.empty((2, 0)), np.zeros(1, dtype=bool)
    with np.errstate(all="ignore"):
        for k in range(path.shape[1]):
            path[:, k] = np.nan if spikes[0] else state[:, 0]       # no line is drawn across a reset
            spikes[0] = False
            kernel(state, coefficients, given.copy(), none, spikes, DT, np.uint64(k))
    return np.where(np.isfinite(path), path, np.nan)


def _limits(given: tuple[float, float] | None, state: str, points: tuple[FixedPoint, ...], path: FloatArray,
            states: tuple[str, ...]) -> tuple[float, float]:
    """The limits of an axis: those that are given, else what is to be seen and a margin."""
    if given is not None:
        pair = np.asarray(checks.number("phase_plane", "range", given))
        if pair.shape != (2,) or not pair[0] < pair[1]:
            checks.fail("phase_plane", "range", given, "(low, high)")
        return float(pair[0]), float(pair[1])
    seen = np.concatenate([path[states.index(state)], [point[state] for point in points]])
    low, high = float(np.nanmin(seen)), float(np.nanmax(seen))
    margin = 0.25 * (high - low) or max(1.0, 0.1 * abs(low))
    return low - margin, high + margin


def _grid(field: Field, model: Equations, points: tuple[FixedPoint, ...], axes: tuple[str, str],
          x: FloatArray, y: FloatArray) -> FloatArray:
    """Points of the plane in all states; those that are not on the axes are held."""
    first = dict(zip(model.states, model.initial_state(1, 0)[:, 0]))
    held = points[0].values if points else first
    mesh = dict(zip(axes, (each.ravel() for each in np.meshgrid(x, y))))
    return np.array([mesh.get(state, np.full(x.size * y.size, held[state])) for state in field.moving])


def _draw_field(ax: Any, x: FloatArray, y: FloatArray, slopes: FloatArray,
                limits: list[tuple[float, float]]) -> None:
    """Arrows of one length in the direction of the field, in the picture's own scale."""
    spans = [high - low for low, high in limits]
    u, v = slopes[0] / spans[0], slopes[1] / spans[1]
    with np.errstate(all="ignore"):
        length = np.hypot(u, v)
        u, v = np.where(length > 0.0, u / length, 0.0), np.where(length > 0.0, v / length, 0.0)
    finite = np.isfinite(u) & np.isfinite(v)
    ax.quiver(x, y, np.where(finite, u, 0.0), np.where(finite, v, 0.0), angles="uv", color="0.75",
              scale=2.2 * ARROWS, width=0.003, pivot="mid", zorder=0)
