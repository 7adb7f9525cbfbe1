"""The exercises of lesson 1: the membrane as an RC circuit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .._util.typing import FloatArray
from .exercise import Exercise, Mistake


R, C = 40.0, 0.5                    # MΩ, nF
TAU = R * C                         # ms
PULSE, AMPLITUDE = 10.0, 1.0        # ms, nA
TIMES = np.arange(1.0, 60.0, 4.0)   # ms: where a function is evaluated

Function = Callable[[FloatArray], FloatArray]


def at_times(function: Function) -> FloatArray:
    """The change of the potential that a function gives, in mV."""
    return np.asarray(function(TIMES.copy()))


def response(t: FloatArray) -> FloatArray:
    """The change of the potential by the pulse, in mV."""
    reached = R * AMPLITUDE * (1.0 - np.exp(-np.minimum(t, PULSE) / TAU))
    return reached * np.exp(-np.maximum(t - PULSE, 0.0) / TAU)


def without_end(t: FloatArray) -> FloatArray:
    """As if the pulse lasted."""
    return R * AMPLITUDE * (1.0 - np.exp(-t / TAU))


def decay_since_beginning(t: FloatArray) -> FloatArray:
    """As if the decay began with the pulse."""
    return np.where(t < PULSE, without_end(t), without_end(np.full_like(t, PULSE)) * np.exp(-t / TAU))


def decay_from_steady_state(t: FloatArray) -> FloatArray:
    """As if the steady state was reached."""
    return np.where(t < PULSE, without_end(t), R * AMPLITUDE * np.exp(-(t - PULSE) / TAU))


EXERCISES = (
    Exercise(
        "What is the membrane time constant for C = 0.5 nF and R = 40 MΩ?", lambda: TAU, unit="ms",
        mistakes=(
            Mistake(lambda: R / C, "the time constant is the product of R and C, not their ratio."),
            Mistake(lambda: TAU / 1000.0, "MΩ · nF is ms already; there is nothing to convert to seconds."),
            Mistake(lambda: C / R, "that is the capacitance per resistance; multiply the two instead."),
        ), hint="multiply the resistance in MΩ by the capacitance in nF."),
    Exercise(
        "How long after the beginning of the step has the potential covered 90 % of its way?",
        lambda: TAU * np.log(10.0), unit="ms",
        mistakes=(
            Mistake(lambda: TAU * np.log(10.0) + 20.0, "the step begins at 20 ms; count from there."),
            Mistake(lambda: 0.9 * TAU,
                    "the potential does not rise in proportion to time; solve 1 - exp(-t/tau) = 0.9 for "
                    "t."),
            Mistake(lambda: -TAU * np.log(0.9),
                    "that is the time to cover 10 %: exp(-t/tau), what is left of the way, must be 0.1, "
                    "not 0.9."),
            Mistake(lambda: TAU * np.log10(10.0),
                    "use the natural logarithm, np.log: after one time constant 63 % are covered, not 90 "
                    "%."),
        ), hint="exp(-t/tau) is the part of the way that is left; it must be 0.1."),
    Exercise(
        "Which function gives the change of the potential in mV at the times t, for 1 nA from 0 to 10 ms?",
        lambda: response, accepts="a function from an array of times in ms to mV", unit="mV",
        measure=at_times,
        mistakes=(
            Mistake(lambda: without_end, "your pulse does not end: after 10 ms the potential decays."),
            Mistake(lambda: decay_since_beginning,
                    "the decay begins when the pulse ends: exp(-(t - 10)/tau)."),
            Mistake(lambda: decay_from_steady_state,
                    "10 ms are too short to reach the steady state R I; the decay starts from the value "
                    "that was reached."),
        ), hint="during the pulse R I (1 - exp(-t/tau)); after it, the value at 10 ms times exp(-(t - "
                "10)/tau); the change is counted from rest."),
    Exercise(
        "What is the cut-off frequency of the membrane?", lambda: 1000.0 / (2.0 * np.pi * TAU), unit="Hz",
        mistakes=(
            Mistake(lambda: 1.0 / (2.0 * np.pi * TAU), "1/ms is kHz; give the frequency in Hz."),
            Mistake(lambda: 1000.0 / TAU, "one period is 2π of phase: 2π f tau = 1 at the cut-off."),
            Mistake(lambda: 2.0 * np.pi * 1000.0 / TAU, "divide by 2π instead of multiplying by it."),
        ), hint="the square root is √2 where 2π f tau = 1."),
)
