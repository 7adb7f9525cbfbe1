"""States that nobody stored: what a recall can end in, and anti-memories, which unlearn them (Hopfield et al., Nature 304:158, 1983)."""

import numpy as np
from _slide import plt, present

from spikingnn.datasets import photographs
from spikingnn.memory import PixelCouplings, HopfieldAssembly, binarize, corrupt, random_patterns
from spikingnn.plotting import BLUE, GREEN, ORANGE, image

N, LOW, HIGH = 144, 15, 25              # pixels of random patterns, and how many of them: below and above Hebb's capacity, 20
DREAMS, ROUNDS, STRENGTH = 30, 4, 0.02  # cues of pure noise, how often, and how strongly what they end in is taken away
ENDS = {"a stored pattern": BLUE, "negative of one": GREEN, "nothing stored": ORANGE}


def gallery(figure, seed):
    """Cues of every kind to a memory of twelve photographs, and what it answers."""
    photos = photographs()
    patterns, n, shape = binarize(photos.images), photos.images[0].size, photos.images[0].shape
    three = patterns[[photos.names.index(name) for name in ("camera", "astronaut", "chelsea")]]
    cues = {"spoilt picture": corrupt(three[0], flip=0.3, seed=seed), "its negative": -three[0], "majority of 3": np.sign(three.sum(0)),
            "pure noise": random_patterns(1, n, np.random.default_rng(seed))[0], "nothing": np.full(n, np.nan)}
    memory = HopfieldAssembly(n, "projection", seed=seed).store(patterns)
    for (name, cue), (left, right) in zip(cues.items(), figure.subplots(1, 2 * len(cues)).reshape(-1, 2)):
        recall = memory.recall(cue)
        image(left, cue.reshape(shape), name, (-1, 1))
        image(right, (recall.pattern if len(recall.spikes) else cue).reshape(shape), None, (-1, 1)).set_xlabel(f"“{recall.verdict}”")


def dream(count, seed):
    """Per round, the share of dreams with each of ENDS, and last that of cues at 20 % flips which are recognised: (4, ROUNDS)."""
    rng, ends, found = np.random.default_rng(seed), np.empty((0, N)), []
    patterns, noise = random_patterns(count, N, rng), random_patterns(DREAMS, N, rng)
    for _ in range(ROUNDS):
        hebb_and_anti = PixelCouplings.of((patterns.T @ patterns - STRENGTH * ends.T @ ends) / N)
        memory = HopfieldAssembly(N, lambda stored: hebb_and_anti, seed=seed).store(patterns)
        dreams, back = memory.recall(noise), memory.recall(corrupt(patterns, flip=0.2, seed=seed))
        ends, last = np.concatenate([ends, [one.pattern for one in dreams]]), np.array([one.overlaps[-1] for one in dreams])
        stored, negative = np.mean(last.max(axis=1) >= 0.95), np.mean(last.min(axis=1) <= -0.95)
        found.append([stored, negative, 1.0 - stored - negative] + [np.mean([one.recognised for one in back])])
    return np.array(found).T


def draw(seed):
    figure = plt.figure()
    figure.suptitle("Not every state was stored; anti-memories take the others away")
    above, below = figure.subfigures(2, 1, height_ratios=[1, 1.9])
    gallery(above, seed)
    bars, course = below.subplots(1, 2)
    times, shares = DREAMS * np.arange(ROUNDS), dream(LOW, seed)[:-1]
    bars.stackplot(times, shares, colors=ENDS.values(), labels=ENDS)
    bars.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    bars.set(xlabel="states unlearned", ylabel="share", title=f"{LOW} patterns of {N} pixels: ends of pure noise", xticks=times)
    course.plot(times, dream(HIGH, seed)[-1], "o-")
    course.set(xlabel="states unlearned", ylabel="recognised at 20 % flips", ylim=(0, 1.05), xticks=times, title=f"{HIGH} patterns")
    return figure


if __name__ == "__main__":
    present(draw)
