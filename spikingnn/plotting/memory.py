"""Recall and capacity of a memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._util.typing import FloatArray
from .spikes import image, raster, weight_matrix
from .style import BLUE, GREEN, ORANGE, STYLE, _cut, _short, as_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from ..memory import HopfieldAssembly, Recall


__all__ = ["capacity_figure", "energy", "overlaps", "recall_figure", "success"]

NEAREST = 50            # stored patterns whose overlaps are drawn: of thousands, those that ever came near
NETWORKS = {"spiking": (BLUE, "-"), "binary": (ORANGE, "--"), "graded": (GREEN, ":"),
            "nearest": ("0.6", "-.")}


def overlaps(ax: Axes, t: FloatArray, values: FloatArray, chosen: int | None = None,
             names: Sequence[str] | None = None, off: float | None = None) -> Axes:
    """Draw the overlap of a memory's state with every stored pattern over time.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    t : numpy.ndarray, (samples,)
        ms.
    values : numpy.ndarray, (samples, P)
        Overlaps, as `Recall.overlaps` has them.
    chosen : int or None
        The pattern that stands out, in colour; None: the nearest one in the end.
    names : list of str or None
        Names of the P patterns, for the legend.
    off : float or None
        ms: when the cue was removed, a dashed line.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> from spikingnn.memory import HopfieldAssembly, corrupt, random_patterns
    >>> patterns = random_patterns(5, 100, np.random.default_rng(0))
    >>> memory = HopfieldAssembly(100, seed=0).store(patterns)
    >>> recall = memory.recall(corrupt(patterns[2], flip=0.25, seed=1))
    >>> ax = overlaps(Figure().subplots(), recall.t, recall.overlaps, off=recall.cue_time)
    >>> ax.get_legend_handles_labels()[1]
    ['other patterns', 'recalled', 'cue removed']
    """
    chosen = int(np.argmax(values[-1])) if chosen is None else chosen
    others = [k for k in range(values.shape[1]) if k != chosen]
    if others:
        lines = ax.plot(t, values[:, others], color="0.7", linewidth=1)
        lines[0].set_label("other patterns")
    label = as_text(names[chosen]) if names else "recalled"
    ax.plot(t, values[:, chosen], color=BLUE, linewidth=2.2, label=label)
    _cue_off(ax, off)
    ax.set(xlabel="time (ms)", ylabel="overlap", xlim=(0, t[-1]), ylim=(min(-0.6, values.min() - 0.05), 1.08))
    return ax


def energy(ax: Axes, t: FloatArray, values: FloatArray, stored: float | None = None,
           off: float | None = None) -> Axes:
    """Draw the energy per pixel over time.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    t : numpy.ndarray, (samples,)
        ms.
    values : numpy.ndarray, (samples,)
        Energy, as `Recall.energy` has it.
    stored : float or None
        Energy of the stored pattern, a dotted line.
    off : float or None
        ms: when the cue was removed, a dashed line.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> from spikingnn.memory import HopfieldAssembly, corrupt, random_patterns
    >>> patterns = random_patterns(5, 100, np.random.default_rng(0))
    >>> memory = HopfieldAssembly(100, seed=0).store(patterns)
    >>> recall = memory.recall(corrupt(patterns[2], flip=0.25, seed=1))
    >>> ax = energy(Figure().subplots(), recall.t, recall.energy, stored=memory.energy(patterns[2]))
    >>> ax.get_legend_handles_labels()[1]
    ['energy', 'stored pattern']
    """
    ax.plot(t, values, color=ORANGE, linewidth=2.2, label="energy")
    if stored is not None:
        ax.axhline(stored, color="0.4", linestyle=":", linewidth=1.4, label="stored pattern")
    _cue_off(ax, off)
    ax.set(xlabel="time (ms)", ylabel="energy per pixel", xlim=(0, t[-1]))
    return ax


def recall_figure(memory: HopfieldAssembly, shape: tuple[int, int], names: Sequence[str],
                  originals: FloatArray, cues: FloatArray, recalls: Sequence[Recall], columns: int = 12,
                  title: str | None = None) -> Figure:
    """Draw recalls: the pictures as stored, as cue and as recalled; the first recall in time; the weights.

    Parameters
    ----------
    memory : HopfieldAssembly
        The memory.
    shape : tuple of int
        (height, width) of a picture.
    names : list of str
        Name of the picture of each recall.
    originals, cues : numpy.ndarray, (k, n)
        The stored patterns and the cues, NaN where unknown.
    recalls : list of Recall
        Answers to the cues.
    columns : int
        Largest number of pictures that are drawn.
    title : str or None
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.

    Examples
    --------
    >>> from spikingnn.datasets import photographs
    >>> from spikingnn.memory import HopfieldAssembly, binarize, corrupt
    >>> pictures = photographs().images[:2, ::2, ::2]
    >>> patterns = binarize(pictures)
    >>> cues = corrupt(patterns, flip=0.3, seed=0)
    >>> memory = HopfieldAssembly(1024, seed=0).store(patterns)
    >>> figure = recall_figure(memory, (32, 32), photographs().names[:2], patterns, cues, memory.recall(cues))
    >>> figure.savefig("recall.png", dpi=50)
    """
    import matplotlib
    from matplotlib.figure import Figure

    shown = min(columns, len(names))
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(14, 8.6), dpi=150, layout="constrained")
        halves: Any = figure.subfigures(2, 1, height_ratios=[1.02, 1.0])
        above, below = halves
        _gallery(above, memory, shape, names[:shown], originals, cues, recalls)
        axes = below.subplot_mosaic([["spikes", "overlap", "weights"], ["spikes", "energy", "weights"]],
                                    width_ratios=[1.2, 1.0, 1.1], height_ratios=[1.5, 1.0])
        _story(axes, memory, names, originals, recalls[0])
        _weights(axes["weights"], memory)
        more = f" (the first {shown} of {len(names)})" if shown < len(names) else ""
        title = title or "Recall from a spiking Hopfield memory, read out after the cue is removed"
        figure.suptitle(title + more, fontsize=14)
    return figure


def _gallery(figure: SubFigure, memory: HopfieldAssembly, shape: tuple[int, int], names: Sequence[str],
             originals: FloatArray, cues: FloatArray, recalls: Sequence[Recall]) -> None:
    """Draw pictures as stored, as cue and as recalled, one column each."""
    units = memory.units
    axes = figure.subplots(3, len(names), squeeze=False)
    for column, name in enumerate(names):
        stored = originals[column]
        for row, pattern in enumerate((stored, cues[column], recalls[column].answer)):
            image(axes[row, column], pattern.reshape(shape), limits=units.limits)
            if row:
                similarity = units.similarity(np.nan_to_num(pattern), stored)
                axes[row, column].set_xlabel(f"{similarity:.2f}", labelpad=3)
        axes[0, column].set_title(_short(name))
    measure = units.similarity_name
    for row, label in enumerate(("stored", f"cue\n({measure})", f"recalled\n({measure})")):
        axes[row, 0].set_ylabel(label, rotation=0, ha="right", va="center", labelpad=8, fontsize=12)


def _story(axes: dict[str, Axes], memory: HopfieldAssembly, names: Sequence[str], originals: FloatArray,
           recall: Recall) -> None:
    """Draw one recall in time: spikes, overlaps and energy."""
    state = memory.units.to_state(originals[0])
    _sorted_raster(axes["spikes"], recall, state)
    axes["spikes"].set_title(f"spikes of ON and OFF units, recalling {_short(names[0])}")
    chosen = int(np.flatnonzero((memory.patterns == originals[0]).all(axis=1))[0])
    near = np.argsort(-recall.overlaps.max(axis=0))[:NEAREST]
    near = np.concatenate([[chosen], near[near != chosen]])
    overlap = overlaps(axes["overlap"], recall.t, recall.overlaps[:, near], chosen=0, names=[_cut(names[0])],
                       off=recall.cue_time)
    overlap.legend(*_without(overlap, "cue removed"), loc="lower right", ncols=2)
    overlap.set(title="overlap with every stored picture", xlabel="", ylim=(-1.15, 1.08))
    overlap.tick_params(labelbottom=False)
    stored = float(memory.energy(state))
    energy(axes["energy"], recall.t, recall.energy, stored=stored, off=recall.cue_time)
    axes["energy"].legend(*_without(axes["energy"], "cue removed"), loc="upper right")


def _weights(ax: Axes, memory: HopfieldAssembly) -> None:
    """Draw the picture that the couplings give of themselves."""
    shown = memory.couplings.picture()
    weight_matrix(ax, shown.weights, label=shown.label, extent=shown.extent)
    ax.set(title=shown.title, xlabel=shown.xlabel, ylabel=shown.ylabel)
    if not shown.square:
        ax.set_aspect("auto")
    ax.locator_params(nbins=5)


def _sorted_raster(ax: Axes, recall: Recall, original: FloatArray, pixels: int = 90) -> None:
    """Draw spikes of some pixels, ON units blue, OFF units orange, white pixels above black ones."""
    n = original.size
    chosen = np.linspace(0, n - 1, min(pixels, n)).astype(int)
    chosen = chosen[np.argsort(original[chosen], kind="stable")]
    place = np.full(n, -1)
    place[chosen] = np.arange(chosen.size)
    row, on = place[recall.spikes.i % n], recall.spikes.i < n
    for side, colour, label in ((on, BLUE, "ON"), (~on, ORANGE, "OFF")):
        raster(ax, recall.spikes.t[side & (row >= 0)], row[side & (row >= 0)], colour, 3.0, label)
    _cue_off(ax, recall.cue_time)
    black = int(np.sum(original[chosen] < 0))
    ticks = {"stored\nblack": black / 2} if black else {}
    ticks |= {"stored\nwhite": (black + chosen.size) / 2} if black < chosen.size else {}
    ax.axhline(black - 0.5, color="0.35", linewidth=0.8)
    ax.set(ylabel=f"{chosen.size} of {n:,} pixels", xlim=(0, recall.t[-1]), ylim=(-1, 1.12 * chosen.size))
    ax.set_yticks(list(ticks.values()), list(ticks), rotation=90, va="center")
    ax.text(recall.cue_time, 1.06 * chosen.size, "  cue removed", va="center")
    ax.legend(*_without(ax, "cue removed"), loc="upper right", ncols=2, markerscale=3, handletextpad=0.3,
              columnspacing=1.0)


def _without(ax: Axes, unwanted: str) -> tuple[list[Any], list[Any]]:
    """Return handles and labels of a legend but for one label."""
    handles, labels = ax.get_legend_handles_labels()
    kept = [(handle, label) for handle, label in zip(handles, labels) if label != unwanted]
    return [handle for handle, _ in kept], [label for _, label in kept]


def _cue_off(ax: Axes, off: float | None) -> None:
    if off is not None:
        ax.axvline(off, color="0.35", linestyle="--", linewidth=1.2, label="cue removed")


def success(ax: Axes, rows: Sequence[dict[str, Any]], label: str, colour: str, style: str = "-",
            against: str = "load") -> Axes:
    """Draw the success of recall with Wilson's intervals as bars.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    rows : list of dict
        Those of one curve, as `spikingnn.memory.capacity` returns them.
    label, colour, style : str
        Label in the legend, colour and style of the line.
    against : str
        ``"load"`` or ``"flip"``: the horizontal axis.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from spikingnn.memory import capacity
    >>> rows = capacity(["projection"], n=50, loads=[0.1, 0.3], trials=5, networks=["binary"])
    >>> ax = success(Figure().subplots(), rows, "projection rule", "C0")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('load P/n', 'recalls with overlap ≥ 0.95')
    """
    places, rates = ([row[name] for row in rows] for name in (against, "success"))
    below, above = ([abs(row["success"] - row[end]) for row in rows] for end in ("low", "high"))
    ax.errorbar(places, rates, [below, above], color=colour, linestyle=style, marker="o", markersize=4,
                linewidth=1.8, capsize=2, label=label)
    xlabel = {"load": "load P/n", "flip": "fraction of pixels flipped"}[against]
    ax.set(xlabel=xlabel, ylabel="recalls with overlap ≥ 0.95", ylim=(-0.05, 1.05))
    return ax


def capacity_figure(rows: Sequence[dict[str, Any]], n: int) -> Figure:
    """Draw success against load, one panel per rule: the spiking memory compared with the classical networks.

    Parameters
    ----------
    rows : list of dict
        As `spikingnn.memory.capacity` returns them.
    n : int
        Number of pixels.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.

    Examples
    --------
    >>> from spikingnn.memory import capacity
    >>> rows = capacity(["hebbian", "projection"], n=50, loads=[0.1, 0.3], trials=5, networks=["binary"])
    >>> [ax.get_title() for ax in capacity_figure(rows, n=50).axes]
    ['hebbian', 'projection']
    """
    import matplotlib
    from matplotlib.figure import Figure

    rows = [row for row in rows if "failed" not in row]
    rules = list(dict.fromkeys(row["rule"] for row in rows))
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.3 * max(len(rules), 1), 4.2), dpi=120, layout="constrained")
        panels = np.atleast_1d(figure.subplots(1, max(len(rules), 1), sharey=True))
        for ax, rule in zip(panels, rules):
            _capacity_of_rule(ax, [row for row in rows if row["rule"] == rule], rule)
        title = "nothing could be stored"
        if rows:
            title = f"Random patterns of {n} pixels, {100 * rows[0]['flip']:.0f} % of the pixels flipped"
        figure.suptitle(title)
    return figure


def _capacity_of_rule(ax: Axes, rows: Sequence[dict[str, Any]], rule: str) -> None:
    from ..memory import mean_field_overlap

    for network, (colour, style) in NETWORKS.items():
        own = [row for row in rows if row["network"] == network]
        if own:
            success(ax, own, network, colour, style)
    if rule == "hebbian":
        loads = np.linspace(0.01, max(row["load"] for row in rows), 200)
        theory = [mean_field_overlap(load) for load in loads]
        ax.plot(loads, theory, color="black", linewidth=1, label="theory, overlap")
    ax.set(title=rule)
    ax.legend(fontsize=9)
