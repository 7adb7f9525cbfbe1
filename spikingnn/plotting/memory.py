"""Recall and capacity of a memory."""

from __future__ import annotations

import numpy as np

from .spikes import image, raster, weight_matrix
from .style import BLUE, GREEN, ORANGE, STYLE, _cut, _short, as_text


__all__ = ["capacity_figure", "energy", "overlaps", "recall_figure", "success"]


def overlaps(ax, t, values, chosen=None, names=None, off=None):
    """Overlap of the state with every stored pattern: `t` (samples,) in ms, `values` (samples, P); `chosen` stands out, in colour.

    `off`: the time at which the cue was removed, as a dashed line.
    """
    chosen = int(np.argmax(values[-1])) if chosen is None else chosen
    others = [k for k in range(values.shape[1]) if k != chosen]
    if others:
        lines = ax.plot(t, values[:, others], color="0.7", linewidth=1)
        lines[0].set_label("the others")
    ax.plot(t, values[:, chosen], color=BLUE, linewidth=2.2, label=as_text(names[chosen]) if names else "recalled")
    _cue_off(ax, off)
    ax.set(xlabel="time (ms)", ylabel="overlap", xlim=(0, t[-1]), ylim=(min(-0.6, values.min() - 0.05), 1.08))
    return ax


def energy(ax, t, values, stored=None, off=None):
    """Energy per pixel over time, `t` and `values` (samples,); `stored`: the energy of the stored pattern, as a dotted line."""
    ax.plot(t, values, color=ORANGE, linewidth=2.2, label="energy")
    if stored is not None:
        ax.axhline(stored, color="0.4", linestyle=":", linewidth=1.4, label="stored pattern")
    _cue_off(ax, off)
    ax.set(xlabel="time (ms)", ylabel="energy per pixel", xlim=(0, t[-1]))
    return ax


def recall_figure(memory, shape, names, originals, cues, recalls, columns=12, title=None):
    """The whole story of a recall: above, every picture stored, as cue and recalled; below, the first recall in time and the weights.

    `memory`: the `HopfieldAssembly`; `shape`: (height, width) of a picture; `originals`, `cues`: (P, n) of ±1, NaN unknown;
    `recalls`: P results of `HopfieldAssembly.recall`. At most `columns` pictures are drawn. Returns a Matplotlib `Figure`.
    """
    import matplotlib
    from matplotlib.figure import Figure

    shown = min(columns, len(names))
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(14, 8.6), dpi=150, layout="constrained")
        above, below = figure.subfigures(2, 1, height_ratios=[1.02, 1.0])
        grey = memory.coding == "gray"
        held = [recall.grey if grey else recall.pattern for recall in recalls[:shown]]
        _gallery(above, shape, names[:shown], originals, cues, held, (0.0, 1.0) if grey else (-1.0, 1.0))
        axes = below.subplot_mosaic([["spikes", "overlap", "weights"], ["spikes", "energy", "weights"]],
                                    width_ratios=[1.2, 1.0, 1.1], height_ratios=[1.5, 1.0])
        _story(axes, memory, names, originals, recalls[0])
        more = f" (the first {shown} of {len(names)})" if shown < len(names) else ""
        figure.suptitle((title or "Recall from a spiking Hopfield memory, read out after the cue is gone") + more, fontsize=14)
    return figure


def _gallery(figure, shape, names, originals, cues, held, limits):
    from ..memory.scores import correlation, overlap

    pattern_overlaps, measure = (overlap, "overlap") if limits[0] < 0 else (correlation, "likeness")
    axes = figure.subplots(3, len(names), squeeze=False)
    for column, name in enumerate(names):
        stored = originals[column]
        for row, pattern in enumerate((stored, cues[column], held[column])):
            image(axes[row, column], pattern.reshape(shape), limits=limits)
            if row:
                axes[row, column].set_xlabel(f"{pattern_overlaps(np.nan_to_num(pattern), stored):.2f}", labelpad=3)
        axes[0, column].set_title(_short(name))
    for row, label in enumerate(("stored", f"cue\n({measure})", f"recalled\n({measure})")):
        axes[row, 0].set_ylabel(label, rotation=0, ha="right", va="center", labelpad=8, fontsize=12)


def _story(axes, memory, names, originals, recall):
    name = _short(names[0])
    _sorted_raster(axes["spikes"], recall, memory.units.signed(originals[0]))
    axes["spikes"].set_title(f"spikes of ON and OFF units, recalling {name}")
    chosen = int(np.flatnonzero((memory.patterns == originals[0]).all(axis=1))[0])
    near = np.argsort(-recall.overlaps.max(axis=0))[:50]                    # of thousands, those that ever came near
    near = np.concatenate([[chosen], near[near != chosen]])
    overlaps(axes["overlap"], recall.t, recall.overlaps[:, near], chosen=0, names=[_cut(names[0])], off=recall.cue_time)
    axes["overlap"].legend(*_without(axes["overlap"], "cue removed"), loc="lower right", ncols=2)
    axes["overlap"].set(title="overlap with every stored picture", xlabel="", ylim=(-1.15, 1.08))
    axes["overlap"].tick_params(labelbottom=False)
    stored = float(memory.couplings.energy(memory.units.signed(originals[0])))
    energy(axes["energy"], recall.t, recall.energy, stored=stored, off=recall.cue_time)
    axes["energy"].legend(*_without(axes["energy"], "cue removed"), loc="upper right")
    _weights(axes["weights"], memory)


def _weights(ax, memory):
    """Couplings between pixels; of a dense memory what its neurons call back."""
    n, couplings = memory.n, memory.couplings
    sample = np.linspace(0, n - 1, min(256, n)).astype(int)
    which = "pixels" if sample.size == n else f"{sample.size} of {n:,} pixels"
    if hasattr(couplings, "block"):
        weight_matrix(ax, n * couplings.block(sample, sample).T, label="weight × number of pixels", extent=(0, n, n, 0))
        ax.set(title=f"weights between {which}", xlabel="to pixel", ylabel="from pixel")
    else:
        some = couplings.patterns[:256]
        weight_matrix(ax, some[:, sample], label="weight, in units of the gain", extent=(0, n, len(some), 0))
        ax.set(title=f"from {len(some)} of {len(couplings.patterns):,} memory neurons", xlabel="to pixel", ylabel="memory neuron",
               aspect="auto")
    ax.locator_params(nbins=5)


def _sorted_raster(ax, recall, original, pixels=90):
    """The spikes of some pixels, ON units blue and OFF units orange, with the pixels that should be white above the black ones."""
    n = original.size
    chosen = np.linspace(0, n - 1, min(pixels, n)).astype(int)
    chosen = chosen[np.argsort(original[chosen], kind="stable")]
    place = np.full(n, -1)
    place[chosen] = np.arange(chosen.size)
    row, on = place[recall.spikes.i % n], recall.spikes.i < n
    for side, colour, label in ((on, BLUE, "ON"), (~on, ORANGE, "OFF")):
        raster(ax, recall.spikes.t[side & (row >= 0)], row[side & (row >= 0)], colour, 3.0, label)
    _cue_off(ax, recall.cue_time)
    black = np.sum(original[chosen] < 0)
    ticks = {"stored\nblack": black / 2} if black else {}
    ticks |= {"stored\nwhite": (black + chosen.size) / 2} if black < chosen.size else {}
    ax.axhline(black - 0.5, color="0.35", linewidth=0.8)
    ax.set(ylabel=f"{chosen.size} of {n:,} pixels", xlim=(0, recall.t[-1]), ylim=(-1, 1.12 * chosen.size))
    ax.set_yticks(list(ticks.values()), list(ticks), rotation=90, va="center")
    ax.text(recall.cue_time, 1.06 * chosen.size, "  cue removed", va="center")
    ax.legend(*_without(ax, "cue removed"), loc="upper right", ncols=2, markerscale=3, handletextpad=0.3, columnspacing=1.0)


def _without(ax, unwanted):
    handles, labels = ax.get_legend_handles_labels()
    kept = [(handle, label) for handle, label in zip(handles, labels) if label != unwanted]
    return [handle for handle, _ in kept], [label for _, label in kept]


def _cue_off(ax, off):
    if off is not None:
        ax.axvline(off, color="0.35", linestyle="--", linewidth=1.2, label="cue removed")


def success(ax, rows, label, colour, style="-", against="load"):
    """Success against "load" or "flip" with Wilson's intervals as bars; `rows` of one curve, as `memory.capacity` returns them."""
    places, rates = ([row[name] for row in rows] for name in (against, "success"))
    bars = [[row["success"] - row["low"] for row in rows], [row["high"] - row["success"] for row in rows]]
    ax.errorbar(places, rates, np.maximum(bars, 0), color=colour, linestyle=style, marker="o", markersize=4, linewidth=1.8, capsize=2,
                label=label)
    meant = {"load": "load P/n", "flip": "fraction of pixels flipped"}[against]
    ax.set(xlabel=meant, ylabel="recalls with overlap ≥ 0.95", ylim=(-0.05, 1.05))
    return ax


def capacity_figure(rows, n):
    """A panel for each rule: the spiking memory beside the classical networks."""
    import matplotlib
    from matplotlib.figure import Figure

    from ..memory import mean_field_overlap
    rows = [row for row in rows if "failed" not in row]
    rules = list(dict.fromkeys(row["rule"] for row in rows))
    styles = {"spiking": (BLUE, "-"), "binary": (ORANGE, "--"), "graded": (GREEN, ":"), "nearest": ("0.6", "-.")}
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.3 * max(len(rules), 1), 4.2), dpi=120, layout="constrained")
        for ax, rule in zip(np.atleast_1d(figure.subplots(1, max(len(rules), 1), sharey=True)), rules):
            for network, (colour, style) in styles.items():
                own = [row for row in rows if row["rule"] == rule and row["network"] == network]
                if own:
                    success(ax, own, network, colour, style)
            if rule == "hebbian":
                loads = np.linspace(0.01, max(row["load"] for row in rows), 200)
                ax.plot(loads, [mean_field_overlap(load) for load in loads], color="black", linewidth=1, label="theory, overlap")
            ax.set(title=rule)
            ax.legend(fontsize=9)
        figure.suptitle(f"Random patterns of {n} pixels, {100 * rows[0]['flip']:.0f} % flips" if rows else "nothing could be stored")
    return figure
