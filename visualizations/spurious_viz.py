"""Spurious states: states that were never stored, and unlearning (Hopfield et al., Nature 304:158, 1983)."""

import numpy as np

from spikingnn.datasets import photographs
from spikingnn.memory import HopfieldAssembly, PixelCouplings, binarize, corrupt, random_patterns
from spikingnn.plotting import BLUE, GREEN, ORANGE, image
from spikingnn.plotting.slides import plt, present

N, LOW, HIGH = 144, 15, 25              # pixels; patterns, below and above Hebb's capacity of 20
DREAMS, ROUNDS, STRENGTH = 30, 4, 0.02  # noise cues per round, rounds, and strength of unlearning
ENDS = {"a stored pattern": BLUE, "its negative": GREEN, "a spurious state": ORANGE}


def gallery(figure, seed):
    """Cues of five kinds for a memory of twelve photographs, and its answers."""
    patterns, n, shape = binarize(images := photographs().images), images[0].size, images[0].shape
    cues = {"corrupted": corrupt(patterns[0], flip=0.3, seed=seed), "negative": -patterns[0],
            "mixture of 3": np.sign(patterns[:3].sum(0)),
            "noise": random_patterns(1, n, np.random.default_rng(seed))[0], "all unknown": np.full(n, np.nan)}
    memory = HopfieldAssembly(n, "projection", seed=seed).store(patterns)
    for (name, cue), (left, right) in zip(cues.items(), figure.subplots(1, 2 * len(cues)).reshape(-1, 2)):
        recall = memory.recall(cue)
        image(left, cue.reshape(shape), name, (-1, 1))
        image(right, recall.pattern.reshape(shape), None, (-1, 1)).set_xlabel(f"“{recall.verdict}”")
        right.set_ylabel("→", rotation=0, labelpad=10, va="center")


def dream(count, seed):
    """Per round: fractions of noise cues with each of ENDS, and of recognised patterns: (4, ROUNDS)."""
    rng, ends, found = np.random.default_rng(seed), np.empty((0, N)), []
    patterns, noise = random_patterns(count, N, rng), random_patterns(DREAMS, N, rng)
    for _ in range(ROUNDS):
        unlearned = PixelCouplings.of((patterns.T @ patterns - STRENGTH * ends.T @ ends) / N)
        memory = HopfieldAssembly(N, lambda stored: unlearned, seed=seed).store(patterns)
        dreams, back = memory.recall(noise), memory.recall(corrupt(patterns, flip=0.2, seed=seed))
        ends = np.concatenate([ends, [recall.pattern for recall in dreams]])
        last = np.array([recall.overlaps[-1] for recall in dreams])
        stored, negative = np.mean(last.max(axis=1) >= 0.95), np.mean(last.min(axis=1) <= -0.95)
        found.append([stored, negative, 1 - stored - negative, np.mean([one.recognised for one in back])])
    return np.array(found).T


def draw(seed):
    above, below = plt.figure().subfigures(2, 1, height_ratios=[1, 1.9])
    above.figure.suptitle("Recall can end in states that were never stored; unlearning makes them rarer")
    gallery(above, seed)
    (bars, course), times = below.subplots(1, 2), DREAMS * np.arange(ROUNDS)
    bars.stackplot(times, dream(LOW, seed)[:-1], colors=ENDS.values())
    bars.set(title=f"{LOW} patterns: final states reached from noise cues", ylabel="fraction of noise cues")
    course.plot(times, dream(HIGH, seed)[-1], "o-")
    course.set(title=f"{HIGH} patterns, cues with 20 % flips", ylabel="fraction recognised", ylim=(0, 1.05))
    plt.setp((bars, course), xlabel="states unlearned", xlim=(0, times[-1] + 1), xticks=times)
    for y, (name, colour) in zip((0.15, 0.48, 0.8), ENDS.items()):
        bars.text(88, y, name, ha="right", va="center", backgroundcolor="white", color=colour)
    return above.figure


if __name__ == "__main__":
    present(draw)
