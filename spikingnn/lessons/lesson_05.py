"""The exercises of lesson 5: the Hodgkin–Huxley neuron."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ..neurons import HodgkinHuxley
from ..simulation import simulate
from .exercise import Exercise, Mistake


def spike_count(current: ArrayLike, duration: float, sodium: float = 1.0) -> int:
    """The number of spikes under a current in nA, with a fraction of the sodium conductance."""
    return len(simulate(HodgkinHuxley(g_na=120.0 * sodium), current, duration).spikes)


def border(is_beyond: Callable[[float], bool], low: float, high: float, precision: float) -> float:
    """The value between `low` and `high` from which on `is_beyond` is true."""
    while high - low > precision:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if is_beyond(middle) else (middle, high)
    return 0.5 * (low + high)


@functools.cache
def one_spike() -> float:
    """nA: the smallest step that evokes a spike."""
    return border(lambda current: spike_count(current, 100.0) > 0, 1.0, 4.0, 1e-3)


@functools.cache
def repetitive() -> float:
    """nA: the smallest step that evokes spikes that go on."""
    return border(lambda current: spike_count(current, 300.0) >= 10, 4.0, 8.0, 1e-3)


def ramp_spikes(rise: float) -> bool:
    """Whether a ramp to 5 nA within `rise` ms evokes a spike."""
    t = np.arange(0.0, 100.0, 0.1)
    return spike_count(5.0 * np.minimum(t / max(rise, 0.1), 1.0), 100.0) > 0


@functools.cache
def longest_rise() -> float:
    """ms: the longest rise of a ramp that evokes a spike."""
    return border(lambda rise: not ramp_spikes(rise), 1.0, 40.0, 0.05)


@functools.cache
def weakest_inhibition(duration: int = 30) -> float:
    """nA: the weakest negative current of some ms that is followed by a spike."""
    pause = 100 - 20 - duration
    return -border(lambda size: spike_count(np.repeat([0.0, -size, 0.0], [20, duration, pause]), 100.0) > 0,
                   1.0, 10.0, 1e-3)


@functools.cache
def least_sodium(spikes: int = 10) -> float:
    """The smallest fraction of the sodium conductance with so many spikes in 300 ms under 10 nA."""
    return border(lambda fraction: spike_count(10.0, 300.0, fraction) >= spikes, 0.2, 1.0, 1e-3)


EXERCISES = (
    Exercise(
        "What is the smallest step of current that evokes at least one spike?", one_spike, unit="nA",
        mistakes=(
            Mistake(repetitive, "that is where firing goes on; one spike needs less."),
            Mistake(lambda: 2.5, "at 2.5 nA it fires, but also below; try 2.2."),
            Mistake(lambda: one_spike() / 1000.0, "the current is in nA; there is nothing to convert."),
        ), hint="len(simulate(HodgkinHuxley(), current, 100.0).spikes) for currents between 2 and 3 nA."),
    Exercise(
        "What is the longest rise of a ramp to 5 nA that evokes a spike?", longest_rise, unit="ms",
        tolerance=0.05,
        mistakes=(
            Mistake(lambda: 10.0, "a rise of 10 ms evokes a spike; go on to slower ramps."),
            Mistake(lambda: 40.0, "a rise of 40 ms evokes none; try faster ramps."),
            Mistake(lambda: longest_rise() * 10.0,
                    "the array has a value for each 0.1 ms; give the rise in ms."),
        ), hint="len(simulate(HodgkinHuxley(), ramp(rise), 100.0).spikes) for rises between 10 and 40 ms."),
    Exercise(
        "How strong must the negative current be at least so that a spike follows its end?",
        weakest_inhibition, unit="nA",
        mistakes=(
            Mistake(lambda: -weakest_inhibition(), "the current is negative: give it with its sign."),
            Mistake(lambda: -5.0, "-5 nA evokes a rebound, but weaker currents do, too."),
            Mistake(lambda: -2.0, "after -2 nA there is no spike; try stronger currents."),
        ), hint="repeat the run of experiment 3 with amplitudes between -2 and -5 nA and count the "
                "spikes."),
    Exercise(
        "Which fraction of the sodium conductance must be left for repetitive firing under 10 nA?",
        least_sodium,
        mistakes=(
            Mistake(lambda: 120.0 * least_sodium(),
                    "that is the conductance in µS; give the fraction of 120 µS."),
            Mistake(lambda: least_sodium(1), "that is enough for one spike; count those in 300 ms."),
            Mistake(lambda: 1.0 - least_sodium(),
                    "that is the fraction that is blocked; give the one that is left."),
        ), hint="len(simulate(HodgkinHuxley(g_na=120 * fraction), 10.0, 300.0).spikes) for fractions "
                "from 0.8 to 1."),
)
