"""Learning curves, firing rates of layers, and answers to single pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .spikes import image, raster
from .style import BLUE, ORANGE, STYLE, _short
from .unsupervised import plot_confusion


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..training import Evaluation
    from ..training.layer import Array

__all__ = ["answers_figure", "learning_curves", "plot_layer_rates", "training_figure"]

History = Sequence[Mapping[str, Any]]


def learning_curves(ax: Axes, history: History, quantity: str = "accuracy") -> Axes:
    """Draw a quantity against epochs, in training and on held-out pictures.

    Parameters
    ----------
    ax : Axes
        Axes to draw on, which are returned.
    history : sequence of dict
        History of a `Trainer`.
    quantity : str
        ``"accuracy"`` or ``"loss"``.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> learning_curves(Figure().subplots(), [{"epoch": 1, "accuracy": 0.5}]).get_xlabel()
    'epoch'
    """
    epochs = [row["epoch"] for row in history]
    ax.plot(epochs, [row[quantity] for row in history], color=ORANGE, linewidth=2, label="training")
    if f"validation_{quantity}" in history[0]:
        ax.plot(epochs, [row[f"validation_{quantity}"] for row in history], color=BLUE, linewidth=2,
                label="held out")
    ax.set(xlabel="epoch", ylabel=quantity)
    ax.legend()
    return ax


def training_figure(history: History, result: Evaluation, classes: Iterable[object], truth: ArrayLike,
                    title: str) -> Figure:
    """Return a figure of a training: learning curves, confusion matrix, and the firing rate of each layer.

    Parameters
    ----------
    history : sequence of dict
        History of a `Trainer`.
    result : Evaluation
        What `spikingnn.training.evaluate` returned.
    classes : iterable
        The classes, in their order.
    truth : array (N,)
        True class of each picture that was evaluated.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.

    Examples
    --------
    >>> from spikingnn.datasets import digits
    >>> from spikingnn.training import Dense, Direct, LIFLayer, Mean, Model, Trainer, evaluate
    >>> x, y = digits()
    >>> model = Model([Dense(40), LIFLayer(), Mean(), Dense(10)], shape=64, steps=4)
    >>> trainer = Trainer(model, epochs=2).fit(x[:1000], y[:1000], progress=False)
    >>> result = evaluate(model, x[1000:], y[1000:], Direct())
    >>> figure = training_figure(trainer.history, result, range(10), y[1000:], "Digits of 8 × 8 pixels")
    >>> [ax.get_title() for ax in figure.axes][:2]
    ['accuracy', 'confusion matrix, rows in per cent']
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(13.5, 4.6), dpi=110, layout="constrained")
        left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1.1, 0.8))
        learning_curves(left, history)
        left.set_title("accuracy")
        plot_confusion(middle, classes, truth, result["answers"])
        middle.set_title("confusion matrix, rows in per cent")
        plot_layer_rates(right, result["rates"])
        figure.suptitle(title, fontsize=14)
    return figure


def plot_layer_rates(ax: Axes, rates: Mapping[str, float]) -> Axes:
    """Draw the firing rate of each spiking layer as a bar.

    Parameters
    ----------
    ax : Axes
        Axes to draw on, which are returned.
    rates : dict
        Name of a layer -> spikes per unit and step, as ``evaluate(…)["rates"]`` has them.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = plot_layer_rates(Figure().subplots(), {"1_LIF": 0.12, "3_LIF": 0.05})
    >>> [label.get_text() for label in ax.get_yticklabels()], ax.get_xlabel()
    (['1 LIF', '3 LIF'], 'spikes per unit and step')
    """
    ax.barh(range(len(rates)), list(rates.values()), color=BLUE)
    ax.set_yticks(range(len(rates)), [name.split(".")[-1].replace("_", " ") for name in rates])
    ax.invert_yaxis()
    ax.set(xlabel="spikes per unit and step", title="activity")
    return ax


def answers_figure(names: Sequence[str], pictures: Sequence[Array] | Array, probabilities: Array,
                   classes: Sequence[object], rasters: Sequence[Array],
                   prepared: Sequence[Array] | Array | None = None) -> Figure:
    """Return a figure of pictures, probabilities and spikes of the last spiking layer, eight in a band.

    Parameters
    ----------
    names : sequence of str
        Names of the N pictures.
    pictures : sequence of array (h, w) or (h, w, 3)
        The pictures.
    probabilities : array (N, K)
        Probability of each class.
    classes : sequence
        Names of the classes.
    rasters : sequence of array (T, n)
        Spikes of a layer of n units in T steps, for each picture.
    prepared : sequence of array, optional
        The pictures as the model sees them, drawn below the others.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.

    Examples
    --------
    >>> from spikingnn.datasets import digits
    >>> from spikingnn.training import Dense, LIFLayer, Mean, Model, softmax
    >>> x, model = digits()[0][:2], Model([Dense(40), LIFLayer(), Mean(), Dense(10)], shape=64, steps=8)
    >>> probabilities = softmax(model.scores(model.forward(x.reshape(1, 2, 64))))
    >>> rasters = model.spiking["1_LIF"].spikes.swapaxes(0, 1)
    >>> figure = answers_figure(["zero", "one"], x, probabilities, range(10), rasters)
    >>> figure.savefig("answers.png", dpi=50)
    """
    import matplotlib
    from matplotlib.figure import Figure

    columns = min(8, len(names))
    n_bands = -(-len(names) // columns)
    heights = (1.1, 1, 1) if prepared is None else (1.1, 0.9, 1, 1)
    with matplotlib.rc_context(STYLE):
        size = 2.2 * max(columns, 3), 2.1 * sum(heights) * n_bands
        figure = Figure(figsize=size, dpi=110, layout="constrained")
        bands = figure.subfigures(n_bands, 1, squeeze=False)[:, 0]
        for first, band in zip(range(0, len(names), columns), bands):
            axes = band.subplots(len(heights), columns, squeeze=False, height_ratios=heights)
            for column in range(columns):
                k = first + column
                if k >= len(names):
                    for ax in axes[:, column]:
                        ax.axis("off")
                    continue
                _draw_picture(axes[0, column], pictures[k], names[k])
                if prepared is not None:
                    seen = (prepared[k] - prepared[k].min()) / max(np.ptp(prepared[k]), 1e-12)
                    _draw_picture(axes[1, column], seen, "as the model sees it" if column == 0 else "")
                _draw_probabilities(axes[-2, column], probabilities[k], classes)
                _draw_raster(axes[-1, column], rasters[k], column == 0)
    return figure


def _draw_raster(ax: Axes, spikes: Array, is_first: bool) -> None:
    step, unit = np.nonzero(spikes)
    raster(ax, step, unit, size=3.0)
    ax.set(xlabel="step", ylabel="unit" if is_first else "", xlim=(-0.5, len(spikes) - 0.5))
    ax.locator_params(axis="x", integer=True, nbins=5)


def _draw_picture(ax: Axes, picture: Array, name: str) -> None:
    if picture.ndim == 3:
        ax.imshow(picture)
        ax.set(xticks=[], yticks=[])
    else:
        image(ax, picture)
    ax.set_title(_short(name))


def _draw_probabilities(ax: Axes, probabilities: Array, classes: Sequence[object]) -> None:
    """The five most probable classes."""
    best = np.argsort(-probabilities)[:5]
    ax.barh(range(len(best)), probabilities[best], color=BLUE)
    ax.set_yticks(range(len(best)), [_short(str(classes[k])) for k in best])
    ax.invert_yaxis()
    ax.set(xlim=(0, 1), xlabel="probability")
