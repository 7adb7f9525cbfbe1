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
    course, cost = figure.subplots(1, 2, width_ratios=(1.3, 1))
    final, energy = [], []
    models = ("spiking", spiking, BLUE), ("feed-forward", feed_forward_twin(spiking), ORANGE)
    for place, (name, model, colour) in enumerate(models):
        trainer = Trainer(model, epochs=EPOCHS, batch=50, seed=seed, augment=Augment())
        trainer.fit(digits.x_train, digits.y_train, digits.x_test, digits.y_test, progress=False)
        held = [100 * row["validation_accuracy"] for row in trainer.history]
        course.plot(range(1, EPOCHS + 1), held, "os"[place] + "-", markersize=5, color=colour,
                    label=f"{name}: {held[-1]:.1f} % in the end")
        counted = evaluate(model, digits.x_test, digits.y_test, Direct())["operations"]
        products, sums = counted.multiply_adds / 1000, counted.additions / 1000
        cost.bar(place, products, color=colour, width=0.6)
        cost.bar(place, sums, bottom=products, color=colour, alpha=0.45, hatch="//", width=0.6)
        for count, y, what in (products, products / 2, "multiply-adds"), (sums, products + sums / 2, "adds"):
            cost.text(place, y, what if count else "", ha="center", va="center", backgroundcolor="white")
        cost.text(place, products + sums, f"{counted.nanojoules:.0f} nJ", ha="center", va="bottom")
        final.append(held[-1])
        energy.append(counted.nanojoules)
    figure.suptitle(f"A spiking network and its twin: {final[0] - final[1]:+.1f} points of accuracy, "
                    f"{energy[0] / energy[1]:.0%} of the energy")
    course.set(title="accuracy on 500 held-out digits", xlabel="epoch", ylabel="accuracy (%)", ylim=(40, 100))
    course.set_xticks(range(0, EPOCHS + 1, 5))
    course.legend(loc="lower right")
    cost.set(title="operations per picture, zeros skipped", ylabel="operations (thousands)", xlim=(-0.6, 1.6))
    cost.set_ylim(0, np.ceil(1.12 * cost.get_ylim()[1]))
    cost.set_xticks([0, 1], ["spiking", "feed-forward"])
    cost.set_xlabel("4.6 pJ per multiply-add, 0.9 pJ per addition", fontsize=13)
    return figure


if __name__ == "__main__":
    present(draw)
