"""Decision making: two pools compete for a noisy stimulus, and the winner holds the choice (Wang, 2002)."""

import numpy as np
from _slide import plt, present

from spikingnn import (ConductanceSynapse, FirstOrderLIF, Network, NeuronGroup, NMDASynapse, OneToOne,
                       PoissonInput, RateMonitor, SynapseGroup)
from spikingnn.plotting import BLUE, ORANGE

N, POOL, NS = 800, 120, 2e-3            # half of the paper's neurons; twice its conductances, in µS
AMPA, GABA, NMDA = ConductanceSynapse(2.0, 0.0), ConductanceSynapse(5.0, -70.0), NMDASynapse(100.0)
STRONG, DELAY, DT = 1.8, 0.5, 0.5       # weight within a pool, where the mean is 1 (paper: 1.7); ms
BACKGROUND, STIMULUS, JITTER, ROW = 2400.0, 40.0, 4.0, 50.0     # Hz of a neuron; ms, drawn anew in each row
COHERENCES, TRIALS = np.array([0.032, 0.064, 0.128, 0.256, 0.512]), 16
ON, OFF, END = 4, 20, 40                # rows    the stimulus, and the trial


def build(seed):
    """Two selective pools among the excitatory neurons, and inhibition that all share."""
    cells = NeuronGroup(N, FirstOrderLIF(20.0, 40.0, -70.0, -50.0, -55.0, 2.0))
    others = NeuronGroup(N // 4, FirstOrderLIF(10.0, 50.0, -70.0, -50.0, -55.0, 1.0))
    pool, weak = np.minimum(np.arange(N) // POOL, 2), (N - STRONG * POOL) / (N - POOL)
    w = NS * np.where(pool == 2, 1.0, np.where(pool[:, None] == pool, STRONG, weak))
    inputs = PoissonInput(N, BACKGROUND), PoissonInput(N // 4, BACKGROUND), PoissonInput(2 * POOL)
    synapses = [SynapseGroup(pre, post, weight, receptor, DELAY) for pre, post, weight, receptor in (
        (cells, cells, 0.05 * w, AMPA), (cells, cells, 0.165 * w, NMDA), (cells, others, 0.04 * NS, AMPA),
        (cells, others, 0.13 * NS, NMDA), (others, cells, 1.3 * NS, GABA), (others, others, NS, GABA),
        (inputs[0], cells, OneToOne(2.1e-3), AMPA), (inputs[1], others, OneToOne(1.62e-3), AMPA),
        (inputs[2], cells[:2 * POOL], OneToOne(2.1e-3), AMPA))]
    rates = [RateMonitor(cells[first:first + POOL]) for first in (0, POOL)]
    return Network(cells, others, inputs, synapses, rates, dt=DT, seed=seed), inputs[2], rates


def first_wins(network, stimulus, rates, coherence, end, seed):
    """Whether the first pool, which the stimulus favours, fires more than the second one at the end."""
    network.reset(seed=seed)
    mean = STIMULUS * (1.0 + np.array([coherence, -coherence]))
    shown = np.random.default_rng(seed).normal(mean, JITTER, (end, 2))
    shown[:ON] = shown[OFF:] = 0.0
    network.run(ROW * end, {stimulus: np.repeat(shown, POOL, axis=1)})
    return rates[0].rate(2 * ROW)[-1] > rates[1].rate(2 * ROW)[-1]


def draw(seed):
    figure, (correct, *axes) = plt.subplots(1, 3)
    figure.suptitle("Slow recurrent excitation decides between two alternatives, and remembers")
    parts = build(seed)
    for ax, c in zip(axes, COHERENCES[[-1, 0]]):
        first_wins(*parts, c, END, seed)
        for rate, colour, label in zip(parts[2], (BLUE, ORANGE), ("favoured pool", "other pool")):
            ax.plot(*rate.smooth_rate(20.0), color=colour, label=label)
        ax.axvspan(ON * ROW, OFF * ROW, color="0.9", zorder=0, label="stimulus")
        ax.set(title=f"coherence {c:.1%}", xlabel="time (ms)", ylabel="firing rate (Hz)", ylim=(0, 70))
    ax.legend(loc="upper right")
    share = np.mean([[first_wins(*parts, c, OFF, k) for k in range(TRIALS)] for c in COHERENCES], axis=1)
    correct.errorbar(100 * COHERENCES, 100 * share, 100 * np.sqrt(share * (1 - share) / TRIALS), marker="o")
    correct.set(xscale="log", xlabel="coherence (%)", ylabel="correct choices (%)", ylim=(25, 102))
    return figure


if __name__ == "__main__":
    present(draw)
