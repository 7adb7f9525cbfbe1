"""Short-term plasticity: one train through a depressing and a facilitating synapse, and what each passes on at which rate."""

import numpy as np
from _slide import plt, present

from spikingnn import (DeltaSynapse, FirstOrderLIF, FirstOrderSynapse, Network, NeuronGroup, SpikeSource, StateMonitor, SynapseGroup,
                       TsodyksMarkram)
from spikingnn.plotting import BLUE, ORANGE

KINDS = {"depressing": (TsodyksMarkram(u_rest=0.45, tau_recovery=750.0, tau_facilitation=50.0), 1.2, BLUE),         # nA: the first
         "facilitating": (TsodyksMarkram(u_rest=0.15, tau_recovery=50.0, tau_facilitation=750.0), 3.6, ORANGE)}     # spike is the same
TRAIN = np.append(100.0 + 50.0 * np.arange(12), 1150.0)     # ms    20 Hz, and one spike after a pause
RATES = np.geomspace(1.0, 100.0, 13)    # Hz    of the steady trains
DT = 0.1                                # ms


def potential(train, synapse, weight, rule, tau_m, seed):
    """What one neuron makes of one spike train: times and v − v_rest."""
    source, neuron = SpikeSource([train]), NeuronGroup(1, FirstOrderLIF(tau_m=tau_m, v_threshold=1e6))
    v = StateMonitor(neuron, "v")
    Network(source, neuron, SynapseGroup(source, neuron, weight, synapse, rule=rule), v, dt=DT, seed=seed).run(round(train[-1]) + 150)
    return v.t, v.values[:, 0] - neuron.model.v_rest


def delivered(rule, rate, seed):
    """The share of the weight that a spike delivers after five seconds at `rate`: the last jump of a perfect integrator."""
    v = potential(10.0 + np.arange(0.0, 5000.0, 1000 / rate), DeltaSynapse(), 1.0, rule, np.inf, seed)[1]
    return np.diff(v)[np.diff(v) > 1e-9][-1]


def closed_form(rule, rate):
    """u · R of a spike in a steady train."""
    e_f, e_r = (np.exp(-1000 / (rate * tau)) for tau in (rule.tau_facilitation, rule.tau_recovery))
    u = rule.u_rest / (1 - (1 - rule.u_rest) * e_f)
    return u * (1 - e_r) / (1 - (1 - u) * e_r)


def draw(seed):
    figure, axes = plt.subplot_mosaic([["depressing", "depressing"], ["facilitating", "facilitating"], ["share", "drive"]],
                                      height_ratios=[1, 1, 1.4])
    figure.suptitle("Depressing synapses report changes, facilitating ones report persistence")
    fine = np.geomspace(RATES[0], RATES[-1], 200)
    for name, (rule, weight, colour) in KINDS.items():
        axes[name].plot(*potential(TRAIN, FirstOrderSynapse(tau=3.0), weight, rule, 15.0, seed), color=colour)
        axes[name].vlines(TRAIN, -0.75, -0.25, color="0.4", linewidth=1.5)
        axes[name].set(title=name, xlim=(0, TRAIN[-1] + 150), ylabel="PSP (mV)")
        simulated = np.array([delivered(rule, rate, seed) for rate in RATES])
        for ax, scale, exact in ((axes["share"], 1, closed_form(rule, fine)), (axes["drive"], RATES, fine * closed_form(rule, fine))):
            ax.semilogx(fine, exact, color=colour, label=name)
            ax.plot(RATES, scale * simulated, "o", color=colour)
            ax.set_xlabel("rate (Hz)"), ax.set_xticks([1, 10, 100], ["1", "10", "100"])
    axes["facilitating"].set_xlabel("time (ms)"), axes["drive"].legend()
    axes["share"].set(title="a steady train: what a spike delivers", ylabel="share of weight")
    axes["drive"].set(title="… and a second of it (lines: closed form)", ylabel="weights")
    return figure


if __name__ == "__main__":
    present(draw)
