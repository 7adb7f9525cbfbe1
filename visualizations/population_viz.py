"""Population coding: decoding, its error, and connections that square, multiply, integrate and oscillate."""

import numpy as np

from spikingnn import FirstOrderSynapse, LIFGroup, Network, SpikeMonitor
from spikingnn.plotting import BLUE, GREEN, ORANGE
from spikingnn.nef import connect, decoded
from spikingnn.plotting.slides import plt, present

DT, TAU, SIZES = 0.1, 20.0, (25, 100, 400)      # ms, ms of the decoder's filter, neurons
SLOW, TIME = FirstOrderSynapse(tau=100.0), np.arange(1000)      # of recurrent connections, which add τu; ms
SIGNAL, PUSH = 0.8 * np.sin(2 * np.pi * TIME / 500), np.where(TIME < 600, 0.001, 0.0)   # –, 1/ms


def run(reader, parts, source, signal, seed):
    """The value decoded from `reader` while `source` is driven by `signal` (rows of 1 ms, d)."""
    spikes = SpikeMonitor(reader)
    network = Network(*parts, spikes, dt=DT, seed=seed)
    network.run(len(signal), inputs={source: source.current(signal)})
    return decoded(spikes, reader.decoders(dt=DT), TAU, every=1.0)[1]


def filtered(x, tau=TAU):               # by the decoder or a synapse
    return np.convolve(x, np.exp(-TIME / tau) * -np.expm1(-1 / tau))[:TIME.size]


def draw(seed):
    a, b, out, *groups = (LIFGroup(n, dimensions=1, seed=seed + k) for k, n in enumerate((500,) * 3 + SIZES))
    found = {group.n: run(group, [group], group, SIGNAL[:, None], seed) for group in groups}
    pair, memory, wheel = (LIFGroup(1000, dimensions=d, seed=seed) for d in (2, 1, 2))
    errors = [np.sqrt(np.mean((found[n][100:, 0] - filtered(SIGNAL)[100:]) ** 2)) for n in SIZES]
    square = run(b, [a, b, connect(a, b, np.square)], a, SIGNAL[:, None], seed)
    both = np.stack([SIGNAL, np.cos(TIME * np.pi / 500) / 2], axis=1)
    product = run(out, [pair, out, connect(pair, out, lambda x: x[:, :1] * x[:, 1:])], pair, both, seed)
    parts, push = [memory, connect(memory, memory, synapse=SLOW)], SLOW.tau * PUSH
    held = run(memory, parts, memory, push[:, None], seed)
    turn = np.eye(2) + SLOW.tau * 2 * np.pi / 250 * np.array([[0, 1], [-1, 0]])     # four turns per second
    parts = [wheel, connect(wheel, wheel, transform=turn, synapse=SLOW)]
    phase = run(wheel, parts, wheel, np.outer(TIME < 60, [1.0, 0.0]), seed)

    figure, axes = plt.subplots(2, 3)
    figure.suptitle("Spiking populations represent a signal, compute with it, and store it")
    panels = (("decoded from 100 neurons", found[100], SIGNAL), ("square", square, filtered(SIGNAL**2, 5)),
              ("product of two dimensions", product, filtered(both.prod(axis=1), 5)),
              ("integral of 1 /s for 0.6 s, plus τu", held, np.cumsum(PUSH) + push))
    for ax, (title, decoded_x, target) in zip(axes.flat[[0, 2, 3, 4]], panels):
        ax.plot(TIME, decoded_x, color=BLUE, linewidth=1.2, label="decoded from spikes")
        ax.plot(TIME, filtered(target), color=ORANGE, linestyle="--", label="target, filtered alike")
        ax.set(title=title, xlabel="time (ms)", ylabel="x", ylim=(-1.1, 1.1))
    axes[1, 1].legend(loc="lower right")
    axes[0, 1].loglog(SIZES, errors, "o-", SIZES, errors[0] * np.sqrt(SIZES[0] / np.array(SIZES)), "k--")
    axes[0, 1].set_xticks(SIZES, SIZES), axes[0, 1].minorticks_off()
    axes[0, 1].set(title=r"RMS error of x (dashed: $1/\sqrt{n}$)", xlabel="neurons", ylim=(0.004, 0.1))
    axes[1, 2].plot(*phase[100:].T, color=GREEN, linewidth=1.5)
    axes[1, 2].set(title="oscillator", xlabel="x₁", ylabel="x₂", aspect="equal", xlim=(-1.4, 1.4))
    return figure


if __name__ == "__main__":
    present(draw)
