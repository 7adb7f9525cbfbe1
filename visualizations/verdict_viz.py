"""Does the answer explain the cue? Receiver operating characteristic of the score, per corruption, against pictures never stored."""

import numpy as np
from _slide import plt, present

from spikingnn.datasets import fashion_mnist_sample, mnist_sample, photographs
from spikingnn.memory import HopfieldAssembly, binarize, corrupt
from spikingnn.plotting import BLUE, COLOURS, GREEN, ORANGE

CUES = 30                               # per curve
DRAWN = {"30 % flips": {"flip": 0.3}, "a quarter unknown": {"occlude": 0.25}, "blur, σ = 1 px": {"blur": 1.0},
         "shift by 1 px": {"shift": 1, "fill": "black"}, "a quarter black": {"occlude": 0.25, "fill": "black"}}


def never_stored(kind, others, shape, rng):
    """name -> ±1 cues (CUES, n): pictures of the same kind, of other kinds, smooth and white noise."""
    from scipy.ndimage import gaussian_filter, zoom

    def levels(images):
        chosen = images[rng.choice(len(images), CUES)]
        return [zoom(one, np.divide(shape, one.shape), order=1) for one in chosen]
    noise = rng.standard_normal((2, CUES, *shape))
    smooth = [gaussian_filter(one, rng.choice([1, 3, 6]), mode="wrap") for one in noise[0]]
    cues = {"the same kind": levels(others[kind])} if len(others[kind]) else {}
    cues["other kinds"] = [one for name in others if name != kind and len(others[name]) for one in levels(others[name])]
    cues |= {"smooth noise": smooth, "white noise": noise[1]}
    return {name: np.where(np.stack(x) > np.mean(x, axis=(1, 2), keepdims=True), 1.0, -1.0).reshape(len(x), -1)
            for name, x in cues.items()}


def draw(seed):
    rng, digits, clothes = np.random.default_rng(seed), mnist_sample().x_train, fashion_mnist_sample().x_train
    stored = {"photographs": photographs().images, "digits": digits[:50], "clothes": clothes[:50]}
    others = {"photographs": [], "digits": digits[50:], "clothes": clothes[50:]}
    figure, axes = plt.subplots(2, 3, height_ratios=[1, 1.15])
    figure.suptitle("The score separates corrupted cues of stored pictures from pictures never stored")
    for (kind, images), above, below in zip(stored.items(), *axes):
        patterns = binarize(images)
        memory = HopfieldAssembly(patterns.shape[1], seed=seed).store(patterns)
        negative = {name: np.array([one.score for one in memory.recall(cues)])
                    for name, cues in never_stored(kind, others, images.shape[1:], rng).items()}
        for (name, scores), colour in zip(negative.items(), (ORANGE, "0.35", GREEN, BLUE)):
            below.step(np.sort(scores), np.arange(1, len(scores) + 1) / len(scores), color=colour, label=name)
        below.axvline(0, color="0.5", linestyle=":")
        hard = np.sort(np.concatenate([*negative.values()]))
        for (name, how), colour in zip(DRAWN.items(), COLOURS):
            targets = rng.integers(len(patterns), size=CUES)
            scores = np.array([one.score for one in memory.recall(corrupt(patterns[targets], seed=seed, **how))])
            limits = np.concatenate([[-11], np.unique(np.concatenate([scores, hard])), [11]])
            above.plot([np.mean(hard >= limit) for limit in limits], [np.mean(scores >= limit) for limit in limits], color=colour,
                       label=name)
        above.set(title=f"{len(patterns)} {kind}", xlabel="never stored: fraction above the limit", xlim=(-0.01, 0.4), ylim=(0, 1.03))
        below.set(xlabel="score; recognised from 0 on", xlim=(-10.3, 2))
    axes[0, 0].set_ylabel("stored, corrupted:\nfraction above the limit")
    axes[1, 0].set_ylabel("never stored:\ncumulative fraction")
    axes[0, 2].legend(loc="lower right", fontsize=12)
    axes[1, 1].legend(loc="upper left", fontsize=12)
    return figure


if __name__ == "__main__":
    present(draw)
