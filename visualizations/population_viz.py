"""Population coding: decoding, its error, and connections that square, multiply, integrate and oscillate."""

import numpy as np

from spikingnn import FirstOrderSynapse, LIFGroup, Network, SpikeMonitor
from spikingnn.plotting import BLUE, GREEN, ORANGE
from spikingnn.nef import connect, decoded
from spikingnn.plotting.slides import plt, present

DT, TAU, SIZES = 0.1, 20.0, (25, 100, 400)      # ms    step; filter of the decoded signals; neurons
SLOW, TIME = FirstOrderSynapse(tau=100.0), np.arange(1000)      # of recurrent connections; ms
SIGNAL = 0.8 * np.sin(2 * np.pi * TIME / 500)
PUSH = np.where(TIME < 600, 0.001, 0.0)     # 1/ms    input of the integrator


def run(reader, parts, source, signal, seed):
    """The value decoded from `reader` while `source` is driven by `signal` (rows of 1 ms, d)."""
    spikes = SpikeMonitor(reader)
    network = Network(*parts, spikes, dt=DT, seed=seed)
    network.run(len(signal), inputs={source: source.current(signal)})
    return decoded(spikes, reader.decoders(dt=DT), TAU, every=1.0)[1]


def draw(seed):
    a, b, out = (LIFGroup(500, dimensions=1, seed=seed + k) for k in range(3))
    pair, memory, wheel = (LIFGroup(1000, dimensions=d, seed=seed) for d in (2, 1, 2))
    groups = [LIFGroup(n, dimensions=1, seed=seed) for n in SIZES]
    found = {group.n: run(group, [group], group, SIGNAL[:, None], seed) for group in groups}
    filtered = np.convolve(SIGNAL, np.exp(-TIME / TAU) * -np.expm1(-1 / TAU))[:TIME.size]
    errors = [np.sqrt(np.mean((found[n][100:, 0] - filtered[100:]) ** 2)) for n in SIZES]
    square = run(b, [a, b, connect(a, b, np.square)], a, SIGNAL[:, None], seed)
    both = np.stack([SIGNAL, np.cos(2 * np.pi * TIME / 1000) / 2], axis=1)
    product = run(out, [pair, out, connect(pair, out, lambda x: x[:, :1] * x[:, 1:])], pair, both, seed)
    loop = connect(memory, memory, synapse=SLOW)
    held = run(memory, [memory, loop], memory, SLOW.tau * PUSH[:, None], seed)
    turn = np.eye(2) + SLOW.tau * 2 * np.pi / 250 * np.array([[0, 1], [-1, 0]])     # four turns per second
    loop = connect(wheel, wheel, transform=turn, synapse=SLOW)
    phase = run(wheel, [wheel, loop], wheel, np.outer(TIME < 60, [1.0, 0.0]), seed)

    figure, axes = plt.subplots(2, 3)
    figure.suptitle("Spiking populations represent a signal, compute with it, and store it")
    panels = (("decoded from 100 neurons", found[100], filtered), ("square", square, SIGNAL ** 2),
              ("product of two dimensions", product, both.prod(axis=1)), ("integral", held, np.cumsum(PUSH)))
    for ax, (title, decoded_x, target) in zip(axes.flat[[0, 2, 3, 4]], panels):
        ax.plot(TIME, decoded_x, color=BLUE, linewidth=1.2, label="decoded from spikes")
        ax.plot(TIME, target, color=ORANGE, linestyle="--", label="target")
        ax.set(title=title, xlabel="time (ms)", ylabel="x", ylim=(-1.1, 1.1))
    axes[1, 1].legend(loc="lower right")
    axes[0, 1].loglog(SIZES, errors, "o-", color=BLUE)
    axes[0, 1].loglog(SIZES, errors[0] * np.sqrt(SIZES[0] / np.array(SIZES)), "--", color="0.5")
    axes[0, 1].set_xticks(SIZES, SIZES), axes[0, 1].minorticks_off()
    axes[0, 1].set(title=r"RMS error of x (dashed: $1/\sqrt{n}$)", xlabel="neurons", ylim=(0.004, 0.1))
    axes[1, 2].plot(*phase[100:].T, color=GREEN, linewidth=1.5)
    axes[1, 2].set(title="oscillator", xlabel="x₁", ylabel="x₂", aspect="equal", xlim=(-1.4, 1.4))
    return figure


if __name__ == "__main__":
    present(draw)
