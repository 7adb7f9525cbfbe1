"""Early decisions: accuracy against the number of time steps for three input codes."""

import numpy as np

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import BLUE, GREEN, ORANGE
from spikingnn.plotting.slides import plt, present
from spikingnn.training import Dense, Direct, LIFLayer, Latency, Model, Poisson, Readout, Trainer

STEPS = 20
CODES = {"constant current": (Direct(), BLUE), "Poisson spikes": (Poisson(), ORANGE),
         "latency: brighter pixels spike earlier": (Latency(), GREEN)}


def accuracies(encoding, digits, seed):
    """Accuracy after 1, 2, … STEPS steps, and spikes of the hidden layer until then."""
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
    figure.suptitle("A spiking network decides before all time steps have passed")
    early, cost = figure.subplots(1, 2)
    for name, (encoding, colour) in CODES.items():
        accuracy, spikes = accuracies(encoding, digits, seed)
        early.plot(range(1, STEPS + 1), 100 * accuracy, "o-", markersize=4, color=colour, label=name)
        cost.plot(spikes, 100 * accuracy, "o-", markersize=4, color=colour)
    early.set(title="accuracy on held-out digits", xlabel="time steps", ylabel="accuracy (%)", ylim=(50, 100))
    early.legend(loc="lower right")
    cost.set(title="the same against the number of spikes", ylabel="accuracy (%)", ylim=(50, 100))
    cost.set_xlabel("spikes of the hidden layer per picture")
    return figure


if __name__ == "__main__":
    present(draw)
