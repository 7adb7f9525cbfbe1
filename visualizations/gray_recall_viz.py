"""Grey levels in firing rates: photographs recalled from noisy cues, and precision against counting time."""

import numpy as np

from spikingnn.datasets import photographs
from spikingnn.memory import HopfieldAssembly, corrupt, psnr, ssim
from spikingnn.plotting import BLUE, ORANGE, image
from spikingnn.plotting.slides import plt, present

NAMES = "camera", "astronaut"           # of the twelve photographs that are stored
NOISE = 0.5                             # standard deviation; black is 0 and white is 1
CUE, HOLD = 50.0, 550.0                 # ms    with the cue, and without
WINDOWS = np.array([10, 20, 50, 100, 200, 400])     # ms    over which spikes are counted


def level(recall, n, window):
    """ON / (ON + OFF) of every pixel from the last `window` ms."""
    late = recall.spikes.i[recall.spikes.t >= CUE + HOLD - window]
    on, off = np.bincount(late, minlength=2 * n).reshape(2, n)
    return on / np.maximum(on + off, 1)


def draw(seed):
    photos = photographs()
    grey, shape = photos.images.reshape(len(photos.images), -1), photos.images[0].shape
    n, chosen = grey.shape[1], [photos.names.index(name) for name in NAMES]
    memory = HopfieldAssembly(n, "dense", seed=seed, coding="gray").store(grey)
    cues = corrupt(grey[chosen], gaussian=NOISE, seed=seed)
    recalls = memory.recall(cues, CUE, HOLD)

    figure = plt.figure()
    figure.suptitle("Firing rates store grey levels: recall removes the noise")
    above, below = figure.subfigures(2, 1, height_ratios=[1, 1.3])
    axes = above.subplots(1, 3 * len(NAMES))
    for k, (stored, cue, recall) in enumerate(zip(grey[chosen], cues, recalls)):
        titles = "stored", f"cue, {psnr(cue, stored):.0f} dB", f"recalled, {psnr(recall.grey, stored):.0f} dB"
        for ax, picture, title in zip(axes[3 * k:], (stored, cue, recall.grey), titles):
            image(ax, picture.reshape(shape), title)
        axes[3 * k + 2].set_xlabel(f"SSIM {ssim(recall.grey.reshape(shape), stored.reshape(shape)):.3f}")
    left, right = below.subplots(1, 2)
    quality = [[psnr(level(recall, n, window), stored) for window in WINDOWS]
               for recall, stored in zip(recalls, grey[chosen])]
    mean, spread = np.mean(quality, axis=0), np.mean(grey[chosen] * (1 - grey[chosen]))
    left.plot(WINDOWS, mean, "o-", color=BLUE, label="integrate-and-fire units")
    left.plot(WINDOWS, mean[0] + 20 * np.log10(WINDOWS / WINDOWS[0]), "k:", label="error ∝ 1/T")
    poisson = 10 * np.log10(memory.saturated_rate / 1000 * WINDOWS / spread)
    left.plot(WINDOWS, poisson, "--", color="0.5", label="Poisson units of these rates: error ∝ 1/√T")
    left.set(xscale="log", xlabel="counting time T (ms)", ylabel="PSNR (dB)", ylim=(0, 85))
    left.set_xticks(WINDOWS, WINDOWS)
    left.minorticks_off(), left.legend(loc="upper left")
    some = np.random.default_rng(seed).choice(n, 600, replace=False)
    right.plot(grey[chosen[0]][some], recalls[0].rates[some], ".", color=ORANGE, markersize=4)
    right.plot([0, 1], [0, memory.saturated_rate], "k:", linewidth=1.4)
    right.set(xlabel="stored grey level", ylabel="rate of ON units (Hz)", title=f"600 pixels of {NAMES[0]}")
    return figure


if __name__ == "__main__":
    present(draw)
