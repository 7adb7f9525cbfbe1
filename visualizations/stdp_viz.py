"""Spike-timing-dependent plasticity: its window, and a neuron that learns which inputs are correlated."""

import numpy as np
from scipy.sparse import eye_array

from spikingnn import STDP, DeltaSynapse, LIFGroup, Network, SpikeSource, SynapseGroup, WeightMonitor
from spikingnn.plotting import BLUE, ORANGE
from spikingnn.plotting.slides import plt, present

RULE = STDP(tau_plus=20.0, tau_minus=20.0, a_plus=0.01, a_minus=0.0108, w_max=1.0)
LAGS = np.arange(-80.0, 80.1, 4.0)      # ms    post spike − pre spike
INPUTS, RATE, CORRELATION = 100, 15.0, 0.2      # –, Hz per input, – of the first half
DURATION, DT = 120_000.0, 0.1           # ms


def window(seed):
    """The weight change by one pair of spikes at each of LAGS; a teacher imposes the postsynaptic spikes."""
    each = eye_array(LAGS.size, format="csr")
    pre, teacher = SpikeSource([[100]] * LAGS.size), SpikeSource(100 + LAGS[:, None])
    post = LIFGroup(LAGS.size)
    plastic = SynapseGroup(pre, post, weight=0.5 * each, synapse=DeltaSynapse(), rule=RULE)
    forced = SynapseGroup(teacher, post, weight=100.0 * each, synapse=DeltaSynapse())
    Network(pre, teacher, post, plastic, forced, dt=DT, seed=seed).run(250.0)
    return plastic.weight.diagonal() - 0.5


def trains(seed):
    """Poisson trains; the first half copies each spike of a common train with probability CORRELATION."""
    rng = np.random.default_rng(seed)
    common = rng.uniform(0, DURATION, rng.poisson(RATE * DURATION / 1000))
    for copied in np.repeat([CORRELATION, 0.0], INPUTS // 2):
        own = rng.uniform(0, DURATION, rng.poisson((1 - copied) * RATE * DURATION / 1000))
        yield np.unique(np.round(np.concatenate([own, common[rng.random(common.size) < copied]]), 1))


def draw(seed):
    synapses = SynapseGroup(SpikeSource(list(trains(seed))), LIFGroup(1), 0.5, DeltaSynapse(), rule=RULE)
    weights = WeightMonitor(synapses, every=DURATION / 300)
    Network(synapses.source, synapses.target, synapses, weights, dt=DT, seed=seed).run(DURATION)

    figure, (left, right) = plt.subplots(1, 2)
    figure.suptitle("STDP strengthens correlated inputs at the expense of the others")
    lag = np.linspace(0.1, 80, 200)
    left.plot(lag, RULE.a_plus * np.exp(-lag / RULE.tau_plus), "0.4", label="closed form")
    left.plot(-lag, -RULE.a_minus * np.exp(-lag / RULE.tau_minus), "0.4")
    left.plot(LAGS, window(seed), "o", color=BLUE, label="simulated")
    left.set(title="one pair of spikes", xlabel="Δt = post − pre (ms)", ylabel="weight change (mV)")
    left.legend(loc="upper left")
    halves = np.split(weights.values, 2, axis=1)
    for values, colour, name in zip(halves, (BLUE, ORANGE), ("correlated", "uncorrelated")):
        right.plot(weights.t / 1000, values, color=colour, linewidth=0.5, alpha=0.35)
        right.plot(weights.t / 1000, values.mean(axis=1), color=colour, linewidth=4, label=name)
    right.set(title="all inputs (thick: means)", xlabel="time (s)", ylabel="weight (mV)", ylim=(-0.02, 1.16))
    right.legend(loc="upper center", ncols=2)
    return figure


if __name__ == "__main__":
    present(draw)
