"""Inside a trained network: potentials and spikes of its layers over time, and one neuron's trace."""

import numpy as np

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import BLUE, ORANGE, image
from spikingnn.plotting.slides import plt, present
from spikingnn.training import Dense, LIFLayer, Model, Readout, Trainer

STEPS, DIGIT = 25, 3                    # DIGIT: number of the picture that is shown


def trained(digits, seed):
    layers = [Dense(100, gain=0.5), LIFLayer(width=2.0), Dense(50), LIFLayer(width=2.0), Dense(10), Readout()]
    model = Model(layers, 784, steps=STEPS, seed=seed)
    Trainer(model, epochs=10, batch=50, seed=seed).fit(digits.x_train, digits.y_train, progress=False)
    return model


def draw(seed):
    digits = mnist_sample()
    model = trained(digits, seed)
    outputs = model.forward(digits.x_test[DIGIT].reshape(1, 1, -1))[:, 0]

    figure = plt.figure()
    shown, answer = digits.y_test[DIGIT], outputs.mean(axis=0).argmax()
    figure.suptitle(f"A network of 100 and 50 spiking neurons sees a {shown} and answers {answer}")
    rows = [["picture", "first u", "second u"], ["trace", "first s", "second s"], ["trace", "out", "out"]]
    axes = figure.subplot_mosaic(rows, height_ratios=(1, 1, 0.8), width_ratios=(1.15, 1.2, 1.2))
    image(axes["picture"], digits.x_test[DIGIT], "input current per pixel")
    for name, layer in zip(("first", "second"), model.spiking.values()):
        u, s = layer.v[:, 0].T, layer.spikes[:, 0].T
        order = np.argsort(-s.sum(axis=1), kind="stable")
        potentials = axes[f"{name} u"].imshow(u[order], aspect="auto", cmap="RdBu_r", vmin=-2, vmax=2)
        axes[f"{name} s"].imshow(s[order], aspect="auto", cmap="Greys", vmin=0, vmax=1)
        axes[f"{name} u"].set(title=f"{name} layer: potentials u", xticklabels=[])
        axes[f"{name} s"].set(title=f"{name} layer: spikes", xlabel="step")
        figure.colorbar(potentials, ax=[axes[f"{name} {part}"] for part in "us"], label="u (threshold 1)",
                        extend="both", shrink=0.5, anchor=(0, 1))
    for part in "us":
        axes[f"first {part}"].set_ylabel("neuron, most\nspikes on top")
    layer = model.layers[1]
    neuron = int(np.argmin(np.abs(layer.spikes[:, 0].sum(axis=0) - 6)))
    u, s = layer.v[:, 0, neuron], layer.spikes[:, 0, neuron] > 0
    axes["trace"].plot(u, color=BLUE, marker="o", markersize=4)
    axes["trace"].plot(np.flatnonzero(s), u[s], "o", color=ORANGE)
    axes["trace"].axhline(1.0, color="0.4", linestyle="--", linewidth=1.2)
    axes["trace"].set(title=f"first layer, neuron {neuron}\norange: spike, u − 1", xlabel="step")
    axes["trace"].set(ylabel="potential u (dashed: threshold)")
    axes["out"].plot(outputs, color="0.7", linewidth=1.4)
    axes["out"].plot(outputs[:, answer], color=ORANGE, linewidth=3)
    axes["out"].text(STEPS - 0.8, outputs[-1, answer], f"class {answer}", color=ORANGE, va="center")
    axes["out"].set(title="readout: one leaky potential per class", xlabel="step", xlim=(-1, 1.12 * STEPS))
    axes["out"].set_ylabel("potential v")
    return figure


if __name__ == "__main__":
    present(draw)
