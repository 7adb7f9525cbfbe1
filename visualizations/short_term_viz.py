"""Short-term plasticity: a spike train through a depressing and a facilitating synapse, and steady states."""

import numpy as np

from spikingnn import (DeltaSynapse, FirstOrderLIF, FirstOrderSynapse, Network, NeuronGroup, SpikeSource,
                       StateMonitor, SynapseGroup, TsodyksMarkram)
from spikingnn.plotting import BLUE, ORANGE
from spikingnn.plotting.slides import plt, present

KINDS = {                               # rule; weight in nA, such that the first responses are equal
    "depressing": (TsodyksMarkram(u_rest=0.45, tau_recovery=750.0, tau_facilitation=50.0), 1.2, BLUE),
    "facilitating": (TsodyksMarkram(u_rest=0.15, tau_recovery=50.0, tau_facilitation=750.0), 3.6, ORANGE)}
TRAIN = np.append(100.0 + 50.0 * np.arange(12), 1150.0)     # ms    20 Hz, and one spike after a pause
RATES, FINE, DT = np.geomspace(1.0, 100.0, 13), np.geomspace(1.0, 100.0, 200), 0.1      # Hz, Hz, ms


def potential(train, synapse, weight, rule, tau_m, seed):
    """Response of one neuron to one spike train: times and v − v_rest."""
    source, neuron = SpikeSource([train]), NeuronGroup(1, FirstOrderLIF(tau_m=tau_m, v_threshold=1e6))
    v = StateMonitor(neuron, "v")
    plastic = SynapseGroup(source, neuron, weight, synapse, rule=rule)
    Network(source, neuron, plastic, v, dt=DT, seed=seed).run(round(train[-1]) + 150)
    return v.t, v.values[:, 0] - neuron.model.v_rest


def delivered(rule, rate, seed):
    """Efficacy after five seconds at `rate`: the last jump of a perfect integrator."""
    jumps = np.diff(potential(np.arange(10, 5010, 1000 / rate), DeltaSynapse(), 1.0, rule, np.inf, seed)[1])
    return jumps[jumps > 1e-9][-1]


def closed_form(rule, rate):
    """Efficacy u · R in a regular train."""
    u = rule.u_rest / (1 - (1 - rule.u_rest) * np.exp(-1000 / (rate * rule.tau_facilitation)))
    e_r = np.exp(-1000 / (rate * rule.tau_recovery))
    return u * (1 - e_r) / (1 - (1 - u) * e_r)


def draw(seed):
    rows = [["depressing"] * 2, ["facilitating"] * 2, ["efficacy", "drive"]]
    figure, axes = plt.subplot_mosaic(rows, height_ratios=[1, 1, 1.4])
    figure.suptitle("Depressing synapses transmit changes, facilitating ones sustained activity")
    for name, (rule, weight, colour) in KINDS.items():
        axes[name].plot(*potential(TRAIN, FirstOrderSynapse(tau=3.0), weight, rule, 15.0, seed), color=colour)
        axes[name].vlines(TRAIN, -0.75, -0.25, color="0.4", linewidth=1.5)
        axes[name].set(title=name, xlim=(0, TRAIN[-1] + 150), ylabel="PSP (mV)")
        simulated = np.array([delivered(rule, rate, seed) for rate in RATES])
        for ax, power in ((axes["efficacy"], 0), (axes["drive"], 1)):
            ax.semilogx(FINE, FINE**power * closed_form(rule, FINE), color=colour, label=name)
            ax.plot(RATES, RATES**power * simulated, "o", color=colour)
            ax.set_xlabel("presynaptic rate (Hz)"), ax.set_xticks([1, 10, 100], ["1", "10", "100"])
    axes["facilitating"].set_xlabel("time (ms)"), axes["drive"].legend()
    axes["efficacy"].set(title="steady state (lines: closed form)", ylabel="efficacy")
    axes["drive"].set(title="steady state", ylabel="efficacy × rate (Hz)")
    return figure


if __name__ == "__main__":
    present(draw)
