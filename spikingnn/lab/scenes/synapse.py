"""Synapses and summation: the response to a few spikes, and the sum of single responses.

They differ where driving forces matter, and where receptors saturate.
"""

import numpy as np

from spikingnn import (AlphaSynapse, ConductanceSynapse, DeltaSynapse, FirstOrderLIF, FirstOrderSynapse,
                       Network, NeuronGroup, NMDASynapse, SpikeSource, StateMonitor, SynapseGroup)

from ..marks import BLUE, GREY, ORANGE, level, line
from ..panels import spike_row, trace
from ..parameters import Choice, Slider


GROUP = "Synapses and plasticity"
PARAMETERS = {
    "kind": Choice("synapse", options=("delta", "exponential current", "alpha current",
                                       "exponential conductance", "NMDA")),
    "weight": Slider("size of one response", 0.1, 3.0, 0.05, "times"),
    "tau": Slider("synaptic time constant", 0.5, 200.0, 0.5, "ms"),
    "number": Slider("spikes", 1, 20, 1),
    "interval": Slider("interval", 1.0, 50.0, 0.5, "ms"),
    "hold": Slider("potential at rest", -90.0, -30.0, 1.0, "mV"),
    "reversal": Slider("reversal potential", -90.0, 0.0, 1.0, "mV")}
PRESETS = {"one spike": {"number": 1}, "AMPA": {"kind": "exponential conductance", "tau": 2.0},
           "inhibition": {"kind": "exponential conductance", "reversal": -80.0, "tau": 10.0},
           "NMDA, blocked": {"kind": "NMDA", "tau": 100.0, "hold": -80.0},
           "NMDA, depolarised": {"kind": "NMDA", "tau": 100.0, "hold": -40.0},
           "saturation": {"kind": "exponential conductance", "weight": 3.0, "number": 20, "interval": 3.0}}
DURATION, FIRST = 200.0, 20.0           # ms


def response(times, kind, weight, tau, hold, reversal):
    """Times and potential of a neuron below threshold; weights are in mV, nA or µS."""
    synapse, unit = {"delta": (DeltaSynapse(), 2.0), "exponential current": (FirstOrderSynapse(tau), 1.0),
                     "alpha current": (AlphaSynapse(tau), 0.5),
                     "exponential conductance": (ConductanceSynapse(tau, reversal), 0.02),
                     "NMDA": (NMDASynapse(tau, reversal), 0.05)}[kind]
    source, neuron = SpikeSource([times]), NeuronGroup(1, FirstOrderLIF(20.0, v_rest=hold, v_threshold=1e3))
    v = StateMonitor(neuron, "v")
    Network(source, neuron, SynapseGroup(source, neuron, weight * unit, synapse), v, dt=0.1).run(DURATION)
    return v.t, v.values[:, 0]


def run(kind="exponential conductance", weight=1.0, tau=5.0, number=4, interval=8.0, hold=-65.0,
        reversal=0.0):
    """The response to all spikes, and the sum of the responses to each of them alone."""
    times = FIRST + interval * np.arange(number)
    times = times[times < DURATION]
    t, together = response(times, kind, weight, tau, hold, reversal)
    _, alone = response(times[:1], kind, weight, tau, hold, reversal)
    steps = np.round((times - times[0]) / 0.1).astype(int)
    total = sum(np.append(np.zeros(k), (alone - hold)[:alone.size - k]) for k in steps)
    return t, together, hold + total, times


def draw(result, kind, hold, reversal):
    t, together, total, times = result
    conducts = kind in ("exponential conductance", "NMDA")
    seen = np.concatenate([together, total, [hold - 2.0, hold + 4.0]])
    margin = 0.08 * np.ptp(seen)
    peak = together[np.abs(together - hold).argmax()] - hold
    near = conducts and seen.min() - margin < reversal < seen.max() + margin
    reached = [level(reversal, GREY, "reversal potential")] if near else []
    membrane = trace(t, together, "membrane potential v (mV)", *reached,
                     line(t, total, ORANGE, "sum of single responses", dash=True),
                     line([], [], BLUE, "simulated"), ends=(0.0, DURATION),
                     ylim=(seen.min() - margin, seen.max() + margin))
    spikes = spike_row(times, (0.0, DURATION), f"{kind} synapse: largest change {peak:+.2f} mV")
    return [[spikes], [membrane]]
