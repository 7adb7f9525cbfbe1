"""Receptive fields and predictions of a layer that learns without labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .spikes import image
from .style import STYLE, as_text


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..unsupervised import STDPClassifier

__all__ = ["plot_confusion", "plot_receptive_fields", "stdp_figure"]


def plot_receptive_fields(ax: Axes, weights: ArrayLike, shape: tuple[int, int], columns: int = 10) -> Axes:
    """Draw weights (neurons, n_inputs) as a mosaic of pictures, row by row.

    White is the largest weight of each neuron.

    Parameters
    ----------
    ax : Axes
        Axes to draw on, which are returned.
    weights : array (neurons, n_inputs)
        One receptive field per neuron.
    shape : tuple of int
        Height and width of a picture in pixels.
    columns : int
        Number of pictures per row.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = plot_receptive_fields(Figure().subplots(), np.eye(4), (2, 2), columns=2)
    """
    height, width = shape
    weights = np.asarray(weights)
    rows = -(-len(weights) // columns)
    mosaic = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan)
    for k, field in enumerate(weights):
        top, left = k // columns * (height + 1), k % columns * (width + 1)
        mosaic[top:top + height, left:left + width] = np.reshape(field, shape) / max(np.max(field), 1e-12)
    return image(ax, mosaic)


def plot_confusion(ax: Axes, classes: Iterable[object], truth: ArrayLike, predicted: ArrayLike) -> Axes:
    """Draw the confusion matrix: the percentage of each true class (row) for which each class (column) was
    predicted.

    Parameters
    ----------
    ax : Axes
        Axes to draw on, which are returned.
    classes : iterable
        The classes, in their order.
    truth, predicted : array (N,)
        True and predicted class of each picture.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> plot_confusion(Figure().subplots(), ["cat", "dog"], ["cat", "dog"], ["cat", "cat"]).get_xlabel()
    'predicted class'
    """
    index = {label: k for k, label in enumerate(np.asarray(list(classes)).tolist())}
    counts = np.zeros((len(index), len(index)))
    rows, columns = ([index[label] for label in np.asarray(each).tolist()] for each in (truth, predicted))
    np.add.at(counts, (rows, columns), 1)
    share = 100.0 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax.imshow(share, cmap="Blues", vmin=0, vmax=100)
    for row, column in zip(*np.nonzero(np.rint(share) > 0)):
        colour = "white" if share[row, column] > 55 else "black"
        ax.text(column, row, f"{share[row, column]:.0f}", ha="center", va="center", fontsize=8, color=colour)
    labels = list(map(as_text, index))
    ax.set(xticks=range(len(index)), yticks=range(len(index)), xticklabels=labels, yticklabels=labels)
    ax.set(xlabel="predicted class", ylabel="true class")
    return ax


def stdp_figure(classifier: STDPClassifier, shape: tuple[int, int], counts: ArrayLike, truth: ArrayLike,
                title: str) -> Figure:
    """Return a figure of an `STDPClassifier`: receptive fields sorted by class, and the confusion matrix.

    Parameters
    ----------
    classifier : STDPClassifier
        A classifier that has been fitted.
    shape : tuple of int
        Height and width of a picture in pixels.
    counts : array (N, neurons)
        Spike counts that the held-out pictures evoked, from `STDPClassifier.respond`.
    truth : array (N,)
        True class of each held-out picture.
    title : str
        Title of the figure.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn import STDPClassifier
    >>> x, y = np.eye(4).repeat(4, axis=0), np.arange(4).repeat(4)
    >>> classifier = STDPClassifier(4, seed=0).fit(x, y)
    >>> figure = stdp_figure(classifier, (2, 2), classifier.respond(x), y, "Four pixels")
    """
    import matplotlib
    from matplotlib.figure import Figure

    labels, columns = classifier.responses.labels(), 14
    order = np.lexsort((-classifier.responses.sums.sum(axis=0), labels))
    order = order[np.linspace(0, len(order) - 1, min(len(order), columns * 12)).astype(int)]
    predicted, truth = classifier.classify(counts), np.asarray(truth)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(12.5, 6.8), dpi=110, layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
        plot_receptive_fields(left, classifier.receptive_fields()[order], shape, columns)
        left.set_title(f"receptive fields of {len(order)} neurons, by class")
        plot_confusion(right, classifier.classes, truth, predicted)
        right.set_title(
            f"held-out accuracy {100 * np.mean(predicted == truth):.1f} % of {len(truth):,} pictures "
            "(rows in per cent)")
        figure.suptitle(title, fontsize=14)
    return figure
