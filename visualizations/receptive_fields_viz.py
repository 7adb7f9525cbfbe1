"""Receptive fields: weights of the first layer before and after training, and preferred pictures."""

import numpy as np

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import image
from spikingnn.plotting.slides import plt, present
from spikingnn.training import Dense, LIFLayer, Mean, Model, Trainer

SHOWN, BEST = 40, 6                     # neurons shown, and preferred pictures of three of them


def mosaic(ax, weights, title):
    """Weights (784, n) as small pictures."""
    framed = [np.pad(field.reshape(28, 28), 1, constant_values=np.nan) for field in weights.T]
    rows = [np.hstack(framed[k:k + 8]) for k in range(0, SHOWN, 8)]
    most = np.nanpercentile(np.abs(weights), 99.5)
    ax.imshow(np.vstack(rows), cmap="RdBu_r", vmin=-most, vmax=most)
    ax.set(xticks=[], yticks=[], title=title)
    ax.spines[:].set_visible(False)


def draw(seed):
    digits = mnist_sample()
    model = Model([Dense(100, gain=0.3), LIFLayer(width=2.0), Mean(), Dense(10)], 784, steps=4, seed=seed)
    before = model.parameters["0_Dense.weight"].copy()
    Trainer(model, epochs=25, batch=50, seed=seed).fit(digits.x_train, digits.y_train, progress=False)
    after = model.parameters["0_Dense.weight"]
    busy = np.argsort(-np.abs(after - before).sum(axis=0))[:SHOWN]

    figure = plt.figure()
    figure.suptitle("Receptive fields of spiking neurons, before and after training")
    above, below = figure.subfigures(2, 1, height_ratios=(2.1, 1))
    left, right = above.subplots(1, 2)
    mosaic(left, before[:, busy], "initial (random) weights")
    mosaic(right, after[:, busy], "after 25 epochs (blue: inhibitory, red: excitatory)")
    for side, neuron in zip(below.subfigures(1, 3), busy[:3]):
        side.suptitle(f"largest input current to neuron {neuron}", fontsize=14, weight="normal")
        current = digits.x_train.reshape(1000, 784) @ after[:, neuron]
        for ax, k in zip(side.subplots(1, BEST), np.argsort(-current)):
            image(ax, digits.x_train[k])
    return figure


if __name__ == "__main__":
    present(draw)
