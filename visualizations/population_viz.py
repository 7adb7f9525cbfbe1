"""Population coding: a decoded signal, its error against n, and connections that square, multiply, integrate, oscillate."""

import numpy as np
from _slide import plt, present

from spikingnn import FirstOrderSynapse, LIFGroup, Network, SpikeMonitor
from spikingnn.plotting import BLUE, GREEN, ORANGE
from spikingnn.nef import connect, decoded

DT, TAU = 0.1, 20.0                     # ms    step; filter of the decoded signals
SIZES = 25, 100, 400
SLOW = FirstOrderSynapse(tau=100.0)     # of recurrent connections
TIME = np.arange(1000)                  # ms
SIGNAL = 0.8 * np.sin(2 * np.pi * TIME / 500)
PUSH = np.where(TIME < 600, 0.001, 0.0)                                                 # 1/ms: what the integrator adds up


def run(reader, parts, source, signal, seed):
    """What `reader` says while `source` is driven by `signal` (rows of 1 ms, d)."""
    spikes = SpikeMonitor(reader)
    network = Network(*parts, spikes, dt=DT, seed=seed)
    network.run(len(signal), inputs={source: source.current(signal)})
    return decoded(spikes, reader.decoders(dt=DT), TAU, every=1.0)[1]


def draw(seed):
    a, b, out = (LIFGroup(500, dimensions=1, seed=seed + k) for k in range(3))
    pair, memory, wheel = (LIFGroup(1000, dimensions=d, seed=seed) for d in (2, 1, 2))
    said = {n: run(alone, [alone], alone, SIGNAL[:, None], seed) for n in SIZES for alone in [LIFGroup(n, dimensions=1, seed=seed)]}
    wanted = np.convolve(SIGNAL, np.exp(-TIME / TAU) * -np.expm1(-1 / TAU))[:TIME.size]
    errors = [np.sqrt(np.mean((said[n][100:, 0] - wanted[100:]) ** 2)) for n in SIZES]
    square = run(b, [a, b, connect(a, b, np.square)], a, SIGNAL[:, None], seed)
    both = np.stack([SIGNAL, np.cos(2 * np.pi * TIME / 1000) / 2], axis=1)
    product = run(out, [pair, out, connect(pair, out, lambda x: x[:, :1] * x[:, 1:])], pair, both, seed)
    held = run(memory, [memory, connect(memory, memory, synapse=SLOW)], memory, SLOW.tau * PUSH[:, None], seed)
    turn = np.eye(2) + SLOW.tau * 2 * np.pi / 250 * np.array([[0, 1], [-1, 0]])         # four turns a second
    phase = run(wheel, [wheel, connect(wheel, wheel, transform=turn, synapse=SLOW)], wheel, np.outer(TIME < 60, [1.0, 0.0]), seed)

    figure, axes = plt.subplots(2, 3)
    figure.suptitle("Spiking populations represent a signal, compute with it, and remember it")
    panels = (("represented by 100 neurons", said[100], wanted), ("squared", square, SIGNAL ** 2),
              ("two dimensions, multiplied", product, both.prod(axis=1)), ("integrated, then held", held, np.cumsum(PUSH)))
    for ax, (title, decoded_x, target) in zip(axes.flat[[0, 2, 3, 4]], panels):
        ax.plot(TIME, decoded_x, color=BLUE, linewidth=1.2, label="decoded from spikes")
        ax.plot(TIME, target, color=ORANGE, linestyle="--", label="wanted")
        ax.set(title=title, xlabel="time (ms)", ylabel="x", ylim=(-1.1, 1.1))
    axes[1, 1].legend(loc="lower right")
    axes[0, 1].loglog(SIZES, errors, "o-", color=BLUE)
    axes[0, 1].loglog(SIZES, errors[0] * np.sqrt(SIZES[0] / np.array(SIZES)), "--", color="0.5")
    axes[0, 1].set_xticks(SIZES, SIZES)
    axes[0, 1].minorticks_off()
    axes[0, 1].set(title=r"error: at least as $1/\sqrt{n}$ (dashed)", xlabel="neurons", ylabel="r.m.s. error of x", ylim=(0.004, 0.1))
    axes[1, 2].plot(*phase[100:].T, color=GREEN, linewidth=1.5)
    axes[1, 2].set(title="two dimensions, turning", xlabel="x₁", ylabel="x₂", aspect="equal", xlim=(-1.4, 1.4), ylim=(-1.4, 1.4))
    return figure


if __name__ == "__main__":
    present(draw)
