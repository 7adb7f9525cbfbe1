"""The exercises of lesson 11: balanced networks and their states."""

from __future__ import annotations

import functools

import numpy as np

from .._util.typing import FloatArray, IntArray
from ..analysis import power_spectrum
from ..connectivity import FixedInDegree
from ..groups import NeuronGroup
from ..monitors import RateMonitor
from ..network import Network
from ..neurons import FirstOrderLIF
from ..synapse_group import SynapseGroup
from ..synapses import DeltaSynapse
from .exercise import Exercise, Mistake


N, C, J, TAU, THRESHOLD = 6000, 250, 0.4, 20.0, 20.0      # neurons, synapses each, mV, ms, mV


def simulated(g: float, eta: float, duration: float, delay: float, seed: int) -> RateMonitor:
    """The spikes of the network of the lesson."""
    noise = np.sqrt(J * eta * THRESHOLD / 2.0)
    model = FirstOrderLIF(TAU, 1.0, v_rest=0.0, v_threshold=THRESHOLD, v_reset=10.0, t_refractory=2.0,
                          noise=noise)
    neurons, border = NeuronGroup(N, model), 4 * N // 5
    sources = ((neurons[:border], 4 * C // 5, J), (neurons[border:], C // 5, -g * J))
    synapses = [SynapseGroup(source, neurons, FixedInDegree(k, weight), DeltaSynapse(), delay=delay)
                for source, k, weight in sources]
    spikes = RateMonitor(neurons)
    network = Network(neurons, synapses, spikes, dt=0.1, seed=seed)
    network.run(duration, inputs={neurons: eta * THRESHOLD})
    return spikes


def unknown_state() -> tuple[FloatArray, IntArray]:
    """Return the spikes of the network in a state that is to be recognised.

    Returns
    -------
    t : ndarray, (spikes,)
        ms: times, from 100 to 350.
    neuron : ndarray, (spikes,)
        Number of the neuron of each spike.
    """
    spikes = simulated(4.5, 0.85, 350.0, 1.5, 11)
    late = spikes.t >= 100.0
    return spikes.t[late], spikes.i[late].astype(np.int64)


@functools.cache
def oscillation() -> tuple[float, float]:
    """Frequency of the fast oscillation with a delay of 3 ms, and the mean rate, both in Hz."""
    rate = simulated(6.0, 4.0, 400.0, 3.0, 1).rate(0.5)[200:]
    frequency, power = power_spectrum(rate, dt=0.5, segment=100.0)
    return float(frequency[1:][power[1:].argmax()]), float(rate.mean())


def balanced_rate(excess: float, inhibition: float) -> float:
    """The rate in Hz at which an excess of `excess` times the threshold is cancelled."""
    return 1000.0 * excess * THRESHOLD / (0.8 * C * J * TAU * inhibition)


EXERCISES = (
    Exercise(
        "In which state is the unknown network: regular, fast, asynchronous or slow?", lambda: "slow",
        accepts='one of the words "regular", "fast", "asynchronous", "slow"',
        mistakes=(
            Mistake(lambda: "regular",
                    "in the regular state neurons fire at about 300 Hz and the intervals of each are equal; "
                    "look at the spikes of a single neuron."),
            Mistake(lambda: "fast",
                    "the population rate does oscillate, but count its peaks: is it one in every 6 ms?"),
            Mistake(lambda: "asynchronous",
                    "the neurons do fire irregularly, but plot the population rate in bins of 0.5 ms: is it "
                    "steady?"),
        ), hint='answer with one of the words "regular", "fast", "asynchronous" or "slow".'),
    Exercise(
        "Which rate does the balance predict for g = 5 and η = 2?",
        lambda: balanced_rate(1.0, 0.25), unit="Hz",
        mistakes=(
            Mistake(lambda: balanced_rate(2.0, 0.25),
                    "the mean is to be θ, not 0: of the ηθ from outside only (η - 1)θ has to be cancelled."),
            Mistake(lambda: balanced_rate(1.0, 4.0),
                    "there are four times as many excitatory synapses as inhibitory ones: the factor is g/4 "
                    "- 1, not g - 1."),
            Mistake(lambda: balanced_rate(1.0, 0.25) / 1000.0,
                    "that is in spikes per ms; give the rate in Hz."),
            Mistake(lambda: -balanced_rate(1.0, 0.25),
                    "mind the sign: the recurrent input is negative, and it cancels the positive one from "
                    "outside."),
        ), hint="μ = θ gives ν = (η - 1) θ / (C_E J τ (g/4 - 1)), with C_E J τ = 200 · 0.4 mV · 20 ms."),
    Exercise(
        "From which g on does inhibition dominate with 280 excitatory and 120 inhibitory synapses?",
        lambda: 280.0 / 120.0,
        mistakes=(
            Mistake(lambda: 4.0, "that holds for four times as many excitatory synapses as inhibitory ones."),
            Mistake(lambda: 120.0 / 280.0,
                    "inhibition has fewer synapses here, so that each must be stronger than an excitatory "
                    "one: g is above 1."),
            Mistake(lambda: 1.0,
                    "synapses of equal strength do not balance: there are more excitatory ones."),
            Mistake(lambda: 160.0, "that is the difference of the numbers; their ratio is needed."),
        ), hint="excitation C_E J and inhibition g C_I J are equal at the border."),
    Exercise(
        "At which frequency does the population rate oscillate with a delay of 3 ms?",
        lambda: oscillation()[0], unit="Hz", tolerance=0.15,
        mistakes=(
            Mistake(lambda: 175.0, "that is the frequency with a delay of 1.5 ms; the loop is slower now."),
            Mistake(lambda: oscillation()[1],
                    "that is the mean firing rate of the neurons; the oscillation is the peak of the "
                    "spectrum of the population rate."),
            Mistake(lambda: 1000.0 / 3.0,
                    "a period takes longer than one delay: the surge must rise, and the inhibition must wear "
                    "off, too. Measure it."),
            Mistake(lambda: 10.0,
                    "that is the first bin of the spectrum: slow changes of the rate, such as the beginning "
                    "of the run. Leave out the first 100 ms."),
        ), hint="rate = spikes.rate(0.5)[200:], then the frequency at which power[1:] is largest, "
                "frequency[1:][power[1:].argmax()]."),
)
