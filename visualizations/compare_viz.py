"""A spiking network and its feed-forward twin: accuracy during training, and operations per answer."""

import numpy as np

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import BLUE, ORANGE
from spikingnn.plotting.slides import plt, present
from spikingnn.training import (Augment, Dense, Direct, LIFLayer, Mean, Model, Trainer, evaluate,
                                feed_forward_twin)

EPOCHS = 20


def draw(seed):
    digits = mnist_sample()
    lif = dict(width=2.0, learn_decay=True)
    layers = [Dense(200, gain=0.5), LIFLayer(**lif), Dense(200), LIFLayer(**lif), Mean(), Dense(10)]
    spiking = Model(layers, 784, steps=4, seed=seed)
    figure = plt.figure()
    figure.suptitle("Spikes or ReLU units: the same layer sizes, pictures and order")
    course, cost = figure.subplots(1, 2, width_ratios=(1.3, 1))
    models = ("spiking", spiking, BLUE), ("feed-forward", feed_forward_twin(spiking), ORANGE)
    for place, (name, model, colour) in enumerate(models):
        trainer = Trainer(model, epochs=EPOCHS, batch=50, seed=seed, augment=Augment())
        trainer.fit(digits.x_train, digits.y_train, digits.x_test, digits.y_test, progress=False)
        held = [100 * row["validation_accuracy"] for row in trainer.history]
        label = f"{name}, {held[-1]:.1f} %"
        course.plot(range(1, EPOCHS + 1), held, "o-", markersize=4, color=colour, label=label)
        counted = evaluate(model, digits.x_test, digits.y_test, Direct())["operations"]
        products, sums = counted.multiply_adds / 1000, counted.additions / 1000
        cost.bar(place, products, color=colour)
        cost.bar(place, sums, bottom=products, color=colour, alpha=0.45, hatch="//")
        cost.text(place, products + sums, f"{counted.nanojoules:.0f} nJ", ha="center", va="bottom")
    course.set(title="accuracy on 500 held-out digits", xlabel="epoch", ylabel="accuracy (%)", ylim=(50, 100))
    course.legend(loc="lower right")
    cost.set(title="operations per picture, zeros skipped", ylabel="operations (thousands)")
    cost.set_ylim(0, np.ceil(1.15 * cost.get_ylim()[1]))
    cost.set_xticks([0, 1], ["spiking", "feed-forward"])
    note = "solid: multiply-adds at 4.6 pJ;  hatched: additions at 0.9 pJ (Horowitz 2014)"
    cost.text(0.5, -0.12, note, ha="center", va="top", transform=cost.transAxes, fontsize=12)
    return figure


if __name__ == "__main__":
    present(draw)
