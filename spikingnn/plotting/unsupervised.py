"""Receptive fields and answers of a layer that learns without labels."""

from __future__ import annotations

import numpy as np

from .spikes import image
from .style import STYLE, as_text


__all__ = ["confusion", "fields", "fields_figure"]


def fields(ax, weights, shape, columns=10):
    """Weights (neurons, n_inputs) as a mosaic of pictures of `shape`, row by row, white the largest weight of each neuron."""
    height, width = shape
    rows = -(-len(weights) // columns)
    mosaic = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan)
    for k, field in enumerate(weights):
        top, left = k // columns * (height + 1), k % columns * (width + 1)
        mosaic[top:top + height, left:left + width] = np.reshape(field, shape) / max(np.max(field), 1e-12)
    return image(ax, mosaic)


def confusion(ax, classes, truth, named):
    """The share of each true class (row) that was given each class (column), in per cent."""
    index = {label: k for k, label in enumerate(np.asarray(classes).tolist())}
    counts = np.zeros((len(index), len(index)))
    np.add.at(counts, ([index[label] for label in np.asarray(truth).tolist()], [index[label] for label in np.asarray(named).tolist()]), 1)
    share = 100.0 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax.imshow(share, cmap="Blues", vmin=0, vmax=100)
    for row, column in zip(*np.nonzero(np.rint(share) > 0)):
        colour = "white" if share[row, column] > 55 else "black"
        ax.text(column, row, f"{share[row, column]:.0f}", ha="center", va="center", fontsize=8, color=colour)
    labels = list(map(as_text, index))
    ax.set(xticks=range(len(index)), yticks=range(len(index)), xticklabels=labels, yticklabels=labels)
    ax.set(xlabel="named", ylabel="true class")
    return ax


def fields_figure(classifier, shape, counts, truth, title):
    """What an `STDPClassifier` learned: receptive fields sorted by class, and how held-out pictures of class `truth` were named."""
    import matplotlib
    from matplotlib.figure import Figure

    labels, columns = classifier.tally.labels(), 14
    order = np.lexsort((-classifier.tally.sums.sum(axis=0), labels))
    order = order[np.linspace(0, len(order) - 1, min(len(order), columns * 12)).astype(int)]
    named = classifier.named(counts)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(12.5, 6.8), dpi=110, layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
        fields(left, classifier.receptive_fields()[order], shape, columns)
        left.set_title(f"receptive fields of {len(order)} neurons, by class")
        confusion(right, classifier.classes, truth, named)
        right.set_title(f"{100 * np.mean(named == truth):.1f} % of {len(truth):,} held-out pictures named right (rows in per cent)")
        figure.suptitle(title, fontsize=14)
    return figure
