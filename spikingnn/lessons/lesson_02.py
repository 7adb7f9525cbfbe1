"""The exercises of lesson 2: threshold, refractoriness and firing rate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .._util.typing import FloatArray
from .exercise import Exercise, Mistake


TAU, R, STEP, REFRACTORY = 12.0, 8.0, -52.0 - -68.0, 3.0        # ms, MΩ, mV from rest to threshold, ms
RHEOBASE = STEP / R                                             # nA
CURRENTS = np.array([0.0, 1.0, 1.9, 2.1, 2.5, 3.0, 5.0, 10.0, 50.0])    # nA: where functions are compared


def rate(current: FloatArray, refractory: float = REFRACTORY) -> FloatArray:
    """The firing rate in Hz; the neuron is reset to rest."""
    f = np.zeros(np.shape(current))
    above = np.asarray(current) > RHEOBASE
    drive = R * np.asarray(current)[above]
    f[above] = 1000.0 / (refractory + TAU * np.log(drive / (drive - STEP)))
    return f


def at_currents(function: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """The firing rates that a function gives, in Hz."""
    return np.asarray(function(CURRENTS.copy()))


def rate_at(current: float, refractory: float = REFRACTORY) -> float:
    """The firing rate at one current in nA, in Hz."""
    return float(rate(np.array([current]), refractory)[0])


EXERCISES = (
    Exercise(
        "What is the rheobase of the neuron?", lambda: RHEOBASE, unit="nA",
        mistakes=(
            Mistake(lambda: -52.0 / R,
                    "it is the distance from rest to threshold that counts, not the threshold itself."),
            Mistake(lambda: STEP * R, "current is voltage divided by resistance: mV/MΩ = nA."),
            Mistake(lambda: STEP / TAU,
                    "divide by the resistance, not by the time constant, which plays no role in the "
                    "steady state."),
        ), hint="R times the current must lift the potential from rest to the threshold."),
    Exercise(
        "At which rate does the neuron fire under 3 nA?", lambda: rate_at(3.0), unit="Hz",
        mistakes=(
            Mistake(lambda: rate_at(3.0, 0.0), "you have left out the refractory period."),
            Mistake(lambda: 1000.0 / rate_at(3.0), "that is the interval in ms; the rate is its inverse."),
            Mistake(lambda: rate_at(3.0) / 1000.0, "one spike per ms is 1000 Hz: multiply by 1000."),
            Mistake(lambda: 1000.0 / (REFRACTORY + TAU * np.log10(3.0)),
                    "use the natural logarithm, np.log."),
        ), hint="the interval is t_ref + tau ln(R I / (R I - (v_th - v_rest))), because reset and rest "
                "are equal."),
    Exercise(
        "Which function gives the firing rate for an array of currents?", lambda: rate, unit="Hz",
        accepts="a function from an array of currents in nA to Hz", measure=at_currents,
        mistakes=(
            Mistake(lambda: lambda current: rate(current, 0.0),
                    "at strong currents your function exceeds 1/t_ref: the refractory period is missing."),
            Mistake(lambda: lambda current: rate(current) / 1000.0,
                    "your rates are in 1/ms; multiply by 1000."),
            Mistake(lambda: np.zeros_like,
                    "your function is 0 everywhere; fill it where the current is above the rheobase."),
            Mistake(lambda: lambda current: 1000.0 / REFRACTORY * (current > RHEOBASE),
                    "the largest rate is reached by very strong currents alone."),
        ), hint="where R I is above v_th - v_rest use the formula, elsewhere 0."),
    Exercise(
        "What is the chronaxie of the neuron?", lambda: TAU * np.log(2.0), unit="ms",
        mistakes=(
            Mistake(lambda: TAU,
                    "after one time constant 63 % of the steady state are reached; at twice the rheobase "
                    "50 % are enough."),
            Mistake(lambda: TAU / 2.0,
                    "the potential does not rise in proportion to time; solve 1 - exp(-d/tau) = 1/2."),
            Mistake(lambda: TAU * np.log(2.0) + REFRACTORY,
                    "there is no refractory period before the first spike."),
        ), hint="twice the rheobase must reach the threshold within d: 2 (1 - exp(-d/tau)) = 1."),
)
