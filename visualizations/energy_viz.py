"""Energy landscape of recall: energy over the plane of two stored patterns, and paths of the state."""

import numpy as np
from scipy.signal import lfilter

from spikingnn.memory import HopfieldAssembly
from spikingnn.plotting import COLOURS
from spikingnn.plotting.slides import plt, present

N = 400                                 # pixels; below: overlaps of the cues with the two patterns
CUES = (0.62, 0.25), (0.3, 0.45), (-0.2, 0.45), (-0.5, -0.3), (0.25, -0.32), (0.08, 0.06)
CUE, HOLD = 50.0, 100.0                 # ms    with the cue, and without
NOISE = 0.2                             # thresholds    membrane noise, so that no state stays on a saddle
WINDOW = 12                             # ms    over which a state is smoothed
GRID = np.linspace(-1, 1, 81)


def mixed_cue(patterns, target, rng):
    """A cue with overlaps near `target`: a share of the pixels is of each pattern, the rest is random."""
    source, (first, second) = rng.permutation(N) / N, np.abs(target)
    noise = np.where(rng.random(N) < 0.5, 1.0, -1.0)
    return np.select([source < first, source < first + second], np.sign(target)[:, None] * patterns, noise)


def states(memory, recall):
    """States z of all pixels per ms, (steps, n): ON 1, OFF −1, lasting one period, smoothed over WINDOW."""
    signed, sign = np.zeros((round(CUE + HOLD), N)), np.where(recall.spikes.i < N, 1.0, -1.0)
    np.add.at(signed, (np.rint(recall.spikes.t).astype(int), recall.spikes.i % N), sign)
    return lfilter(np.convolve(np.ones(memory.units.period), np.ones(WINDOW) / WINDOW), 1.0, signed, axis=0)


def draw(seed):
    rng = np.random.default_rng(seed)
    patterns = np.tile([[1, 1, -1, -1], [1, -1, 1, -1.0]], N // 4)[:, rng.permutation(N)]     # orthogonal
    memory = HopfieldAssembly(N, "hebbian", seed=seed, noise=NOISE).store(patterns)
    x, y = np.meshgrid(GRID, GRID)
    level = memory.couplings.energy(np.stack([x.ravel(), y.ravel()], axis=1) @ patterns).reshape(x.shape)
    level = np.ma.masked_where(np.abs(x) + np.abs(y) > 1.0001, level)       # no state lies outside
    figure, (plane, course) = plt.subplots(1, 2, width_ratios=[1.3, 1])
    figure.suptitle("Recall descends in energy to a stored pattern")
    shades = plane.contourf(x, y, level, 16, cmap="Greys_r")
    figure.colorbar(shades, ax=plane, label="energy per pixel", shrink=0.8, format="%.2f")
    for target, colour in zip(CUES, COLOURS):
        z = states(memory, memory.recall(mixed_cue(patterns, target, rng), CUE, HOLD))
        t, path = np.arange(1, len(z) + 1), z @ patterns.T / N
        plane.plot(*path[t >= CUE].T, color=colour)
        plane.plot(*path[t == CUE].T, "o", color=colour, markersize=11, markeredgecolor="white")
        course.plot(t, memory.couplings.energy(z), color=colour)
    for x, y, name in ((1.12, 0, "1"), (-1.12, 0, "−1"), (0, 1.12, "2"), (0, -1.12, "−2")):
        plane.text(x, y, name, ha="center", va="center", weight="bold")
    plane.set(xlabel="overlap with pattern 1", ylabel="overlap with pattern 2", xlim=(-1.25, 1.25))
    plane.set(ylim=(-1.25, 1.25), aspect="equal", title="circles: state when the cue is removed")
    course.axvline(CUE, color="0.35", linestyle="--", linewidth=1.2)
    course.set(xlabel="time (ms)", ylabel="energy per pixel", xlim=(0, len(z)), title="dashed: cue removed")
    return figure


if __name__ == "__main__":
    present(draw)
