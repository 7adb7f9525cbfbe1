"""Plasticity rules: weights of correlated and uncorrelated inputs of the same rate under eight rules."""

import numpy as np

from spikingnn import (BCM, STDP, DeltaSynapse, Hebbian, InhibitorySTDP, LIFGroup, Network, Normalization,
                       Oja, RewardSTDP, SpikeSource, SynapseGroup, TripletSTDP, WeightMonitor)
from spikingnn.plotting import BLUE, ORANGE
from spikingnn.plotting.slides import plt, present

RULES = {
    "STDP, hard bounds": STDP(),
    "STDP, soft bounds": STDP(mu_plus=0.2, mu_minus=0.2),
    "triplets, fixed sum of w": Normalization(40.0, 100.0, TripletSTDP.fitted("visual cortex")),
    "Hebb, covariance": Hebbian(0.004, offset=0.62, w_min=0.0, w_max=1.0),
    "Oja": Oja(eta=2e-4, tau=20.0),
    "BCM": BCM(2e-4, rate=20.0, tau=20.0, w_max=1.0),
    "STDP × reward": RewardSTDP(interval=5.0),
    "inhibitory, −w": InhibitorySTDP(-0.01, 20.0, w_min=-1.0, w_max=0.0)}
REWARD = 0.002, 0.0, -0.002             # in each third of the time
INPUTS, RATE, CORRELATION = 80, 25.0, 0.3       # –, Hz, – (of the first half)
SHOWN = 8                               # single weights that are drawn, of each half
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
    network.run(DURATION, {synapses[-2]: REWARD, synapses[-1].target: 2.5})

    figure, axes = plt.subplots(2, 4, sharex=True, sharey=True)
    figure.suptitle(f"{INPUTS} inputs of the same rate: most rules strengthen the correlated half")
    for ax, name, weight in zip(axes.flat, RULES, weights):
        halves = np.split(np.abs(weight.values), 2, axis=1)
        for values, colour, label in zip(halves, (BLUE, ORANGE), ("correlated", "uncorrelated")):
            ax.plot(weight.t / 1000, values[:, ::INPUTS // 2 // SHOWN], color=colour, linewidth=0.6)
            ax.plot(weight.t / 1000, values.mean(axis=1), color=colour, linewidth=3.5, label=label)
        ax.set(title=name, ylim=(-0.06, 1.06), yticks=[0, 1], xticks=[0, 30, 60])
    for third, name in enumerate(("reward +", "none", "reward −")):
        axes[1, 2].text((third + 0.5) * DURATION / 3000, 1.02, name, ha="center", va="bottom", fontsize=12)
    axes[1, 2].set_title("STDP × reward", pad=20)
    figure.supxlabel("time (s)", fontsize=15), figure.supylabel("weight (thick: mean)", fontsize=15)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower right", ncols=2)
    return figure


if __name__ == "__main__":
    present(draw)
