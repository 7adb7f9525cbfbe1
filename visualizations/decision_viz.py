"""Decision making: two pools compete for a noisy stimulus, and the winner holds the choice (Wang, 2002)."""

import numpy as np

from spikingnn import (ConductanceSynapse, FirstOrderLIF, Network, NeuronGroup, NMDASynapse, OneToOne,
                       PoissonInput, RateMonitor, SynapseGroup)
from spikingnn.plotting import BLUE, ORANGE
from spikingnn.plotting.slides import plt, present

N, POOL, NS = 800, 120, 2e-3            # half of the paper's neurons; twice its conductances, in µS
AMPA, GABA, NMDA = ConductanceSynapse(2.0, 0.0), ConductanceSynapse(5.0, -70.0), NMDASynapse(100.0)
STRONG, DELAY, DT = 1.8, 0.5, 0.5       # weight within a pool, where the mean is 1 (paper: 1.7); ms
BACKGROUND, STIMULUS, JITTER, COHERENCES = 2400.0, 40.0, 4.0, 0.032 * 2.0**np.arange(5)     # Hz; fractions
ROW, ON, OFF, END, TRIALS = 50.0, 2, 18, 40, 6          # ms; rows of the stimulus and of a trial; seeds


def build(seed):
    cells = NeuronGroup(N, FirstOrderLIF(20.0, 40.0, -70.0, -50.0, -55.0, 2.0))
    others = NeuronGroup(N // 4, FirstOrderLIF(10.0, 50.0, -70.0, -50.0, -55.0, 1.0))
    pool, weak = np.arange(N) // POOL, (N - STRONG * POOL) / (N - POOL)         # pools 0 and 1 are selective
    w = NS * np.where(pool > 1, 1.0, np.where(pool[:, None] == pool, STRONG, weak))
    inputs = PoissonInput(N, BACKGROUND), PoissonInput(N // 4, BACKGROUND)
    synapses = [SynapseGroup(pre, post, weight, receptor, DELAY) for pre, post, weight, receptor in (
        (cells, cells, 0.05 * w, AMPA), (cells, cells, 0.165 * w, NMDA), (cells, others, 0.04 * NS, AMPA),
        (cells, others, 0.13 * NS, NMDA), (others, cells, 1.3 * NS, GABA), (others, others, NS, GABA),
        (inputs[0], cells, OneToOne(2.1e-3), AMPA), (inputs[1], others, OneToOne(1.62e-3), AMPA))]
    rates = [RateMonitor(cells[first:first + POOL]) for first in (0, POOL)]
    return Network(cells, others, inputs, synapses, rates, dt=DT, seed=seed), inputs[0], rates


def first_wins(network, source, rates, c, end, seed):
    network.reset(keep_weights=True, seed=seed)
    shown = np.random.default_rng(seed).normal(STIMULUS * (1.0 + np.array([c, -c])), JITTER, (end, 2))
    shown[:ON] = shown[OFF:] = 0.0
    network.run(ROW * end, {source: shown.repeat(POOL, axis=1) @ np.eye(2 * POOL, N)})      # added Hz
    return rates[0].rate(2 * ROW)[-1] > rates[1].rate(2 * ROW)[-1]


def draw(seed):
    figure, (*axes, correct) = plt.subplots(1, 3)
    figure.suptitle("Slow recurrent excitation decides between two alternatives, and remembers")
    parts = build(seed)
    for ax, c in zip(axes, COHERENCES[[-1, 0]]):
        first_wins(*parts, c, END, seed)
        for rate, colour, label in zip(parts[2], (BLUE, ORANGE), ("favoured pool", "other pool")):
            ax.plot(*rate.smooth_rate(20.0), color=colour, label=label)
        ax.axvspan(ON * ROW, OFF * ROW, color="0.9", zorder=0)
        ax.set(title=f"coherence {100 * c:.1f} %", xlabel="time (ms)", ylabel="rate (Hz)", ylim=(0, 80))
    axes[0].legend(loc="upper left", title="grey: stimulus")
    share = np.array([np.mean([first_wins(*parts, sign * c, OFF, TRIALS * seed + k) == (sign > 0)
                               for sign in (1, -1) for k in range(TRIALS)]) for c in COHERENCES])
    error = 100 * np.sqrt(share * (1.0 - share) / TRIALS / 2)
    correct.errorbar(range(len(COHERENCES)), 100 * share, error, marker="o", capsize=5)
    correct.set_xticks(range(len(COHERENCES)), [f"{100 * c:.1f}" for c in COHERENCES])
    correct.set(title=f"{2 * TRIALS} trials each, ± s.e.", xlabel="coherence (%)", ylabel="correct (%)")
    return figure


if __name__ == "__main__":
    present(draw)
