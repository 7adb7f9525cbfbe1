"""Spike codes: which pixels of a picture spike when, by brightness, in nine codes."""

import numpy as np

from spikingnn.datasets import photographs, read_picture
from spikingnn.encoding import (BurstEncoder, DeltaEncoder, IdentityEncoder, LatencyEncoder, PhaseEncoder,
                                PoissonEncoder, PopulationEncoder, RankOrderEncoder)
from spikingnn.plotting import BLUE, ORANGE, image as show, raster
from spikingnn.plotting.slides import plt, present

DURATION, DT, COARSE = 100.0, 0.1, 10.0     # ms, ms, ms of a step of the identity code
SHOWN = 100                             # pixels per raster plot, of evenly spaced brightness, and fields
LINE = 20                               # row of the picture that is read as a signal
CODES = {
    "Poisson\nrate ∝ brightness": PoissonEncoder(max_rate=200.0),
    "latency, linear\nbrighter is earlier": LatencyEncoder(window=100.0, latest=90.0),
    "latency, logarithmic\nby the ratio to white": LatencyEncoder(window=100.0, latest=90.0, scale="log"),
    "rank order\none after the other": RankOrderEncoder(window=100.0, interval=0.4),
    "phase\nbinary digits": PhaseEncoder(bits=5, phase=10.0),
    "burst\nmore and closer": BurstEncoder(window=100.0, max_spikes=5, shortest=5.0, longest=35.0),
    "identity, 10 ms steps\nspikes where x ≥ ½": IdentityEncoder(threshold=0.5),
}


def draw_line(ax_delta, ax_fields, signal, seed):
    """The signal (steps,) as ON and OFF spikes of its changes, and in overlapping receptive fields."""
    t, every = np.arange(signal.size) * DT, np.repeat(signal[:, None], SHOWN, axis=1)
    on, off = (DeltaEncoder(0.1, polarity=sign).encode(signal[:, None], DURATION, DT) for sign in (1, -1))
    ax_delta.step(t, signal, color="0.7", where="post")
    ax_delta.step(t, DeltaEncoder(0.1).decode(on, off, t)[:, 0], color="black", linewidth=1.2, where="post")
    for spikes, y, colour in ((off, -0.12, ORANGE), (on, 1.12, BLUE)):
        ax_delta.eventplot(spikes.t, lineoffsets=y, linelengths=0.12, linewidths=1.2, colors=colour)
    ax_delta.set_title("delta, of the line\nblue up, orange down", fontsize=13)
    seen = PopulationEncoder(max_rate=400.0, width=0.06).encode(every, DURATION, DT, seed)
    raster(ax_fields, seen.t, seen.i / (SHOWN - 1), BLUE, 4)
    ax_fields.set_title("population, of\nthe line", fontsize=13)


def draw(seed, image):
    picture = read_picture(image, 64) if image else photographs().images[0]
    values, (figure, axes) = picture.ravel(), plt.subplots(2, 5, sharey=True)
    figure.suptitle("Nine spike codes for one picture")
    pixels = np.abs(values - np.linspace(values.min(), values.max(), SHOWN)[:, None]).argmin(axis=1)
    for ax, (title, encoder) in zip(axes.flat[1:], CODES.items()):
        dt = COARSE if isinstance(encoder, IdentityEncoder) else DT
        step, pixel = np.nonzero(encoder.encode(values, DURATION, dt, seed).raster()[:, pixels])
        raster(ax, step * dt, values[pixels[pixel]], BLUE, 4).set_title(title, fontsize=13)
    draw_line(*axes[1, 3:], picture[LINE, (np.arange(0, 1, DT / DURATION) * len(picture)).astype(int)], seed)
    plt.setp(axes, xlim=(0, DURATION), xticks=[0, 50, 100], ylim=(-0.22, 1.22), yticks=[0, 0.5, 1])
    for ax in axes.flat:
        ax.set(xlabel="", ylabel="brightness" if ax in (axes[0, 1], axes[1, 0]) else "")
    axes[0, 0].remove()
    show(figure.add_subplot(2, 5, 1), picture, "picture and line").axhline(LINE, color=ORANGE)
    axes[0, 1].yaxis.set_tick_params(labelleft=True)
    figure.supxlabel("time (ms)", fontsize=15)
    return figure


if __name__ == "__main__":
    present(draw, image="a picture of your own instead of the bundled photograph")
