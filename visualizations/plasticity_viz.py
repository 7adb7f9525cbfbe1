"""Plasticity rules side by side: windows, dependence on the rate of pairing, and what becomes of the same inputs under each."""

import numpy as np
from _slide import plt, present

from spikingnn import (BCM, STDP, DeltaSynapse, DiehlCook, FirstOrderLIF, Hebbian, InhibitorySTDP, LIFGroup, Network, Normalization, Oja,
                       RewardSTDP, SpikeSource, SynapseGroup, TripletSTDP, WeightMonitor)
from spikingnn.plotting import BLUE, COLOURS, ORANGE

RULES = {"STDP, additive": STDP(), "STDP, power law": STDP(mu_plus=0.2, mu_minus=0.2), "STDP, nearest": STDP(pairing="nearest"),
         "STDP, multiplicative": STDP(mu_plus=1.0, mu_minus=1.0), "STDP, normalised": Normalization(40.0, 100.0, STDP()),
         "triplet": TripletSTDP.fitted("visual cortex"), "Hebb, covariance": Hebbian(0.004, offset=0.62, w_min=0.0, w_max=1.0),
         "Oja": Oja(eta=2e-4, tau=20.0), "BCM": BCM(2e-4, rate=20.0, tau=20.0, w_max=1.0), "reward: +, 0, −": RewardSTDP(interval=5.0),
         "trace (Diehl & Cook)": DiehlCook(0.01, x_target=0.42), "inhibitory: −w": InhibitorySTDP(-0.01, 20.0, w_min=-1.0, w_max=0.0)}
MEASURED = {10.0: [(10, 0.14, 0.10), (20, 0.29, 0.14), (40, 0.53, 0.11), (50, 0.56, 0.26)],     # lag in ms: Hz, change, its error
            -10.0: [(10, -0.41, 0.11), (20, -0.34, 0.10), (40, 0.56, 0.32), (50, 0.75, 0.19)]}  # (Sjöström et al., Neuron 2001)
INPUTS, RATE, CORRELATION, DURATION, DT = 80, 25.0, 0.3, 60_000.0, 0.5      # –, Hz, – (of the first half), ms, ms


def gained(rule, pre, post):
    """What each synapse gains where a teacher makes its neuron spike at the times `post`."""
    source, force, cells = SpikeSource(pre), SpikeSource(post), LIFGroup(len(pre), FirstOrderLIF(t_refractory=0.0))
    plastic = SynapseGroup(source, cells, np.eye(cells.n) * (0.5 if rule.w_max else -0.5), DeltaSynapse(), rule=rule)
    Network(source, force, cells, plastic, SynapseGroup(force, cells, 99 * np.eye(cells.n), DeltaSynapse()), dt=DT).run(5 + np.max(post))
    return np.abs(plastic.weight.diagonal()) - 0.5


def draw(seed):
    rng, count = np.random.default_rng(seed), int(RATE * DURATION / 1000)
    common, odds = rng.uniform(0, DURATION, count), np.repeat([CORRELATION**0.5, 0.0], INPUTS // 2)
    source = SpikeSource([DT * np.unique(np.where(rng.random(count) < c, common, rng.uniform(0, DURATION, count)) // DT) for c in odds])
    links = [SynapseGroup(source, LIFGroup(1), 0.5 if rule.w_max else -0.5, DeltaSynapse(), rule=rule) for rule in RULES.values()]
    weights = [WeightMonitor(link, every=DURATION / 200) for link in links]
    network = Network(source, [link.target for link in links], links, weights, dt=DT, seed=seed)
    network.run(DURATION, {links[-3]: [0.002, 0.0, -0.002], links[-1].target: 2.5})
    left, right = plt.figure().subfigures(1, 2, width_ratios=[1, 2])
    left.figure.suptitle(f"Twelve rules, {INPUTS} inputs of the same rate: most find those that are correlated")
    (window, rates), small = left.subplots(2, 1), right.subplots(4, 3, sharex=True, sharey=True).flat
    lags, hz = np.arange(-60.0, 60.1), np.linspace(4, 50, 24)
    for name, colour in zip(("STDP, additive", "trace (Diehl & Cook)", "inhibitory: −w"), COLOURS):
        window.plot(lags, gained(RULES[name], [[100.0]] * lags.size, 100.0 + lags[:, None]), ".", color=colour, label=name)
    window.set(title="one pair of spikes", xlabel="Δt = post − pre (ms)", ylabel="change", ylim=(-0.014, 0.027))
    for (lag, points), colour in zip(MEASURED.items(), (BLUE, ORANGE)):
        rule, pre = TripletSTDP.fitted("visual cortex", w_min=-9.0, w_max=9.0), 100 + np.arange(60) * 1000 / hz[:, None]
        rates.plot(hz, gained(rule, pre, pre + lag), color=colour, label=f"Δt = {lag:+.0f} ms".replace("-", "−"))
        rates.errorbar(*np.transpose(points), fmt="o", color=colour, capsize=4)
    rates.set(title="60 pairs: triplet rule, data", xlabel="pairs per second (Hz)", ylabel="change", xlim=(0, 53))
    for ax, name, weight in zip(small, RULES, weights):
        for values, colour, label in zip(np.split(np.abs(weight.values), 2, axis=1), (BLUE, ORANGE), ("correlated", "uncorrelated")):
            ax.plot(weight.t / 1000, values, color=colour, linewidth=0.5, alpha=0.3)
            ax.plot(weight.t / 1000, values.mean(axis=1), color=colour, linewidth=3.5, label=label)
        ax.set(title=name, ylim=(-0.06, 1.06), yticks=[0, 1], xticks=[0, 30, 60])
    right.supxlabel("time (s)", fontsize=15), right.supylabel("weight (thick: mean)", fontsize=15)
    window.legend(), rates.legend(), right.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return left.figure


if __name__ == "__main__":
    present(draw)
