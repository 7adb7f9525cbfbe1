"""Figures of a sweep: a measure over one or two parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .style import BLUE, ORANGE, STYLE, as_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


__all__ = ["sweep_figure"]

Mean = dict[str, Any]
MOST_NUMBERS = 150          # cells: a larger heat map shows colours alone


def sweep_figure(means: Sequence[Mean], names: Sequence[str], measure: str) -> Figure:
    """Draw a measure over the parameters of a sweep.

    One parameter gives a line with standard errors, two give a heat map, points drawn at random give dots.
    Of more parameters that vary, the first two are shown, averaged over the others. Points that failed stay
    empty.

    Parameters
    ----------
    means : list of dict
        What `spikingnn.sweep.trial_means` returns.
    names : list of str
        The parameters in their order.
    measure : str
        Name of the measure, for the label.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.

    Raises
    ------
    ValueError
        If all points failed.

    Examples
    --------
    >>> from spikingnn.sweep import sweep, trial_means
    >>> rows = sweep(lambda a, b: a * b, {"a": [1, 2], "b": [1, 2, 3]})
    >>> figure = sweep_figure(trial_means(rows, ["a", "b"], "value"), ["a", "b"], "value")
    >>> figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()
    ('b', 'a')
    """
    import matplotlib
    from matplotlib.figure import Figure

    if not any(np.isfinite(row["mean"]) for row in means):
        raise ValueError(f"sweep_figure: no point has a finite {measure}")
    varying = [name for name in names if len(_levels(means, name)) > 1] or list(names[:1])
    shown = varying[:2]
    cells = _averaged(means, shown)
    numeric = all(isinstance(value, (int, float)) for name in shown for value in _levels(means, name))
    complete = len(shown) == 1 or len(cells) == np.prod([len(_levels(means, name)) for name in shown])
    with matplotlib.rc_context(STYLE):
        if len(shown) == 1:
            figure = Figure(figsize=(6.4, 4.4), dpi=130, layout="constrained")
            _line(figure.subplots(), cells, shown[0], measure, numeric)
        elif complete or not numeric:
            figure = _heat_map(cells, _levels(means, shown[0]), _levels(means, shown[1]), shown, measure)
        else:
            figure = Figure(figsize=(6.4, 4.8), dpi=130, layout="constrained")
            _dots(figure.subplots(), cells, shown, measure)
        if len(varying) > 2:
            others = ", ".join(map(as_text, varying[2:]))
            every = len(cells) == len(means)                # a cell is one point, not several
            figure.suptitle(f"{others} drawn for each point" if every else f"mean over {others}", fontsize=11)
    return figure


def _levels(means: Sequence[Mean], name: str) -> list[Any]:
    """Return the different values of a parameter, numbers in ascending order."""
    values = list(dict.fromkeys(_hashable(row[name]) for row in means))
    return sorted(values) if all(isinstance(value, (int, float)) for value in values) else values


def _hashable(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _averaged(means: Sequence[Mean], shown: Sequence[str]) -> dict[tuple[Any, ...], tuple[float, float]]:
    """Return {values of the shown parameters: (mean, standard error)} over the rows that did not fail."""
    groups: dict[tuple[Any, ...], list[Mean]] = {}
    for row in means:
        groups.setdefault(tuple(_hashable(row[name]) for name in shown), []).append(row)
    averaged = {}
    for cell, rows in groups.items():
        finite = [row for row in rows if np.isfinite(row["mean"])]
        errors = np.array([row["error"] for row in finite])
        averaged[cell] = ((float(np.mean([row["mean"] for row in finite])),
                           float(np.sqrt(np.sum(errors**2)) / len(finite)))
                          if finite else (np.nan, np.nan))
    return averaged


def _line(ax: Axes, cells: dict[tuple[Any, ...], tuple[float, float]], name: str, measure: str,
          numeric: bool) -> None:
    """Draw the measure over one parameter; texts have places of equal distance."""
    ordered = sorted(cells.items()) if numeric else list(cells.items())
    values = [value for (value,), _ in ordered]
    places = values if numeric else list(range(len(values)))
    mean, error = np.array([each for _, each in ordered]).T
    ax.errorbar(places, mean, error, color=BLUE, linestyle="-" if numeric else "", marker="o", markersize=5,
                linewidth=1.8, capsize=3)
    if not numeric:
        ax.set_xticks(places, [as_text(value) for value in values])
    elif _is_logarithmic(values):
        ax.set_xscale("log")
    ax.set(xlabel=as_text(name), ylabel=as_text(measure))


def _heat_map(cells: dict[tuple[Any, ...], tuple[float, float]], rows: list[Any], columns: list[Any],
              shown: Sequence[str], measure: str) -> Figure:
    """Draw the measure over two parameters, numbers ascending from the lower left corner."""
    from matplotlib.figure import Figure

    values = np.array([[cells.get((a, b), (np.nan,))[0] for b in columns] for a in rows])
    size = (min(2.5 + 0.75 * len(columns), 14.0), min(1.8 + 0.5 * len(rows), 10.0))
    figure = Figure(figsize=(max(size[0], 5.0), max(size[1], 3.4)), dpi=130, layout="constrained")
    ax = figure.subplots()
    image = ax.imshow(values, cmap="viridis", aspect="auto")
    if all(isinstance(value, (int, float)) for value in rows):
        ax.invert_yaxis()
    figure.colorbar(image, ax=ax, label=as_text(measure))
    for axis, levels in ((ax.xaxis, columns), (ax.yaxis, rows)):
        step = -(-len(levels) // 20)
        axis.set_ticks(range(0, len(levels), step), [_tick(value) for value in levels[::step]])
    ax.set(xlabel=as_text(shown[1]), ylabel=as_text(shown[0]))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    low, high = np.nanmin(values), np.nanmax(values)
    for i, j in np.ndindex(values.shape if values.size <= MOST_NUMBERS else (0, 0)):
        if np.isfinite(values[i, j]):
            dark = values[i, j] < low + 0.6 * (high - low)
            ax.text(j, i, f"{values[i, j]:.3g}", ha="center", va="center", color="white" if dark else "black")
    return figure


def _tick(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else as_text(value)


def _dots(ax: Axes, cells: dict[tuple[Any, ...], tuple[float, float]], shown: Sequence[str],
          measure: str) -> None:
    """Draw points of two parameters as dots whose colour is the measure; rings failed."""
    down, across = np.array(list(cells)).T
    colour = np.array([mean for mean, _ in cells.values()])
    failed = ~np.isfinite(colour)
    dots = ax.scatter(across[~failed], down[~failed], c=colour[~failed], cmap="viridis", s=45)
    if failed.any():
        ax.scatter(across[failed], down[failed], s=45, facecolors="none", edgecolors=ORANGE, label="failed")
        ax.legend(loc="upper right")
    ax.figure.colorbar(dots, ax=ax, label=as_text(measure))
    ax.set(xlabel=as_text(shown[1]), ylabel=as_text(shown[0]))
    for scale, values in ((ax.set_xscale, across), (ax.set_yscale, down)):
        if _is_logarithmic(sorted(set(values.tolist()))):
            scale("log")


def _is_logarithmic(values: Sequence[float]) -> bool:
    """Tell whether ascending values are positive and spread over a factor of 30, most of them low."""
    if len(values) < 3 or values[0] <= 0 or values[-1] < 30 * values[0]:
        return False
    return float(np.median(values)) < values[0] + 0.25 * (values[-1] - values[0])
