"""Spike-timing-dependent plasticity: its window, simulated, and a neuron that learns which of its inputs are correlated."""

import numpy as np
from _slide import plt, present
from scipy.sparse import eye_array

from spikingnn import STDP, DeltaSynapse, LIFGroup, Network, SpikeSource, SynapseGroup, WeightMonitor
from spikingnn.plotting import BLUE, ORANGE

DT = 0.1                                # ms
RULE = STDP(tau_plus=20.0, tau_minus=20.0, a_plus=0.01, a_minus=0.0108, w_max=1.0)
LAGS = np.arange(-80.0, 80.1, 4.0)      # ms    post spike − pre spike
INPUTS, RATE, CORRELATION = 100, 15.0, 0.2      # Hz of each; correlated are those of the first half
DURATION = 120_000.0                    # ms


def window(seed):
    """The change of weight by one pair of spikes at each of LAGS: a teacher makes the neurons spike when it wants."""
    each = eye_array(LAGS.size, format="csr")
    pre, teacher, post = SpikeSource([[100.0]] * LAGS.size), SpikeSource([[100.0 + lag] for lag in LAGS]), LIFGroup(LAGS.size)
    plastic = SynapseGroup(pre, post, weight=0.5 * each, synapse=DeltaSynapse(), rule=RULE)
    forced = SynapseGroup(teacher, post, weight=100.0 * each, synapse=DeltaSynapse())
    Network(pre, teacher, post, plastic, forced, dt=DT, seed=seed).run(250.0)
    return plastic.weight.diagonal() - 0.5


def trains(seed):
    """Poisson trains; each spike of a common one is copied to every input of the first half with the odds CORRELATION."""
    rng = np.random.default_rng(seed)
    common = rng.uniform(0, DURATION, rng.poisson(RATE * DURATION / 1000))
    for copied in np.repeat([CORRELATION, 0.0], INPUTS // 2):
        own = rng.uniform(0, DURATION, rng.poisson((1 - copied) * RATE * DURATION / 1000))
        yield np.unique(np.round(np.concatenate([own, common[rng.random(common.size) < copied]]), 1))


def draw(seed):
    source, neuron = SpikeSource(list(trains(seed))), LIFGroup(1)
    synapses = SynapseGroup(source, neuron, weight=0.5, synapse=DeltaSynapse(), rule=RULE)
    weights = WeightMonitor(synapses, every=DURATION / 300)
    Network(source, neuron, synapses, weights, dt=DT, seed=seed).run(DURATION)

    figure, (left, right) = plt.subplots(1, 2)
    figure.suptitle("Spike timing decides the sign of learning, so correlated inputs win")
    for side, amplitude, tau in ((1, RULE.a_plus, RULE.tau_plus), (-1, -RULE.a_minus, RULE.tau_minus)):
        lag = side * np.linspace(0, 80, 200)
        left.plot(lag, amplitude * np.exp(-np.abs(lag) / tau), color="0.4", label="closed form" if side > 0 else None)
    left.plot(LAGS, window(seed), "o", color=BLUE, label="simulated")
    left.set(title="one pair of spikes", xlabel="Δt = post − pre (ms)", ylabel="change of the weight (mV)")
    left.legend(loc="upper left")
    for part, colour, name in ((slice(INPUTS // 2), BLUE, "correlated"), (slice(INPUTS // 2, None), ORANGE, "uncorrelated")):
        right.plot(weights.t / 1000, weights.values[:, part], color=colour, linewidth=0.5, alpha=0.35)
        right.plot(weights.t / 1000, weights.values[:, part].mean(axis=1), color=colour, linewidth=4, label=name)
    right.set(title=f"{INPUTS} inputs (thick: means)", xlabel="time (s)", ylabel="weight (mV)", ylim=(-0.02, 1.16), yticks=[0, 0.5, 1])
    right.legend(loc="upper center", ncols=2)
    return figure


if __name__ == "__main__":
    present(draw)
