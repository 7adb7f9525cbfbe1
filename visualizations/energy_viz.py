"""Recall as a ball that rolls downhill: the energy over the plane of two stored patterns, and the paths that spikes take in it."""

import numpy as np
from _slide import plt, present
from scipy.signal import lfilter

from spikingnn.memory import HopfieldAssembly
from spikingnn.plotting import COLOURS

N = 400                                 # pixels
CUES = ((0.62, 0.25), (0.3, 0.45), (-0.2, 0.45), (-0.5, -0.3), (0.25, -0.32), (0.08, 0.06))     # overlaps with the two patterns
CUE, HOLD = 50.0, 100.0                 # ms    with the cue, and without
NOISE = 0.2                             # thresholds    of a membrane: no state stays on a saddle
WINDOW = 12                             # ms    over which a state is smoothed
GRID = np.linspace(-1, 1, 81)


def corrupt_images(patterns, wanted, rng):
    """A cue with overlaps near `wanted`: each pixel is of the first pattern, of the second, or random, in these proportions."""
    source, (first, second) = rng.permutation(N) / N, np.abs(wanted)
    noise = np.where(rng.random(N) < 0.5, 1.0, -1.0)
    return np.select([source < first, source < first + second], np.sign(wanted)[:, None] * patterns, noise)


def states(memory, recall):
    """z of every pixel in each ms, (steps, n): the mean over WINDOW of which unit is active, ON 1, OFF −1, a spike lasting one period."""
    steps, sign = round(CUE + HOLD), np.where(recall.spikes.i < N, 1.0, -1.0)
    signed = np.bincount(np.rint(recall.spikes.t).astype(int) * N + recall.spikes.i % N, sign, steps * N).reshape(steps, N)
    return lfilter(np.convolve(np.ones(memory.units.period), np.ones(WINDOW) / WINDOW), 1.0, signed, axis=0)


def draw(seed):
    rng = np.random.default_rng(seed)
    patterns = np.tile([[1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]], N // 4)[:, rng.permutation(N)]     # without overlap
    memory = HopfieldAssembly(N, "hebbian", seed=seed, noise=NOISE).store(patterns)
    x, y = np.meshgrid(GRID, GRID)
    level = memory.couplings.energy(np.stack([x.ravel(), y.ravel()], axis=1) @ patterns).reshape(x.shape)
    level = np.ma.masked_where(np.abs(x) + np.abs(y) > 1.0001, level)           # no state of pixels within ±1 lies there
    figure, (plane, course) = plt.subplots(1, 2, width_ratios=[1.3, 1])
    figure.suptitle("The network rolls downhill into the valley of a stored pattern")
    figure.colorbar(plane.contourf(x, y, level, 16, cmap="Greys_r"), ax=plane, label="energy per pixel", shrink=0.8, format="%.2f")
    for wanted, colour in zip(CUES, COLOURS):
        z = states(memory, memory.recall(corrupt_images(patterns, wanted, rng), CUE, HOLD))
        t, path = np.arange(1, len(z) + 1), z @ patterns.T / N
        plane.plot(*path[t >= CUE].T, color=colour)
        plane.plot(*path[t == CUE].T, "o", color=colour, markersize=11, markeredgecolor="white")
        course.plot(t, memory.couplings.energy(z), color=colour)
    for place, name in (((1, 0), "1"), ((-1, 0), "−1"), ((0, 1), "2"), ((0, -1), "−2")):
        plane.text(*np.multiply(place, 1.12), name, ha="center", va="center", weight="bold")
    plane.set(xlabel="overlap with pattern 1", ylabel="overlap with pattern 2", xlim=(-1.25, 1.25), ylim=(-1.25, 1.25), aspect="equal",
              title="circles: state under the cue, which is then removed")
    course.axvline(CUE, color="0.35", linestyle="--", linewidth=1.2)
    course.set(xlabel="time (ms)", ylabel="energy per pixel", xlim=(0, CUE + HOLD), title="dashed: cue removed")
    return figure


if __name__ == "__main__":
    present(draw)
