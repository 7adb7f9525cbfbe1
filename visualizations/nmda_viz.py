"""NMDA against AMPA: time course, magnesium block, and summation of a burst of spikes."""

import numpy as np

from spikingnn import (ConductanceSynapse, FirstOrderLIF, Network, NeuronGroup, NMDASynapse, SpikeSource,
                       StateMonitor, SynapseGroup)
from spikingnn.plotting import BLUE, GREEN, ORANGE
from spikingnn.plotting.slides import plt, present

TAU_AMPA, TAU_NMDA, MAGNESIUM = 2.0, 100.0, 1.0     # ms, ms, mM
TAU_M, RESISTANCE, DT = 10.0, 100.0, 0.1            # ms, MΩ, ms
RECEPTORS = {"AMPA": (ConductanceSynapse(TAU_AMPA, reversal=0.0), 2e-3, BLUE),
             "NMDA": (NMDASynapse(TAU_NMDA, 0.0, MAGNESIUM), 2e-3, ORANGE)}     # the weight is in µS
HOLDING = np.arange(-100.0, 61.0, 10.0)     # mV    resting potentials of the neurons of the block curve
BURST = 20.0 + 10.0 * np.arange(20)     # ms    20 spikes at 100 Hz


def respond(train, resting, synapse, weight, seed):
    """Times, and depolarisation of neurons with these resting potentials, (steps, n)."""
    model = FirstOrderLIF(TAU_M, RESISTANCE, v_rest=resting, v_threshold=1e4, v_reset=resting)
    source, neurons = SpikeSource([train]), NeuronGroup(len(resting), model)
    v = StateMonitor(neurons, "v")
    synapses = SynapseGroup(source, neurons, weight, synapse)
    Network(source, neurons, synapses, v, dt=DT, seed=seed).run(500.0)
    return v.t, v.values - resting


def draw(seed):                         # nothing here is random
    figure, axes = plt.subplot_mosaic([["one", "block"], ["burst", "burst"]])
    figure.suptitle("NMDA currents are slow and need depolarisation; AMPA currents are fast")
    for name, (synapse, weight, colour) in RECEPTORS.items():
        t, v = respond([20.0], np.array([-70.0, -40.0]), synapse, weight, seed)
        axes["one"].plot(t, v[:, 0], color=colour, label=f"{name}, at −70 mV")
        axes["one"].plot(t, v[:, 1], "--", color=colour, label=f"{name}, at −40 mV")
        t, v = respond(BURST, np.array([-70.0]), synapse, weight, seed)
        axes["burst"].plot(t, v[:, 0], color=colour, label=name)
    axes["one"].set(title="one spike", xlabel="time (ms)", ylabel="depolarisation (mV)", xlim=(0, 250))
    axes["one"].legend()
    for block, colour in (MAGNESIUM, ORANGE), (0.0, GREEN):
        synapse = NMDASynapse(TAU_NMDA, 0.0, block)
        _, v = respond([20.0], HOLDING, synapse, 1e-6, seed)        # so weak that the potential stays
        flow = v[np.abs(v).max(axis=1).argmax()]
        open_ = 1.0 / (1.0 + block * np.exp(-0.062 * HOLDING) / 3.57)
        scale = flow[-1] / (open_ * -HOLDING)[-1]
        axes["block"].plot(HOLDING, flow / scale, "o", color=colour, label=f"NMDA, {block:g} mM Mg²⁺")
        axes["block"].plot(HOLDING, -open_ * HOLDING, color=colour)
    axes["block"].axhline(0.0, color="0.7", linewidth=1)
    axes["block"].set(title="magnesium block; lines: closed form", xlabel="membrane potential v (mV)")
    axes["block"].set_ylabel("driving force × open\nfraction (mV)")
    axes["block"].legend(loc="upper right")
    axes["burst"].vlines(BURST, -1.0, -0.3, color="0.4", linewidth=1.5)
    axes["burst"].set(title=f"{BURST.size} spikes at 100 Hz, at −70 mV", xlabel="time (ms)", xlim=(0, 500))
    axes["burst"].set_ylabel("depolarisation (mV)")
    axes["burst"].legend()
    return figure


if __name__ == "__main__":
    present(draw)
