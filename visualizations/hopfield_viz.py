"""A spiking Hopfield memory: a photograph recalled from a cue with flipped pixels, which is then removed."""

import numpy as np
from _slide import plt, present

from spikingnn.datasets import photographs
from spikingnn.memory import HopfieldAssembly, binarize, corrupt, settle_time
from spikingnn.plotting import BLUE, ORANGE, energy, image, overlaps, raster

NAME = "camera"                         # of the twelve photographs that are stored
FLIP = 0.3                              # fraction of flipped pixels in the cue
CUE, HOLD = 50.0, 150.0                 # ms    with the cue, and without
FRAMES = 50.0, 58.0, 64.0, 200.0        # ms    at which the activity is shown
WINDOW = 12.0                           # ms    of spikes in a frame
PIXELS = 40                             # in the raster plot


def draw(seed):
    photos = photographs()
    patterns, shape = binarize(photos.images), photos.images[0].shape
    n, chosen = patterns.shape[1], photos.names.index(NAME)
    memory = HopfieldAssembly(n, rule="projection", seed=seed).store(patterns)
    cue = corrupt(patterns[chosen], flip=FLIP, seed=seed)
    recall = memory.recall(cue, cue_time=CUE, hold_time=HOLD)
    t, unit = recall.spikes.t, recall.spikes.i

    def activity(end):
        """ON minus OFF spikes of every pixel in the WINDOW before `end`, as a picture."""
        held = unit[(t >= end - WINDOW) & (t < end)]
        return np.subtract(*np.bincount(held, minlength=2 * n).reshape(2, *shape))

    figure = plt.figure()
    settled = settle_time(recall.t, recall.overlaps[:, chosen]) - CUE
    figure.suptitle(f"One of {len(patterns)} photographs, recalled {settled:.0f} ms after the cue is removed")
    above, below = figure.subfigures(2, 1, height_ratios=[4, 5])
    axes = above.subplots(1, 2 + len(FRAMES))
    image(axes[0], patterns[chosen].reshape(shape), "stored", (-1, 1))
    image(axes[1], cue.reshape(shape), f"cue, {FLIP:.0%} flipped", (-1, 1))
    for ax, end in zip(axes[2:], FRAMES):
        image(ax, activity(end), f"spikes, {end:.0f} ms", (-2, 2))

    dots, course, depth = below.subplots(1, 3)
    order = np.argsort(patterns[chosen], kind="stable")             # black pixels below, white ones above
    for row, pixel in enumerate(order[np.linspace(0, n - 1, PIXELS).astype(int)]):
        for kind, colour in ((pixel, BLUE), (pixel + n, ORANGE)):
            raster(dots, t[unit == kind], np.full((unit == kind).sum(), row), colour, 5)
    dots.axvline(CUE, color="0.35", linestyle="--", linewidth=1.2)
    dots.set(title="ON (blue), OFF (orange) units", xlim=(0, CUE + HOLD))
    dots.set_ylabel(f"{PIXELS} pixels, black to white")
    overlaps(course, recall.t, recall.overlaps, chosen, photos.names, off=CUE)
    course.set_title(f"blue: {NAME}, grey: the others")
    stored = memory.couplings.energy(patterns[chosen])
    energy(depth, recall.t, recall.energy, stored, off=CUE).set_title("dashed: cue removed")
    depth.text(CUE + 30, depth.get_ylim()[0] + 0.06, "dotted: stored pattern", fontsize=13)
    return figure


if __name__ == "__main__":
    present(draw)
