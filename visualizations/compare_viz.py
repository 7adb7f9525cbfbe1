"""A spiking network beside its feed-forward twin: accuracy while they train, and the arithmetic of an answer."""

import numpy as np
from _slide import plt, present

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import BLUE, ORANGE
from spikingnn.training import (Augment, Dense, Direct, LIFLayer, Mean, Model, Trainer, evaluate,
                                feed_forward_twin)

EPOCHS = 20


def draw(seed):
    digits = mnist_sample()
    lif = dict(width=2.0, learn_decay=True)
    layers = [Dense(200, gain=0.5), LIFLayer(**lif), Dense(200), LIFLayer(**lif), Mean(), Dense(10)]
    spiking = Model(layers, 784, steps=4, seed=seed)
    figure = plt.figure()
    figure.suptitle("The same sizes, pictures and order: spikes beside ReLUs")
    course, cost = figure.subplots(1, 2, width_ratios=(1.3, 1))
    networks = ("spiking", spiking, BLUE), ("feed-forward", feed_forward_twin(spiking), ORANGE)
    for place, (name, model, colour) in enumerate(networks):
        trainer = Trainer(model, epochs=EPOCHS, batch=50, seed=seed, augment=Augment())
        trainer.fit(digits.x_train, digits.y_train, digits.x_test, digits.y_test, progress=False)
        held = [100 * row["validation_accuracy"] for row in trainer.history]
        course.plot(range(1, EPOCHS + 1), held, "o-", markersize=4, color=colour, label=f"{name}, {held[-1]:.1f} %")
        counted = evaluate(model, digits.x_test, digits.y_test, Direct())["operations"]
        cost.bar(place, counted.multiply_adds / 1000, color=colour)
        cost.bar(place, counted.additions / 1000, bottom=counted.multiply_adds / 1000, color=colour, alpha=0.45, hatch="//")
        top = (counted.multiply_adds + counted.additions) / 1000
        cost.text(place, top, f"{counted.nanojoules:.0f} nJ", ha="center", va="bottom")
    course.set(title="held-out digits named right", xlabel="epoch", ylabel="accuracy (%)", ylim=(50, 100))
    course.legend(loc="lower right")
    cost.set(title="arithmetic of an answer, zeros skipped", ylabel="operations (thousands)", ylim=(0, np.ceil(1.15 * cost.get_ylim()[1])))
    cost.set_xticks([0, 1], ["spiking", "feed-forward"])
    cost.text(0.5, -0.12, "full: multiply-adds at 4.6 pJ;  hatched: additions at 0.9 pJ (Horowitz 2014)", ha="center", va="top",
              transform=cost.transAxes, fontsize=12)
    return figure


if __name__ == "__main__":
    present(draw)
