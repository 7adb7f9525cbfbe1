"""Basins of attraction: recall from cues with ever more flipped pixels; success against noise and load."""

from spikingnn.datasets import photographs
from spikingnn.memory import HopfieldAssembly, binarize, capacity, corrupt
from spikingnn.plotting import COLOURS, image, success
from spikingnn.plotting.slides import plt, present

NAME = "horse"                          # of the twelve photographs that are stored
SHOWN = 0.2, 0.4, 0.45, 0.48, 0.52, 0.6     # fractions of flipped pixels
N, TRIALS = 144, 20                     # pixels of the random patterns, recalls per point
LOADS = {"hebbian": (0.05, 0.12), "projection": (0.05, 0.3)}
FLIPS = 0.05, 0.15, 0.25, 0.35, 0.45


def gallery(figure, seed):
    """Cues above, recalled pictures below."""
    photos = photographs()
    patterns, shape = binarize(photos.images), photos.images[0].shape
    chosen = patterns[photos.names.index(NAME)]
    memory = HopfieldAssembly(chosen.size, "projection", seed=seed).store(patterns)
    axes = figure.subplots(2, len(SHOWN))
    for flip, (above, below) in zip(SHOWN, axes.T):
        cue = corrupt(chosen, flip=flip, seed=seed)
        recall = memory.recall(cue)
        image(above, cue.reshape(shape), f"{flip:.0%} flipped", (-1, 1))
        image(below, recall.pattern.reshape(shape), f"overlap {recall.overlap(chosen):.2f}", (-1, 1))
    for ax, label in zip(axes[:, 0], ("cue", "recalled")):
        ax.set_ylabel(label)


def draw(seed):
    figure = plt.figure()
    figure.suptitle("A cue in the basin recalls the stored picture; beyond half flipped, its negative")
    above, below = figure.subfigures(2, 1, height_ratios=[1.15, 1])
    gallery(above, seed)
    for ax, (rule, loads) in zip(below.subplots(1, 2, sharey=True), LOADS.items()):
        rows = capacity([rule], N, loads, FLIPS, TRIALS, seed, networks=["spiking"])
        for load, colour in zip(loads, COLOURS):
            of_load = [row for row in rows if row["load"] == load]
            success(ax, of_load, f"load {load:.2f}", colour, against="flip")
        ax.set(xlabel="fraction of flipped pixels", ylabel="", title=f"{rule}, random patterns", xlim=(0, .5))
        ax.legend(loc="lower left", handlelength=1)
    below.axes[0].set_ylabel("fraction of recalls\nwith overlap ≥ 0.95")
    return figure


if __name__ == "__main__":
    present(draw)
