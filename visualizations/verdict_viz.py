"""Does the answer explain the cue: ROC of the score, corrupted cues of stored pictures against pictures never stored."""

import numpy as np
from _slide import plt, present

from spikingnn.datasets import fashion_mnist_sample, mnist_sample, photographs, resized
from spikingnn.memory import HopfieldAssembly, binarize, corrupt
from spikingnn.plotting import BLUE, COLOURS, GREEN, ORANGE

CUES = 24                               # per curve
CORRUPTIONS = {"30 % flips": {"flip": 0.3}, "a quarter unknown": {"occlude": 0.25}, "blur, σ = 1 px": {"blur": 1.0},
               "shift by 1 px": {"shift": 1, "fill": "black"}, "a quarter black": {"occlude": 0.25, "fill": "black"}}
NEVER = {"the same kind": ORANGE, "other kinds": "0.35", "smooth noise": GREEN, "white noise": BLUE}


def never_stored(kind, others, shape, rng):
    """name of NEVER -> ±1 cues (k, n): pictures of the same kind, of other kinds, noise smoothed over 1, 3 or 6 pixels, white noise."""
    from scipy.ndimage import gaussian_filter

    def drawn(name):
        return [resized(others[name][k], shape[0]) for k in rng.choice(len(others[name]), CUES, replace=False)]
    noise, cues = rng.standard_normal((2, CUES, *shape)), {"the same kind": drawn(kind)} if kind in others else {}
    cues |= {"other kinds": [picture for name in others if name != kind for picture in drawn(name)],
             "smooth noise": [gaussian_filter(one, rng.choice([1, 3, 6]), mode="wrap") for one in noise[0]], "white noise": noise[1]}
    flat = {name: np.reshape(some, (len(some), -1)) for name, some in cues.items()}
    return {name: np.where(some > some.mean(axis=1, keepdims=True), 1.0, -1.0) for name, some in flat.items()}


def draw(seed):
    rng, digits, clothes = np.random.default_rng(seed), mnist_sample().x_train, fashion_mnist_sample().x_train
    stored = {"photographs": photographs().images, "digits": digits[:50], "clothes": clothes[:50]}
    figure, axes = plt.subplots(2, 3, height_ratios=[1.1, 1], sharey="row")
    figure.suptitle("The score tells stored pictures from pictures never stored")
    for (kind, images), roc, spread in zip(stored.items(), *axes):
        patterns = binarize(images)
        memory, never = HopfieldAssembly(patterns.shape[1], seed=seed).store(patterns), []
        for name, cues in never_stored(kind, {"digits": digits[50:], "clothes": clothes[50:]}, images.shape[1:], rng).items():
            scores = np.sort([recall.score for recall in memory.recall(cues)])
            spread.step(np.clip(scores, -4, None), np.arange(1, len(scores) + 1) / len(scores), color=NEVER[name], label=name)
            never.extend(scores)
        spread.axvline(0, color="0.5", linestyle=":")
        for (name, how), colour, width in zip(CORRUPTIONS.items(), COLOURS, (9, 7, 5, 3.5, 2)):
            targets = rng.integers(len(patterns), size=CUES)
            recalls = memory.recall(corrupt(patterns[targets], seed=seed, **how))
            scores = [one.score for one, k in zip(recalls, targets) if np.array_equal(one.pattern, patterns[k])]
            limits = np.concatenate([[-11], np.unique(scores + never), [11]])
            accepted = ([np.mean(np.array(some) >= limit) for limit in limits] for some in (never, scores))
            roc.plot(*accepted, color=colour, linewidth=width, label=name)
        roc.set(title=f"{len(patterns)} {kind}", xlabel="never stored, accepted", xlim=(0, 0.3), ylim=(0, 1.03))
        spread.set(xlabel="score (recognised from 0 on)", xlim=(-4.1, 1))
    axes[0, 0].set_ylabel("right answers, accepted")
    axes[1, 0].set_ylabel("never stored,\ncumulative fraction")
    for ax in (axes[0, 2], axes[1, 1]):
        ax.legend(loc="lower right", fontsize=12)
    return figure


if __name__ == "__main__":
    present(draw)
