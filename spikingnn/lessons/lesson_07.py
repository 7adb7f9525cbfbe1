"""The exercises of lesson 7: exponential neurons, adaptation and firing patterns."""

from __future__ import annotations

import functools

import numpy as np

from ..groups import NeuronGroup
from ..monitors import SpikeMonitor
from ..network import Network
from ..neurons import AdEx, ExponentialIF
from .exercise import Exercise, Mistake


NEURON = ExponentialIF(tau_m=12.0, resistance=20.0, v_rest=-65.0, v_reset=-60.0, v_threshold=-55.0,
                       sharpness=2.0, v_peak=-30.0, t_refractory=0.0)
RHEOBASE = 0.4                      # nA


@functools.cache
def longest_without_spike(multiple: float) -> float:
    """The duration in ms up to which a multiple of the rheobase evokes no spike."""
    durations = np.arange(4.0, 40.0, 0.1)
    current = np.zeros((1600, durations.size))                          # 80 ms in steps of 0.05 ms
    time = 0.05 * (np.arange(1600)[:, None] + 0.5)
    current[time < durations] = multiple * RHEOBASE
    group = NeuronGroup(durations.size, NEURON)
    spikes = SpikeMonitor(group)
    Network(group, spikes, dt=0.05, seed=0).run(80.0, inputs={group: current})
    return float(durations[spikes.i.min()]) - 0.05


@functools.cache
def increase_for(rate: float) -> float:
    """The increase b in nA at which the adapting neuron fires at a rate in Hz under 0.065 nA."""
    b = np.linspace(0.001, 0.03, 59)
    model = AdEx(tau_m=5.0, resistance=500.0, v_rest=-70.0, v_threshold=-50.0, sharpness=2.0, v_reset=-60.0,
                 a=0.0, b=b, tau_w=100.0)
    group = NeuronGroup(b.size, model)
    spikes = SpikeMonitor(group)
    Network(group, spikes, dt=0.1, seed=0).run(2000.0, inputs={group: 0.065})
    interval = [float(np.diff(train[train > 1000.0]).mean()) for train in spikes.trains()]
    return float(np.interp(1000.0 / rate, interval, b))


EXERCISES = (
    Exercise(
        "What is the rheobase of the neuron?", lambda: (-50.0 - 3.0 + 70.0) / 40.0, unit="nA",
        mistakes=(
            Mistake(lambda: 20.0 / 40.0,
                    "at v = v_T the exponential already contributes Δ: that much less current is needed."),
            Mistake(lambda: 23.0 / 40.0, "the exponential helps the current: Δ is subtracted, not added."),
            Mistake(lambda: 17.0, "divide the voltage by the resistance."),
            Mistake(lambda: 17.0 / 20.0, "here the resistance is 40 MΩ."),
        ), hint="at v = v_T the exponential is Δ · 1; solve -(v_T - v_rest) + Δ + R I = 0 for I."),
    Exercise(
        "What is the chronaxie of the neuron?", lambda: longest_without_spike(2.0), unit="ms", tolerance=0.05,
        mistakes=(
            Mistake(lambda: 12.0 * np.log(2.0),
                    "τ ln 2 is the chronaxie of a leaky integrate-and-fire neuron; this neuron must be "
                    "brought beyond -51 mV, and that takes longer. Measure it."),
            Mistake(lambda: longest_without_spike(3.0),
                    "that is the duration at which three times the rheobase is enough; look for 0.8 nA."),
            Mistake(lambda: 12.0, "that is the membrane time constant."),
            Mistake(lambda: longest_without_spike(1.5),
                    "that is the duration at which 0.6 nA are enough; twice the rheobase is 0.8 nA."),
        ), hint="call weakest for durations from 10 to 25 ms, and see where it falls to 0.8 nA."),
    Exercise(
        "What is the mean adaptation current?", lambda: 0.005 * 100.0 * 0.020, unit="nA",
        mistakes=(
            Mistake(lambda: 0.005 * 100.0 * 20.0, "20 Hz are 0.020 spikes per ms; τ_w is in ms."),
            Mistake(lambda: 0.005,
                    "that is the increase by one spike; earlier spikes have not decayed completely."),
            Mistake(lambda: 0.005 * 0.020, "the increase per ms; multiply it by τ_w."),
            Mistake(lambda: 0.005 / (100.0 * 0.020),
                    "a longer τ_w and a higher rate make w larger: multiply."),
        ), hint="mean of w = b · rate · τ_w, with the rate in spikes per ms."),
    Exercise(
        "Which b lets the neuron fire at 20 Hz?", lambda: increase_for(20.0), unit="nA", tolerance=0.05,
        mistakes=(
            Mistake(lambda: increase_for(40.0),
                    "at this b it fires at 40 Hz: the second half of 2 s is one second long."),
            Mistake(lambda: 1000.0 * increase_for(20.0), "that is in pA; give b in nA."),
            Mistake(lambda: 0.005,
                    "that is the neuron of experiment 3, which fires faster; it needs more adaptation."),
        ), hint="try b from 0.001 to 0.03 nA, plot the rate against b, and read off 20 Hz."),
)
