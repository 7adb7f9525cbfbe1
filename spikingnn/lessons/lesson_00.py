"""The exercises of lesson 0: the first hour."""

from __future__ import annotations

import functools

from ..connectivity import FixedProbability
from ..groups import LIFGroup
from ..monitors import SpikeMonitor
from ..network import Network
from ..neurons import FirstOrderLIF
from ..simulation import simulate
from ..synapse_group import SynapseGroup
from ..synapses import DeltaSynapse
from .exercise import Exercise, Mistake


MODEL = FirstOrderLIF(resistance=10.0, v_rest=-65.0, v_threshold=-50.0)          # MΩ, mV: the defaults
SMALLEST = (-50.0 - -65.0) / 10.0                                                # nA


def spike_count(current: float, duration: float = 200.0) -> int:
    """The number of spikes of one neuron under a current in nA."""
    return len(simulate(MODEL, current, duration).spikes)


@functools.cache
def mean_rate(inhibition: float, excitation: float = 0.1, in_hz: bool = True) -> float:
    """The mean firing rate of the excitatory neurons, in Hz or in spikes per ms."""
    model = FirstOrderLIF(noise=4.0)
    excitatory, inhibitory = LIFGroup(800, model), LIFGroup(200, model)
    connections = [SynapseGroup(source, target, FixedProbability(0.1, weight), DeltaSynapse(), delay=1.5)
                   for source, weight in ((excitatory, excitation), (inhibitory, inhibition))
                   for target in (excitatory, inhibitory)]
    spikes = SpikeMonitor(excitatory)
    network = Network(excitatory, inhibitory, connections, spikes, seed=1)
    network.run(1000.0, inputs={excitatory: 1.4, inhibitory: 1.4})
    return spikes.t.size / 800 / (1.0 if in_hz else 1000.0)


EXERCISES = (
    Exercise(
        "How many spikes does the neuron fire in 200 ms under 4 nA?", lambda: spike_count(4.0),
        tolerance=1e-6,
        mistakes=(
            Mistake(lambda: spike_count(2.0), "that is the number at 2 nA; change the current to 4.0."),
            Mistake(lambda: 2 * spike_count(2.0),
                    "twice the current gives more than twice the spikes: run it, do not scale the number "
                    "at 2 nA."),
            Mistake(lambda: spike_count(4.0, 1000.0),
                    "that is the number in 1000 ms; the question is about 200 ms."),
        ), hint="simulate(FirstOrderLIF(), current=4.0, duration=200.0), then the length of run.spikes."),
    Exercise(
        "What is the smallest current that makes the neuron fire?", lambda: SMALLEST, unit="nA",
        tolerance=0.014,
        mistakes=(
            Mistake(lambda: 2.0, "the neuron fires at 2 nA, but also at smaller currents; try 1.9."),
            Mistake(lambda: 1.0, "at 1 nA it does not fire, however long you wait; try larger currents."),
            Mistake(lambda: SMALLEST * 1000.0, "the current is in nA; there is nothing to convert."),
        ), hint="halve the interval again and again: if it fires in 1000 ms, try a smaller current, else "
                "a larger one."),
    Exercise(
        "What is the mean firing rate of the excitatory neurons with inhibitory weights of -1 mV?",
        lambda: mean_rate(-1.0), unit="Hz",
        mistakes=(
            Mistake(lambda: mean_rate(-0.5),
                    "that is the rate with the old weights; build the whole network again."),
            Mistake(lambda: mean_rate(1.0), "inhibitory weights are negative: -1.0."),
            Mistake(lambda: mean_rate(-1.0, in_hz=False),
                    "one Hz is one spike per second; the run of 1000 ms is one second."),
        ), hint="replace -0.5 by -1.0, run the cells from model = … on, and read the printed rate."),
)
