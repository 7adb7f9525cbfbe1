"""Early decisions: accuracy against the number of time steps for three input codes."""

import numpy as np

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import BLUE, GREEN, ORANGE
from spikingnn.plotting.slides import plt, present
from spikingnn.training import Dense, Direct, LIFLayer, Latency, Model, Poisson, Readout, Trainer

STEPS = 20
CODES = {"constant current": (Direct(), BLUE), "Poisson spikes": (Poisson(), ORANGE),
         "latency (bright is early)": (Latency(), GREEN)}


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
    figure.suptitle("A spiking network decides long before all time steps have passed")
    early, cost = figure.subplots(1, 2)
    for name, (encoding, colour) in CODES.items():
        accuracy, spikes = accuracies(encoding, digits, seed)
        soon = np.flatnonzero(accuracy > accuracy[-1] - 0.01)[0]         # within one point of the end
        for ax, x in (early, np.arange(1, STEPS + 1)), (cost, spikes):
            ax.plot(x[soon], 100 * accuracy[soon], "o", markersize=14, color=colour)
            needed = f"{name}: {x[soon]} steps" if ax is early else f"{x[soon]:.0f} spikes"
            ax.plot(x, 100 * accuracy, "o-", markersize=4, color=colour, label=needed)
    early.set(title="large dots: within 1 % point of the final accuracy", xlabel="time steps")
    cost.set(title="the same against the number of spikes", xlabel="spikes of the hidden layer per picture")
    for ax in (early, cost):
        ax.set(ylabel="accuracy on 500 held-out digits (%)", ylim=(70, 95))
        ax.legend(loc="lower right")
    return figure


if __name__ == "__main__":
    present(draw)
