"""Novelty detection: ROC curves of a Hebbian memory that tells stored patterns from novel ones, by load."""

import warnings

import numpy as np

from spikingnn.memory import HopfieldAssembly, corrupt, random_patterns
from spikingnn.plotting import BLUE, COLOURS, ORANGE
from spikingnn.plotting.slides import plt, present

N, CUES = 144, 40                       # pixels; cues of stored patterns, and as many novel patterns
FLIP = 0.1                              # fraction of flipped pixels in a cue
LOADS = 0.05, 0.1, 0.15, 0.25, 1.0, 4.0, 16.0           # patterns per pixel
SHOWN = 0.1, 0.25, 4.0, 16.0            # loads of the ROC curves


def roc(old, new):
    """False and true positive rates of a score, from the strictest threshold to the laxest."""
    limits = np.append(np.unique(np.concatenate([old, new]))[::-1], -np.inf)[:, None]
    return np.append(0.0, (new >= limits).mean(axis=1)), np.append(0.0, (old >= limits).mean(axis=1))


def scores(load, seed):
    """{how: (scores of stored, of novel patterns)}, and the fraction of stored ones that are recalled."""
    rng, count = np.random.default_rng(seed), round(load * N)
    stored, novel = random_patterns(count, N, rng), random_patterns(CUES, N, rng)
    with warnings.catch_warnings(action="ignore"):                  # too many patterns are the question
        memory = HopfieldAssembly(N, "hebbian", seed=seed).store(stored)
    target = stored[rng.integers(count, size=CUES)]
    cues = corrupt(target, flip=FLIP, seed=seed)
    old, new = memory.recall(cues), memory.recall(novel)
    recalled = np.mean([recall.overlap(one) >= 0.95 for recall, one in zip(old, target)])
    return {"score of the recall": [np.array([recall.score for recall in both]) for both in (old, new)],
            "energy of the cue": [-np.array([memory.energy(cue) for cue in both]) for both in (cues, novel)]
            }, recalled


def draw(seed):
    found = {load: scores(load, seed) for load in LOADS}
    figure, axes = plt.subplots(1, 3)
    figure.suptitle("A memory that cannot recall a pattern any more can still find it familiar")
    for ax, how in zip(axes, found[LOADS[0]][0]):
        for load, colour in zip(SHOWN, COLOURS):
            ax.plot(*roc(*found[load][0][how]), color=colour, label=f"load {load:g}")
        ax.plot([0, 1], [0, 1], ":", color="0.5")
        ax.set(title=how, xlabel="false positive rate", ylabel="true positive rate")
        ax.legend(loc="lower right")
    for how, colour, marker in zip(found[LOADS[0]][0], (BLUE, ORANGE), "os"):
        areas = [np.trapezoid(*roc(*found[load][0][how])[::-1]) for load in LOADS]
        axes[2].semilogx(LOADS, areas, marker + "-", color=colour, label=f"area below the ROC, {how}")
    recalled = [fraction for _, fraction in found.values()]
    axes[2].semilogx(LOADS, recalled, "^--", color="0.4", label="fraction recalled")
    axes[2].axhline(0.5, color="0.5", linestyle=":")
    axes[2].set(title="dotted: chance", xlabel=f"load: patterns per pixel (n = {N})", ylim=(-0.03, 1.05))
    figure.legend(*axes[2].get_legend_handles_labels(), loc="outside lower right", ncols=3)
    return figure


if __name__ == "__main__":
    present(draw)
