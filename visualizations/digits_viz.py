"""A spiking network learns digits without labels: receptive fields as they form, and how its answers sharpen."""

import numpy as np
from _slide import plt, present

from spikingnn.datasets import mnist_sample
from spikingnn.plotting import BLUE, ORANGE, plot_receptive_fields
from spikingnn.unsupervised import STDPClassifier

NEURONS = 100
PASSES = 5
STAGES = 0, 200, 1000, 5000             # presentations after which the weights are shown
SHOWN = 25                              # neurons of each mosaic
CHECKS = 9                              # times that the accuracy is measured, each on all held-out digits


def draw(seed):
    data = mnist_sample()
    x, x_test = (pictures.reshape(len(pictures), -1) for pictures in (data.x_train, data.x_test))
    learner = STDPClassifier(NEURONS, seed=seed)
    learner.start(x, PASSES)
    stages, seen, accuracy = {}, [], []
    wanted = set(STAGES) | set(np.rint(np.linspace(0, PASSES * 10, CHECKS)).astype(int) * 100)
    order = np.random.default_rng(seed)
    shuffled = np.concatenate([order.permutation(len(x)) for _ in range(PASSES)])
    for presented in sorted(wanted):
        if presented > learner.seen:
            learner.partial_fit(x[shuffled[learner.seen:presented]])
        if presented in STAGES:
            stages[presented] = learner.receptive_fields()
        learner.label(x, data.y_train, progress=False)
        seen.append(presented)
        accuracy.append(100 * learner.score(x_test, data.y_test, progress=False))

    figure = plt.figure()
    figure.suptitle("Spike timing alone turns random weights into digits")
    top, bottom = figure.subfigures(2, 1, height_ratios=(1.15, 1))
    side = int(np.sqrt(SHOWN))
    for ax, (presented, weights) in zip(top.subplots(1, len(STAGES)), stages.items()):
        plot_receptive_fields(ax, weights[:SHOWN], data.x_train.shape[1:], side)
        ax.set_title(f"after {presented:,} presentations" if presented else "before")
    left, right = bottom.subplots(1, 2)
    left.plot(seen, accuracy, "o-", color=BLUE)
    left.axhline(10, color="0.5", linestyle=":")
    left.text(seen[-1], 12, "chance", color="0.4", ha="right")
    left.set(xlabel="presentations", ylabel="named right (%)", ylim=(0, 100), title="held-out digits, labels given afterwards")
    right.hist(learner.layer["theta"], bins=20, color=ORANGE)
    right.set(xlabel="rise of the threshold (mV)", ylabel="neurons", title="adaptive thresholds share the work out")
    return figure


if __name__ == "__main__":
    present(draw)
