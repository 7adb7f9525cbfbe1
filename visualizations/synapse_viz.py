"""Synapse models: postsynaptic potentials, their summation, and the response to a Poisson train."""

import numpy as np

from spikingnn import (ConductanceSynapse, DeltaSynapse, FirstOrderLIF, FirstOrderSynapse, Network,
                       NeuronGroup, SpikeSource, StateMonitor, SynapseGroup)
from spikingnn.plotting import BLUE, GREEN, ORANGE
from spikingnn.plotting.slides import plt, present

MODEL = FirstOrderLIF(tau_m=20.0, resistance=10.0, v_rest=-65.0, v_threshold=0.0)     # stays below threshold
SYNAPSES = {                            # weights in mV, nA and µS
    "delta": (DeltaSynapse(), 2.0, GREEN),
    "exponential current": (FirstOrderSynapse(tau=5.0), 1.2, BLUE),
    "exponential conductance": (ConductanceSynapse(tau=5.0, reversal=-55.0), 0.12, ORANGE)}
INTERVAL = 8.0                          # ms    between the four spikes that are summed
RATE, DURATION = 40.0, 600.0            # Hz, ms of the train
DT = 0.1                                # ms


def potentials(train, duration, synapse, weight, seed):
    """Response of one neuron to one spike train: times and v − v_rest."""
    source, neuron = SpikeSource([train]), NeuronGroup(1, MODEL)
    v = StateMonitor(neuron, "v")
    synapses = SynapseGroup(source, neuron, weight=weight, synapse=synapse)
    Network(source, neuron, synapses, v, dt=DT, seed=seed).run(duration)
    return v.t, v.values[:, 0] - MODEL.v_rest


def draw(seed):
    rng = np.random.default_rng(seed)
    train = np.cumsum(rng.exponential(1000 / RATE, size=1000))
    train = np.unique(np.round(train[train < DURATION - 50], 1))
    figure, axes = plt.subplot_mosaic([["one", "sum"], ["train", "train"]])
    figure.suptitle("Synapses filter spikes: currents add linearly, conductances saturate")

    for name, (synapse, weight, colour) in SYNAPSES.items():
        axes["one"].plot(*potentials([10.0], 100.0, synapse, weight, seed), color=colour, label=name)
        axes["train"].plot(*potentials(train, DURATION, synapse, weight, seed), color=colour)
    axes["one"].set(title="one spike", xlabel="time (ms)", ylabel="v − $v_{rest}$ (mV)", xlim=(0, 100))
    axes["one"].legend()

    burst = 10.0 + INTERVAL * np.arange(4)
    for name in ("exponential current", "exponential conductance"):
        synapse, weight, colour = SYNAPSES[name]
        t, together = potentials(burst, 100.0, synapse, weight, seed)
        alone = sum(potentials([spike], 100.0, synapse, weight, seed)[1] for spike in burst)
        axes["sum"].plot(t, alone, color="black", linestyle=":", zorder=3)
        axes["sum"].plot(t, together, color=colour)
    axes["sum"].set(title="four spikes (dotted: sum of single responses)", xlabel="time (ms)", xlim=(0, 100))
    axes["train"].vlines(train, -1.6, -0.4, color="0.4", linewidth=1.5)
    axes["train"].set(title=f"Poisson train of {RATE:.0f} Hz", xlabel="time (ms)", xlim=(0, DURATION))
    axes["train"].set_ylabel("v − $v_{rest}$ (mV)")
    return figure


if __name__ == "__main__":
    present(draw)
