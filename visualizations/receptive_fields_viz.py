"""Receptive fields: weights of the first layer before and after training, and preferred pictures."""

import numpy as np

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import image
from spikingnn.plotting.slides import plt, present
from spikingnn.training import Dense, LIFLayer, Mean, Model, Trainer

SHOWN, ROWS, BEST = 32, 4, 4            # neurons shown, those with preferred pictures, and how many of these


def mosaic(ax, weights, title):
    """Weights (784, n) as small pictures."""
    framed = [np.pad(field.reshape(28, 28), 1, constant_values=np.nan) for field in weights.T]
    rows = [np.hstack(framed[k:k + 8]) for k in range(0, SHOWN, 8)]
    most = np.nanpercentile(np.abs(weights), 99.5)
    shown = ax.imshow(np.vstack(rows), cmap="RdBu_r", vmin=-most, vmax=most)
    ax.figure.colorbar(shown, ax=ax, label="weight", extend="both", aspect=12)
    ax.set(xticks=[], yticks=[], title=title)
    ax.spines[:].set_visible(False)
    return shown.norm


def draw(seed):
    digits = mnist_sample()
    model = Model([Dense(100, gain=0.3), LIFLayer(width=2.0), Mean(), Dense(10)], 784, steps=4, seed=seed)
    before = model.parameters["0_Dense.weight"].copy()
    Trainer(model, epochs=25, batch=50, seed=seed).fit(digits.x_train, digits.y_train, progress=False)
    after = model.parameters["0_Dense.weight"]
    busy = np.argsort(-np.abs(after - before).sum(axis=0))[:SHOWN]

    figure = plt.figure()
    figure.suptitle("Training turns random weights into receptive fields")
    left, right = figure.subfigures(1, 2, width_ratios=(1.1, 1))
    above, below = left.subplots(2, 1)
    mosaic(above, before[:, busy], f"initial (random) weights of {SHOWN} neurons")
    norm = mosaic(below, after[:, busy], "after 25 epochs")
    right.suptitle("weights, and the digits with the largest input current", fontsize=15, weight="normal")
    for axes, neuron in zip(right.subplots(ROWS, 1 + BEST), busy):
        axes[0].imshow(after[:, neuron].reshape(28, 28), cmap="RdBu_r", norm=norm)
        axes[0].set(xticks=[], yticks=[], ylabel=f"neuron {neuron}")
        current = digits.x_train.reshape(1000, 784) @ after[:, neuron]
        for ax, k in zip(axes[1:], np.argsort(-current)):
            image(ax, digits.x_train[k])
    return figure


if __name__ == "__main__":
    present(draw)
