"""Dense associative memory: with one hidden neuron per pattern it holds more digits than it has pixels."""

import warnings

import numpy as np

from spikingnn.datasets import mnist_sample
from spikingnn.memory import HopfieldAssembly, binarize, corrupt, overlap
from spikingnn.plotting import BLUE, GREEN, ORANGE, image
from spikingnn.plotting.slides import plt, present

COUNTS = {"hebbian": (10, 50, 200), "projection": (10, 50, 200, 600), "dense": (10, 50, 200, 1000)}   # stored
STYLES = {"hebbian": (GREEN, "s"), "projection": (ORANGE, "^"), "dense": (BLUE, "o")}
FLIP = 0.2                              # fraction of flipped pixels in a cue
RECALLS = 12
SHOWN, MANY = 5, 200                    # in the gallery: digits, and how many are stored


def draw(seed):
    data = mnist_sample()
    digits, shape = binarize(data.x_train, 0.5), data.x_train.shape[1:]
    n = digits.shape[1]
    cues = corrupt(digits[:RECALLS], flip=FLIP, seed=seed)
    recalled = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")                     # more patterns than a rule can hold, on purpose
        for rule, counts in COUNTS.items():
            for count in counts:
                memory = HopfieldAssembly(n, rule, seed=seed).store(digits[:count])
                answers = memory.recall(cues[:min(count, RECALLS)])
                recalled[rule, count] = np.array([one.pattern for one in answers])

    figure = plt.figure()
    figure.suptitle("With one neuron per pattern, capacity does not depend on the number of pixels")
    left, right = figure.subfigures(1, 2, width_ratios=[1, 1])
    rows = {"stored": digits, f"cue, {FLIP:.0%}\nflipped": cues}
    rows |= {rule: recalled[rule, MANY] for rule in COUNTS}
    axes = left.subplots(len(rows), SHOWN)
    for (name, patterns), line in zip(rows.items(), axes):
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
        for k, ax in enumerate(line):
            image(ax, patterns[k].reshape(shape), limits=(-1, 1))
    left.suptitle(f"{MANY} digits are stored", size=15, weight="normal")
    ax = right.subplots()
    for rule, counts in COUNTS.items():
        values = [np.mean([overlap(a, b) for a, b in zip(recalled[rule, count], digits)]) for count in counts]
        ax.plot(counts, values, STYLES[rule][1] + "-", color=STYLES[rule][0], label=rule)
    ax.axhline(-digits[:RECALLS].mean(), color="k", linestyle=":", label="an all-black picture")
    ax.axvline(n, color="0.6", linestyle="--", linewidth=1.2)
    ax.text(n, 0.02, "number of\npixels ", ha="right", color="0.4")
    ax.set(xscale="log", xlabel="digits stored", ylabel="overlap with the stored digit", ylim=(0, 1.05))
    ax.set_title(f"mean of {RECALLS} recalls")
    ax.legend(loc="lower left")
    return figure


if __name__ == "__main__":
    present(draw)
