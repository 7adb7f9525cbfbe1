"""Training by back-propagation through time: learning curves, confusion matrix and firing rates."""

import numpy as np

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import image, learning_curves, plot_confusion
from spikingnn.plotting.slides import plt, present
from spikingnn.training import Augment, Dense, Direct, LIFLayer, Mean, Model, Trainer, evaluate

EPOCHS = 25
HIDDEN = 200, 100
MISTAKES = 12                           # pictures that are shown


def draw(seed):
    digits = mnist_sample()
    lif = dict(width=2.0, learn_decay=True)
    layers = [Dense(HIDDEN[0], gain=0.5), LIFLayer(**lif), Dense(HIDDEN[1]), LIFLayer(**lif), Mean(),
              Dense(10)]
    model = Model(layers, 784, steps=4, seed=seed)
    trainer = Trainer(model, epochs=EPOCHS, batch=50, seed=seed, augment=Augment())
    trainer.fit(digits.x_train, digits.y_train, digits.x_test, digits.y_test, progress=False)
    result = evaluate(model, digits.x_test, digits.y_test, Direct())

    figure = plt.figure()
    accuracy = 100 * result["accuracy"]
    figure.suptitle(f"Held-out accuracy after {EPOCHS} epochs on 1,000 digits: {accuracy:.0f} %")
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.1))
    above, below = left.subfigures(2, 1, height_ratios=(1.5, 1))
    course = learning_curves(above.subplots(), trainer.history)
    course.set(title="training pictures are shifted, rotated, scaled", xlim=(0, EPOCHS + 0.5))
    wrong = np.flatnonzero(result["answers"] != digits.y_test)
    below.suptitle(f"{MISTAKES} of {wrong.size} mistakes: true → predicted", fontsize=15, weight="normal")
    for ax, k in zip(below.subplots(2, MISTAKES // 2).flat, wrong):
        image(ax, digits.x_test[k], f"{digits.y_test[k]} → {result['answers'][k]}")
    table = right.subplots()
    plot_confusion(table, range(10), digits.y_test, result["answers"])
    plt.setp(table.texts, fontsize=12)
    rates = " and ".join(f"{rate:.2f}" for rate in result["rates"].values())
    table.set_title(f"per cent of each row; the hidden neurons\nfire {rates} spikes per step")
    return figure


if __name__ == "__main__":
    present(draw)
