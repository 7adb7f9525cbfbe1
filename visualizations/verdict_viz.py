"""Recognition score: ROC of corrupted cues of stored pictures against pictures that were never stored."""

import numpy as np
from scipy.ndimage import gaussian_filter

from spikingnn.datasets import fashion_mnist_sample, mnist_sample, photographs, resized
from spikingnn.memory import HopfieldAssembly, binarize, corrupt
from spikingnn.plotting import BLUE, COLOURS, GREEN, ORANGE
from spikingnn.plotting.slides import plt, present

CUES = 9                                # per curve
CORRUPTIONS = {"30 % flips": {"flip": 0.3}, "a quarter unknown": {"occlude": 0.25}, "blur": {"blur": 1.0},
               "shift": {"shift": 1, "fill": "black"}, "a quarter black": {"occlude": 0.25, "fill": "black"}}
NEVER = {"the same kind": ORANGE, "other kinds": "0.35", "smooth noise": GREEN, "white noise": BLUE}


def never_stored(kind, others, shape, rng):
    """name of NEVER -> ±1 cues (k, n); smooth noise has a width of 1, 3 or 6 pixels."""
    cues = {"the same kind": [], "other kinds": []}
    for name, images in others.items():
        drawn = images[rng.choice(len(images), CUES, replace=False)]
        cues["the same kind" if name == kind else "other kinds"] += [resized(one, shape[0]) for one in drawn]
    noise = rng.standard_normal((2, CUES, *shape))
    cues["smooth noise"] = [gaussian_filter(one, rng.choice([1, 3, 6]), mode="wrap") for one in noise[0]]
    cues["white noise"] = noise[1]
    stacked = {name: np.reshape(some, (len(some), -1)) for name, some in cues.items() if len(some)}
    return {name: np.where(x > x.mean(axis=1, keepdims=True), 1.0, -1.0) for name, x in stacked.items()}


def draw(seed):
    rng, pictures = np.random.default_rng(seed), {"digits": mnist_sample(), "clothes": fashion_mnist_sample()}
    stored = {"photographs": photographs().images} | {name: x.x_train[:50] for name, x in pictures.items()}
    others = {name: x.x_train[50:] for name, x in pictures.items()}
    figure, axes = plt.subplots(2, 3, height_ratios=[1.1, 1], sharey="row")
    figure.suptitle("The score separates stored pictures from pictures that were never stored")
    for (kind, images), roc, spread in zip(stored.items(), *axes):
        patterns = binarize(images)
        memory, never = HopfieldAssembly(patterns.shape[1], seed=seed).store(patterns), []
        for name, cues in never_stored(kind, others, images.shape[1:], rng).items():
            scores = [recall.score for recall in memory.recall(cues)]
            spread.ecdf(np.clip(scores, -4, None), color=NEVER[name], label=name)
            never.extend(scores)
        spread.axvline(0, color="0.5", linestyle=":")
        for (name, how), colour, width in zip(CORRUPTIONS.items(), COLOURS, (9, 7, 5, 3.5, 2)):
            targets = rng.integers(len(patterns), size=CUES)
            recalls = memory.recall(corrupt(patterns[targets], seed=seed, **how))
            scores = [a.score for a, x in zip(recalls, patterns[targets]) if np.array_equal(a.pattern, x)]
            limits = np.unique([-11.0, *scores, *never, 11.0])[:, None]
            rates = (never >= limits).mean(axis=1), (scores >= limits).mean(axis=1)
            roc.plot(*rates, color=colour, linewidth=width, label=name)
        roc.set(title=f"{len(patterns)} {kind}", xlabel="false positive rate", xlim=(0, 0.3), ylim=(0, 1.03))
        spread.set(xlabel="score (≥ 0: recognised)", xlim=(-4.1, 4.1))
    axes[0, 0].set_ylabel("true positive rate"), axes[1, 0].set_ylabel("never stored,\ncumulative fraction")
    axes[0, 2].legend(loc="lower right", fontsize=12), axes[1, 2].legend(loc="lower right", fontsize=12)
    return figure


if __name__ == "__main__":
    present(draw)
