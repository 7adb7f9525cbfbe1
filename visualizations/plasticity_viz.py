"""Plasticity rules: weights of correlated and uncorrelated inputs of the same rate under twelve rules."""

import numpy as np

from spikingnn import (BCM, STDP, DeltaSynapse, DiehlCook, Hebbian, InhibitorySTDP, LIFGroup, Network,
                       Normalization, Oja, RewardSTDP, SpikeSource, SynapseGroup, TripletSTDP, WeightMonitor)
from spikingnn.plotting import BLUE, ORANGE
from spikingnn.plotting.slides import plt, present

RULES = {
    "STDP, additive": STDP(),
    "STDP, power law": STDP(mu_plus=0.2, mu_minus=0.2),
    "STDP, nearest pairs": STDP(pairing="nearest"),
    "STDP, multiplicative": STDP(mu_plus=1.0, mu_minus=1.0),
    "STDP, normalised sum": Normalization(40.0, 100.0, STDP()),
    "triplet STDP": TripletSTDP.fitted("visual cortex"),
    "Hebb, covariance": Hebbian(0.004, offset=0.62, w_min=0.0, w_max=1.0),
    "Oja": Oja(eta=2e-4, tau=20.0),
    "BCM": BCM(2e-4, rate=20.0, tau=20.0, w_max=1.0),
    "STDP × reward (+, 0, −)": RewardSTDP(interval=5.0),
    "Diehl & Cook (2015)": DiehlCook(0.01, x_target=0.42),
    "inhibitory, −w": InhibitorySTDP(-0.01, 20.0, w_min=-1.0, w_max=0.0)}
INPUTS, RATE, CORRELATION = 80, 25.0, 0.3       # –, Hz, – (of the first half)
DURATION, DT = 60_000.0, 0.5            # ms


def spike_trains(seed):
    """Trains of one rate; the first half takes spikes of a common train with probability √CORRELATION."""
    rng, count = np.random.default_rng(seed), int(RATE * DURATION / 1000)
    common = rng.uniform(0, DURATION, count)
    for shared in np.repeat([CORRELATION**0.5, 0.0], INPUTS // 2):
        times = np.where(rng.random(count) < shared, common, rng.uniform(0, DURATION, count))
        yield DT * np.unique(times // DT)


def draw(seed):
    source = SpikeSource(list(spike_trains(seed)))
    synapses = [SynapseGroup(source, LIFGroup(1), 0.5 if rule.w_max else -0.5, DeltaSynapse(), rule=rule)
                for rule in RULES.values()]
    weights = [WeightMonitor(each, every=DURATION / 200) for each in synapses]
    network = Network(source, [each.target for each in synapses], synapses, weights, dt=DT, seed=seed)
    network.run(DURATION, {synapses[-3]: [0.002, 0.0, -0.002], synapses[-1].target: 2.5})

    figure, axes = plt.subplots(3, 4, sharex=True, sharey=True)
    figure.suptitle(f"Twelve rules, {INPUTS} inputs of the same rate: most strengthen correlated inputs")
    for ax, name, weight in zip(axes.flat, RULES, weights):
        halves = np.split(np.abs(weight.values), 2, axis=1)
        for values, colour, label in zip(halves, (BLUE, ORANGE), ("correlated", "uncorrelated")):
            ax.plot(weight.t / 1000, values, color=colour, linewidth=0.5, alpha=0.3)
            ax.plot(weight.t / 1000, values.mean(axis=1), color=colour, linewidth=3.5, label=label)
        ax.set(title=name, ylim=(-0.06, 1.06), yticks=[0, 1], xticks=[0, 30, 60])
    figure.supxlabel("time (s)", fontsize=15), figure.supylabel("weight (thick: mean)", fontsize=15)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower right", ncols=2)
    return figure


if __name__ == "__main__":
    present(draw)
