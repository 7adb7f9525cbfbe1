"""Learning curves, rates of layers, and answers to single pictures."""

from __future__ import annotations

import numpy as np

from .spikes import image, raster
from .style import BLUE, ORANGE, STYLE, _short
from .unsupervised import confusion


__all__ = ["answers_figure", "curves", "layer_rates", "training_figure"]


def curves(ax, history, what="accuracy"):
    """`what`, "accuracy" or "loss", against epochs, in training and held out; `history` as `Trainer` keeps it."""
    epochs = [row["epoch"] for row in history]
    ax.plot(epochs, [row[what] for row in history], color=ORANGE, linewidth=2, label="training")
    if f"validation_{what}" in history[0]:
        ax.plot(epochs, [row[f"validation_{what}"] for row in history], color=BLUE, linewidth=2, label="held out")
    ax.set(xlabel="epoch", ylabel=what)
    ax.legend()
    return ax


def training_figure(history, result, classes, truth, title):
    """How a training went: curves, confusion, and the rate of each layer; `result` is what `training.evaluate` returns."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(13.5, 4.6), dpi=110, layout="constrained")
        left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1.1, 0.8))
        curves(left, history)
        left.set_title("accuracy")
        confusion(middle, classes, truth, result["answers"])
        middle.set_title("rows: true class, in per cent")
        layer_rates(right, result["rates"])
        figure.suptitle(title, fontsize=14)
    return figure


def layer_rates(ax, rates):
    """Spikes a unit and step of each layer; `rates`: name -> number."""
    ax.barh(range(len(rates)), list(rates.values()), color=BLUE)
    ax.set_yticks(range(len(rates)), [name.split(".")[-1].replace("_", " ") for name in rates])
    ax.invert_yaxis()
    ax.set(xlabel="spikes a unit and step", title="activity")
    return ax


def answers_figure(names, pictures, probabilities, classes, rasters):
    """Pictures, what a model makes of each, and its last spiking layer: `rasters`, one (T, n) a picture. At most eight are drawn."""
    import matplotlib
    from matplotlib.figure import Figure

    shown = min(8, len(names))
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(2.2 * max(shown, 3), 6.6), dpi=110, layout="constrained")
        axes = figure.subplots(3, shown, squeeze=False, height_ratios=(1.1, 1, 1))
        for column in range(shown):
            if pictures[column].ndim == 3:
                axes[0, column].imshow(pictures[column])
                axes[0, column].set(xticks=[], yticks=[])
            else:
                image(axes[0, column], pictures[column])
            axes[0, column].set_title(_short(names[column]))
            best = np.argsort(-probabilities[column])[:5]
            axes[1, column].barh(range(len(best)), probabilities[column][best], color=BLUE)
            axes[1, column].set_yticks(range(len(best)), [_short(str(classes[k])) for k in best])
            axes[1, column].invert_yaxis()
            axes[1, column].set(xlim=(0, 1), xlabel="probability")
            step, unit = np.nonzero(rasters[column])
            raster(axes[2, column], step, unit, size=3.0)
            axes[2, column].set(xlabel="step", ylabel="unit" if column == 0 else "", xlim=(-0.5, len(rasters[column]) - 0.5))
            axes[2, column].locator_params(axis="x", integer=True, nbins=5)
    return figure
