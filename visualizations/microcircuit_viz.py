"""A tenth of the cortical microcircuit: spikes and rates of its eight populations."""

import numpy as np

from spikingnn import (FirstOrderLIF, FirstOrderSynapse, FixedTotalNumber, Network, NeuronGroup, OneToOne,
                       PoissonInput, SpikeMonitor, SynapseGroup)
from spikingnn.plotting import BLUE, ORANGE, raster
from spikingnn.plotting.slides import plt, present

NAMES = [f"L{layer} {kind}" for layer in ("2/3", 4, 5, 6) for kind in "ei"]
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])              # neurons
RATES = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])         # Hz, at full scale
EXTERNAL = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])              # inputs of each neuron
PROBABILITY = 1e-4 * np.reshape([       # of a connection, by target and source
    1009, 1689, 437, 818, 323, 0, 76, 0, 1346, 1371, 316, 515, 755, 0, 42, 0, 77, 59, 497, 1350, 67, 3, 453,
    0, 691, 29, 794, 1597, 33, 0, 1057, 0, 1004, 622, 505, 57, 831, 3726, 204, 0, 548, 269, 257, 22, 600,
    3158, 86, 0, 156, 66, 211, 166, 572, 197, 396, 2252, 364, 10, 34, 5, 277, 80, 658, 1443], (8, 8))
SCALE, DOTS = 0.1, 0.15                 # fraction of the neurons and of their inputs; of these in the raster
JUMP, INHIBITION, EXTERNAL_RATE, DURATION, SHOWN = 0.0878, -4.0, 8.0, 1300.0, 300.0     # nA, –, Hz, ms, ms


def simulate(seed):
    """Spikes per population; weights grow as inputs get fewer, and a current replaces their mean."""
    model, synapse = FirstOrderLIF(tau_m=10.0, resistance=40.0), FirstOrderSynapse(tau=0.5)
    weights = JUMP * np.tile([1.0, INHIBITION], (8, 4))
    weights[0, 2] *= 2.0                                # from L4 e to L2/3 e
    counts = np.log1p(-PROBABILITY) / np.log1p(-1.0 / np.outer(SIZES, SIZES))
    mean = (weights * counts / SIZES[:, None]) @ RATES + JUMP * EXTERNAL * EXTERNAL_RATE
    groups = [NeuronGroup(round(SCALE * n), model) for n in SIZES]
    outside = [PoissonInput(group.n, SCALE * n * EXTERNAL_RATE) for group, n in zip(groups, EXTERNAL)]
    parts = [SynapseGroup(*ends, OneToOne(JUMP / SCALE ** 0.5), synapse) for ends in zip(outside, groups)]
    for (target, source), count in np.ndenumerate(np.rint(SCALE ** 2 * counts).astype(int)):
        w, d = weights[target, source] / SCALE ** 0.5, (15.0, 7.5)[source % 2]      # nA, NEST's steps
        pairs = FixedTotalNumber(count, lambda rng, n, w=w: w * rng.normal(1.0, 0.1, n))
        delay = (lambda rng, n, d=d: 0.1 + 0.1 * np.rint(rng.normal(d, d / 2, n).clip(1.0)))
        parts.append(SynapseGroup(groups[source], groups[target], pairs, synapse, delay))
    spikes, currents = [SpikeMonitor(group) for group in groups], 0.0005 * (1.0 - SCALE ** 0.5) * mean
    Network(groups, outside, parts, spikes, dt=0.1, seed=seed).run(DURATION, dict(zip(groups, currents)))
    return spikes


def draw(seed):
    figure, (left, right) = plt.subplots(1, 2, width_ratios=[2, 1])
    figure.suptitle("Each population of a cortical column fires irregularly, at a rate of its own")
    rates, tops = [], DOTS * SCALE * np.append(0, SIZES.cumsum())
    for monitor, name, colour, first in zip(simulate(seed), NAMES, 4 * (BLUE, ORANGE), tops):
        total, t = len(monitor.count()), monitor.t - DURATION + SHOWN
        kept = (monitor.i < DOTS * total) & (t >= 0)
        raster(left, t[kept], first + monitor.i[kept], colour, 4)
        left.text(-4, first + DOTS * total / 2, name, color=colour, ha="right", va="center")
        rates.append(np.bincount(monitor.i[monitor.t >= DURATION - 1000.0], minlength=total))
    right.boxplot(rates, positions=range(8), orientation="horizontal", showfliers=False, showmeans=True)
    left.set(xlim=(0, SHOWN), ylim=(tops[-1], 0), yticks=[], ylabel="", title=f"{tops[-1]:,.0f} neurons")
    right.set(ylim=(7.6, -0.6), yticklabels=NAMES, xlabel="rate (Hz)", title="Rates of the neurons")
    return figure


if __name__ == "__main__":
    present(draw)
