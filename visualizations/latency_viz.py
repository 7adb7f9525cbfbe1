"""Decisions come early: accuracy against the number of time steps, for a current and for Poisson spikes as input."""

import numpy as np
from _slide import plt, present

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import BLUE, GREEN, ORANGE
from spikingnn.training import Dense, Direct, LIFLayer, Latency, Model, Poisson, Readout, Trainer

STEPS = 20
CODES = {"a constant current": (Direct(), BLUE), "Poisson spikes": (Poisson(), ORANGE),
         "one spike each, bright ones first": (Latency(), GREEN)}


def accuracies(encoding, digits, seed):
    """After 1, 2 … STEPS steps: accuracy, and the spikes of the hidden layer so far."""
    layers = [Dense(200, gain=1.0), LIFLayer(width=2.0), Dense(10), Readout()]
    model = Model(layers, 784, steps=STEPS, seed=seed)
    trainer = Trainer(model, epochs=8, batch=50, seed=seed, encoding=encoding)
    trainer.fit(digits.x_train, digits.y_train, progress=False)
    outputs = model.forward(encoding(digits.x_test.reshape(500, 784).astype("float32"), STEPS))
    so_far = np.cumsum(outputs, axis=0).argmax(axis=2)
    spikes = model.layers[1].spikes.sum(axis=2).mean(axis=1)
    return (so_far == digits.y_test).mean(axis=1), np.cumsum(spikes)


def draw(seed):
    digits = mnist_sample()
    figure = plt.figure()
    figure.suptitle("A spiking network knows before it has counted to the end")
    early, cost = figure.subplots(1, 2)
    for name, (encoding, colour) in CODES.items():
        accuracy, spikes = accuracies(encoding, digits, seed)
        early.plot(range(1, STEPS + 1), 100 * accuracy, "o-", markersize=4, color=colour, label=name)
        cost.plot(spikes, 100 * accuracy, "o-", markersize=4, color=colour)
    early.set(title="held-out digits named right", xlabel="steps seen", ylabel="accuracy (%)", ylim=(50, 100))
    early.legend(loc="lower right")
    cost.set(title="the same against what it costs", xlabel="spikes of the hidden layer a picture", ylabel="accuracy (%)", ylim=(50, 100))
    return figure


if __name__ == "__main__":
    present(draw)
