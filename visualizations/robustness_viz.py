"""Robustness of trained networks: accuracy on digits with noise, shifted, or partly covered."""

import numpy as np
from scipy.ndimage import shift as shifted

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import BLUE, GREEN, ORANGE, image
from spikingnn.plotting.slides import plt, present
from spikingnn.training import Augment, Dense, Direct, LIFLayer, Mean, Model, Trainer, evaluate
from spikingnn.training.experiment import load_for_inference

EPOCHS, EXAMPLE, SHOWN = 10, 3, 3       # of two networks; a picture, and the strength at which it is shown
NOISE = 0.0, 0.2, 0.4, 0.6, 1.0         # standard deviation of the noise per pixel; white is 1
SHIFT = 0, 1, 2, 3, 5                   # pixels, in a random direction
COVER = 0, 4, 8, 12, 18                 # pixels: side of a black square at a random place


def moved(x, distance, rng):
    angles = rng.uniform(0, 2 * np.pi, len(x))
    offsets = distance * np.stack([np.sin(angles), np.cos(angles)], axis=1)
    return np.stack([shifted(one, offset, order=1) for one, offset in zip(x, offsets)])


def covered(x, side, rng):
    places = np.mgrid[:28, :28][:, None] - rng.integers(0, 29 - side, (2, len(x), 1, 1))
    return np.where(((places >= 0) & (places < side)).all(axis=0), 0.0, x)


KINDS = {"noise: s.d. per pixel": (lambda x, deviation, rng: x + rng.normal(0.0, deviation, x.shape), NOISE),
         "shift (pixels)": (moved, SHIFT), "black square: side (pixels)": (covered, COVER)}


def trained(digits, seed, augment=None):
    layers = [Dense(200, gain=0.5), LIFLayer(width=2.0, learn_decay=True), Mean(), Dense(10)]
    trainer = Trainer(Model(layers, 784, seed=seed), epochs=EPOCHS, batch=50, seed=seed, augment=augment)
    trainer.fit(digits.x_train, digits.y_train, progress=False)
    return trainer.model


def draw(seed):
    figure, digits = plt.figure(), mnist_sample()
    figure.suptitle("Networks are robust against what they were trained with")
    models = {"1,000 digits": (trained(digits, seed), BLUE, "o-"),
              "1,000 digits, augmented": (trained(digits, seed, Augment()), ORANGE, "s-"),
              "mnist-256, which has seen these digits": (load_for_inference().model, GREEN, "^-")}
    axes = figure.subplots(2, 3, height_ratios=[1, 2.2])
    for top, ax, (label, (change, strengths)) in zip(*axes, KINDS.items()):
        changed = [change(digits.x_test, strength, np.random.default_rng(seed)) for strength in strengths]
        image(top, changed[SHOWN][EXAMPLE], f"{strengths[SHOWN]:g}")
        for name, (model, colour, style) in models.items():
            accuracy = [100 * evaluate(model, x, digits.y_test, Direct())["accuracy"] for x in changed]
            ax.plot(strengths, accuracy, style, color=colour, label=name)
        ax.set(xlabel=label, ylim=(0, 103))
    axes[1, 0].set_ylabel("accuracy on 500 digits (%)")
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


if __name__ == "__main__":
    present(draw)
