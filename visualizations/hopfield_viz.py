"""A spiking Hopfield memory: a photograph recalled from a cue with flipped pixels, which is then removed."""

import numpy as np

from spikingnn.datasets import photographs
from spikingnn.memory import HopfieldAssembly, binarize, corrupt, settle_time
from spikingnn.plotting import BLUE, ORANGE, energy, image, overlaps, raster
from spikingnn.plotting.slides import plt, present

NAME, FLIP = "camera", 0.3              # one of the twelve stored photographs; fraction of flipped pixels
CUE, HOLD = 50.0, 150.0                 # ms    with the cue, and without
FRAMES = 50.0, 58.0, 64.0, 200.0        # ms    at which the activity is shown
WINDOW, PIXELS = 12.0, 40               # ms    of spikes in a frame; pixels in the raster plot


def draw(seed):
    photos = photographs()
    patterns, shape = binarize(photos.images), photos.images[0].shape
    n, chosen = patterns.shape[1], photos.names.index(NAME)
    memory = HopfieldAssembly(n, rule="projection", seed=seed).store(patterns)
    cue = corrupt(patterns[chosen], flip=FLIP, seed=seed)
    recall = memory.recall(cue, cue_time=CUE, hold_time=HOLD)
    t, unit = recall.spikes.t, recall.spikes.i

    figure = plt.figure()
    settled = settle_time(recall.t, recall.overlaps[:, chosen]) - CUE
    figure.suptitle(f"One of {len(patterns)} photographs, recalled {settled:.0f} ms after the cue is removed")
    above, below = figure.subfigures(2, 1, height_ratios=[4, 5])
    axes = above.subplots(1, 2 + len(FRAMES))
    image(axes[0], patterns[chosen].reshape(shape), "stored", (-1, 1))
    image(axes[1], cue.reshape(shape), f"{FLIP:.0%} flipped", (-1, 1))

    def show(ax, end):
        """ON minus OFF spikes of each pixel in the WINDOW before `end`."""
        counts = np.bincount(unit[(t >= end - WINDOW) & (t < end)], minlength=2 * n)
        ax.clear()
        image(ax, np.subtract(*counts.reshape(2, *shape)), f"{end:.0f} ms", (-2, 2))

    for ax, end in zip(axes[2:], FRAMES):
        show(ax, end)
    above.colorbar(axes[-1].images[0], ax=axes, label=f"ON − OFF spikes\nin {WINDOW:.0f} ms", aspect=12)
    dots, course, depth = below.subplots(1, 3)
    place, shown = np.full(n, -1), np.linspace(0, n - 1, PIXELS).astype(int)    # black below white
    place[np.argsort(patterns[chosen], kind="stable")[shown]] = np.arange(PIXELS)
    for side, colour in ((unit < n, BLUE), (unit >= n, ORANGE)):
        raster(dots, t[side], place[unit[side] % n], colour, 5)
    dots.axvline(CUE, color="0.35", linestyle="--", linewidth=1.2)
    dots.set(title="ON (blue), OFF (orange) units", xlim=(0, CUE + HOLD), ylim=(-0.5, PIXELS))
    dots.set_ylabel(f"{PIXELS} pixels, black to white")
    overlaps(course, recall.t, recall.overlaps, chosen, photos.names, off=CUE)
    course.set_title(f"blue: {NAME}, grey: the others")
    stored = memory.couplings.energy(patterns[chosen])
    energy(depth, recall.t, recall.energy, stored, off=CUE).set_title("dashed: cue removed")
    depth.text(CUE + 30, depth.get_ylim()[0] + 0.06, "dotted: stored pattern", fontsize=13)
    return figure, lambda now: show(axes[-1], now)          # for movies


if __name__ == "__main__":
    present(draw)
