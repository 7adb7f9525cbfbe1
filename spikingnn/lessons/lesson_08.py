"""The exercises of lesson 8: noise and the statistics of spike trains."""

from __future__ import annotations

import functools

import numpy as np

from .._util.typing import FloatArray
from ..analysis import rates
from ..groups import NeuronGroup
from ..monitors import SpikeMonitor
from ..network import Network
from ..neurons import SRM0, FirstOrderLIF
from ..simulation import simulate
from .exercise import Exercise, Mistake


TAU_UNKNOWN = 18.0                  # ms: membrane time constant of the neuron that is to be found


def recording() -> tuple[FloatArray, FloatArray]:
    """Return an experiment with an unknown neuron: five minutes of a random current, and its spikes.

    Returns
    -------
    current : ndarray, (300000,)
        nA: one value per ms.
    spike_times : ndarray
        ms: spike times.
    """
    current = np.random.default_rng(8).normal(1.0, 1.8, 300_000)
    neuron = SRM0(TAU_UNKNOWN, after_potential=0.0, t_refractory=0.0, escape_rate=20.0, escape_width=2.0)
    return current, simulate(neuron, current, 300_000.0, dt=0.5, seed=8).spikes


@functools.cache
def noise_for(rate: float) -> float:
    """The noise in mV at which the neuron fires at a rate in Hz under 1.2 nA."""
    values = np.arange(1.0, 9.0, 0.5)
    neurons = NeuronGroup(200 * values.size, FirstOrderLIF(noise=np.repeat(values, 200)))
    spikes = SpikeMonitor(neurons)
    Network(neurons, spikes, dt=0.1, seed=0).run(1000.0, inputs={neurons: 1.2})
    measured = rates(spikes, start=100.0).reshape(values.size, 200).mean(axis=1)
    return float(np.interp(rate, measured, values))


RHO = 0.1 * np.exp(3.0 / 2.0)       # 1/ms: escape rate 3 mV above threshold

EXERCISES = (
    Exercise(
        "What is the CV of a Poisson process with 5 ms of refractoriness and a mean rate of 40 Hz?",
        lambda: 20.0 / 25.0,
        mistakes=(
            Mistake(lambda: 1.0,
                    "that is a Poisson process without refractoriness; 5 of the 25 ms of a mean interval are "
                    "constant."),
            Mistake(lambda: 5.0 / 25.0,
                    "that is the refractory part of the mean interval; the random part is what varies."),
            Mistake(lambda: 25.0 / 30.0,
                    "the 40 Hz include the refractory periods: the mean interval is 25 ms, not 30 ms."),
            Mistake(lambda: (20.0 / 25.0)**2,
                    "the CV is the standard deviation over the mean; you took the variance over the square "
                    "of the mean."),
        ), hint="the mean interval is 25 ms; 5 ms of it are constant, and the rest is exponentially "
                "distributed, with a standard deviation equal to its own mean."),
    Exercise(
        "Which noise σ lets the neuron fire at 15 Hz under 1.2 nA?", lambda: noise_for(15.0), unit="mV",
        tolerance=0.08,
        mistakes=(
            Mistake(lambda: noise_for(7.5),
                    "at this noise the rate is half as high: divide the number of spikes by the duration in "
                    "seconds and by the number of neurons."),
            Mistake(lambda: 3.0,
                    "that is the distance to the threshold. Fluctuations of one σ are common, so that the "
                    "neuron fires at a rate other than 15 Hz; measure it."),
            Mistake(lambda: noise_for(25.0),
                    "at this noise the rate is 25 Hz; look for 15 Hz on the vertical axis of your curve."),
        ), hint="simulate σ from 1 to 9 mV, plot the rate against σ, and read off where the curve crosses 15 "
                "Hz; np.interp(15, rate, sigma) does it."),
    Exercise(
        "With which probability does the neuron spike within 1 ms?", lambda: 1.0 - np.exp(-RHO),
        mistakes=(
            Mistake(lambda: RHO,
                    "ρT is the expected number of spikes; it is a good approximation to the probability only "
                    "where it is small."),
            Mistake(lambda: np.exp(-RHO), "that is the probability of no spike, the survivor function."),
            Mistake(lambda: 1.0 - np.exp(-0.1),
                    "at -47 mV the rate is higher than at threshold, by the factor exp(3/2)."),
            Mistake(lambda: 1.0 - np.exp(-0.1 * np.exp(3.0)),
                    "divide the 3 mV above the threshold by Δ = 2 mV."),
            Mistake(lambda: 1.0,
                    "with ρ in Hz and T in ms, ρT is a thousand times too large; 100 Hz are 0.1 per ms."),
        ), hint="first the rate, ρ = 0.1/ms · exp((v - threshold)/Δ), then 1 - exp(-ρT) with T = 1 ms."),
    Exercise(
        "What is the membrane time constant of the unknown neuron?", lambda: TAU_UNKNOWN, unit="ms",
        tolerance=0.15,
        mistakes=(
            Mistake(lambda: TAU_UNKNOWN * np.log(2.0),
                    "that is the time in which the STA falls to one half; the time constant is that to 1/e, "
                    "37 %."),
            Mistake(lambda: 1.0 / TAU_UNKNOWN,
                    "that is the slope of the logarithm; the time constant is its inverse."),
            Mistake(lambda: 2.0 * TAU_UNKNOWN,
                    "your fit is too flat: subtract the mean current first, and leave the last point out."),
        ), hint="subtract the mean current, leave out the last point, and fit A exp(s/tau) to the lags s "
                "below zero."),
)
