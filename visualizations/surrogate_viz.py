"""Surrogate gradients: slopes that replace the derivative of a spike, and the functions they belong to."""

import numpy as np

from spikingnn.plotting import COLOURS
from spikingnn.plotting.slides import plt, present
from spikingnn.training import SURROGATES, SURROGATE_INTEGRALS, CrossEntropy, Dense, LIFLayer, Mean, Model

WIDTH = 0.5
X = np.linspace(-2.0, 2.0, 401)         # u − θ
WIDTHS = 0.05, 0.2, 1.0, 3.0            # of the triangle


def depth_of_gradients(width, seed):
    """The mean absolute gradient in each of five spiking layers, from the first to the last."""
    layers = [layer for _ in range(5) for layer in (Dense(60, gain=2.0), LIFLayer(width=width))]
    model, rng = Model([*layers, Mean(), Dense(5)], 60, steps=8, seed=seed), np.random.default_rng(seed)
    outputs = model.forward(rng.random((1, 32, 60)))
    model.backward(CrossEntropy()(outputs, rng.integers(0, 5, 32))[1])
    return [np.abs(model.gradients[f"{2 * k}_Dense.weight"]).mean() for k in range(5)]


def draw(seed):
    figure = plt.figure()
    figure.suptitle("A surrogate replaces the derivative of a spike; its width sets the gradients")
    slopes, twins, depth = figure.subplots(1, 3)
    slopes.axvline(0, color="0.8", linewidth=1)
    for (name, slope), colour in zip(SURROGATES.items(), COLOURS):
        slopes.plot(X, slope(X, WIDTH), color=colour, label=name.replace("_", " "))
        twins.plot(X, 0.5 + SURROGATE_INTEGRALS[name](X, WIDTH), color=colour)
    slopes.set(title="surrogate of dS/du", xlabel="u − θ", ylabel="dS/du", ylim=(0, 1.08))
    twins.step(X, X >= 0, color="0.4", linestyle="--", linewidth=1.5, where="mid")
    twins.text(1.95, 1.03, "spike", color="0.3", ha="right")
    twins.set(title="smooth S with these slopes", xlabel="u − θ", ylabel="S", ylim=(-0.6, 1.6))
    figure.legend(*slopes.get_legend_handles_labels(), loc="outside lower left", ncols=5)
    for width, colour in zip(WIDTHS, COLOURS):
        gradients = depth_of_gradients(width, seed)
        depth.semilogy(range(1, 6), gradients, "o-", color=colour)
        depth.text(5.2, gradients[-1], f"width {width:g}", color=colour, va="center")
    depth.set(title="gradients, triangular surrogate", xlabel="layer, from the input", xticks=range(1, 6))
    depth.set(ylabel="mean |gradient| of the weights", xlim=(0.8, 7.4), ylim=(None, 3 * depth.get_ylim()[1]))
    depth.spines.bottom.set_bounds(0.8, 5.2)
    return figure


if __name__ == "__main__":
    present(draw)
