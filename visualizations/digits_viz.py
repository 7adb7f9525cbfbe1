"""Digits without labels: receptive fields as they form by STDP, and accuracy as they do."""

import numpy as np

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import BLUE, ORANGE, plot_receptive_fields
from spikingnn.plotting.slides import plt, present
from spikingnn.unsupervised import STDPClassifier

NEURONS = 100
PASSES = 5
STAGES = 0, 200, 1000, 5000             # presentations after which the weights are shown
SHOWN = 25                              # neurons of each mosaic
CHECKS = 9                              # number of times the accuracy is measured


def draw(seed):
    data = mnist_sample()
    x, x_test = (pictures.reshape(len(pictures), -1) for pictures in (data.x_train, data.x_test))
    learner = STDPClassifier(NEURONS, seed=seed)
    learner.start(x, PASSES)
    fields, accuracy = {}, []
    measured = set(STAGES) | set(np.rint(np.linspace(0, PASSES * 10, CHECKS)).astype(int) * 100)
    order = np.random.default_rng(seed)
    shuffled = np.concatenate([order.permutation(len(x)) for _ in range(PASSES)])
    for presented in sorted(measured):
        if presented > learner.seen:
            learner.partial_fit(x[shuffled[learner.seen:presented]])
        fields[presented] = learner.receptive_fields()[:SHOWN]
        learner.label(x, data.y_train, progress=False)
        accuracy.append(100 * learner.score(x_test, data.y_test, progress=False))

    figure = plt.figure()
    figure.suptitle("Spike-timing-dependent plasticity turns random weights into digits")
    top, bottom = figure.subfigures(2, 1, height_ratios=(1.15, 1))
    mosaics, side, seen = top.subplots(1, len(STAGES)), int(np.sqrt(SHOWN)), np.array(list(fields))

    def mosaic(ax, presented):
        ax.clear()
        plot_receptive_fields(ax, fields[presented], data.x_train.shape[1:], side)
        ax.set_title(f"after {presented:,} presentations" if presented else "initial weights")

    for ax, presented in zip(mosaics, STAGES):
        mosaic(ax, presented)
    left, right = bottom.subplots(1, 2)
    left.plot(seen, accuracy, "o-", color=BLUE)
    left.axhline(10, color="0.5", linestyle=":")
    left.text(seen[-1], 12, "chance", color="0.4", ha="right")
    left.set(xlabel="presentations", ylabel="accuracy (%)", ylim=(0, 100))
    left.set_title("held-out digits; neurons are labelled after learning")
    right.hist(learner.layer["theta"], bins=20, color=ORANGE)
    right.set(xlabel="threshold above its initial value (mV)", ylabel="number of neurons")
    right.set_title("adaptive thresholds")
    return figure, lambda now: mosaic(mosaics[-1], seen[seen <= max(now, 0)].max())     # for movies


if __name__ == "__main__":
    present(draw)
