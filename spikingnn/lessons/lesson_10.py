"""The exercises of lesson 10: populations, tuning curves, encoding and decoding."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .._util.typing import FloatArray, IntArray
from ..groups import LIFGroup
from ..neurons import FirstOrderLIF
from .exercise import Exercise, Mistake


POINTS = np.linspace(-0.9, 0.9, 10)         # values of x at which decoders are judged


def recorded_counts() -> tuple[FloatArray, IntArray]:
    """Return an experiment with 36 neurons: their preferred directions, and the spikes of each.

    Returns
    -------
    preferred : ndarray, (36,)
        Degrees: preferred directions.
    counts : ndarray, (36,)
        Number of spikes of each neuron.
    """
    preferred = np.arange(0.0, 360.0, 10.0)
    mean = 12.0 + 10.0 * np.cos(np.radians(preferred - 325.0))
    return preferred, np.random.default_rng(10).poisson(mean)


def direction() -> float:
    """The direction of the population vector in degrees."""
    preferred, counts = recorded_counts()
    return float(np.degrees(np.angle(counts @ np.exp(1j * np.radians(preferred)))) % 360.0)


def weighted_mean() -> float:
    """The mean of the preferred directions, as if degrees were no circle."""
    preferred, counts = recorded_counts()
    return float(counts @ preferred / counts.sum())


def most_active() -> float:
    """The preferred direction of the neuron with the most spikes."""
    preferred, counts = recorded_counts()
    return float(preferred[counts.argmax()])


@functools.cache
def population() -> LIFGroup:
    """The population whose decoders are asked for."""
    return LIFGroup(200, dimensions=1, seed=10)


def read_out(decoders: Any) -> FloatArray:
    """What decoders read out of the rates at `POINTS`."""
    decoders = np.asarray(decoders, dtype=np.float64)
    if decoders.size != 200:
        raise ValueError(f"there are 200 neurons, and this has {decoders.size} numbers")
    return population().tuning_curves(POINTS[:, None]) @ decoders.ravel()


def gain(maximum: float, span: float) -> float:
    """The current between the threshold and a rate in Hz, over a range of x."""
    silent, fast = FirstOrderLIF().current_for([0.0, maximum])
    return float((fast - silent) / span)


EXERCISES = (
    Exercise(
        "Which gain does the neuron need to fire from x = -0.5 on, and at 100 Hz at x = 1?",
        lambda: gain(100.0, 1.5), unit="nA",
        mistakes=(
            Mistake(lambda: gain(100.0, 1.0), "x grows by 1.5 from the intercept, -0.5, to 1."),
            Mistake(lambda: gain(100.0, 0.5), "from -0.5 to 1 x grows by 1 - (-0.5) = 1.5."),
            Mistake(lambda: float(FirstOrderLIF().current_for(100.0)),
                    "that is the current at 100 Hz; part of it comes from the bias."),
        ), hint="current = gain · x + bias must be the threshold current at x = -0.5 and the current of 100 "
                "Hz at x = 1; subtract the two equations."),
    Exercise(
        "What is the direction of the population vector?", direction, unit="°", tolerance=0.005,
        accepts="an angle",
        mistakes=(
            Mistake(weighted_mean,
                    "0° and 359° are neighbours: directions cannot be averaged as numbers; add vectors (cos, "
                    "sin) instead."),
            Mistake(most_active,
                    "that is the preferred direction of the most active neuron; let all of them vote."),
            Mistake(lambda: direction() - 360.0, "add 360°: the angle is asked for from 0 to 360."),
            Mistake(lambda: np.radians(direction()), "that is in radians; np.degrees converts it."),
            Mistake(lambda: np.radians(direction() - 360.0),
                    "that is in radians and negative; convert it to degrees and add 360."),
            Mistake(lambda: (90.0 - direction()) % 360.0,
                    "np.arctan2 takes the y component first: arctan2(sum of n sin, sum of n cos)."),
        ), hint="x = sum of n cos(angle) and y = sum of n sin(angle), with the angle in radians; then "
                "np.degrees(np.arctan2(y, x)) % 360."),
    Exercise(
        "How many neurons of 50 Hz give the rate to 10 % within 50 ms?", lambda: 40.0, unit="neurons",
        mistakes=(
            Mistake(lambda: 4.0,
                    "the error is one over the square root of the number of spikes: 10 % need 100 spikes, "
                    "not 10."),
            Mistake(lambda: 100.0,
                    "100 is the number of spikes that are needed; a neuron fires 2.5 in 50 ms."),
            Mistake(lambda: 0.04, "r in Hz and T in ms: 50 Hz · 50 ms are 2.5 spikes, not 2,500."),
            Mistake(lambda: 2.0, "2 s is how long one neuron needs for it; how many neurons do it in 50 ms?"),
            Mistake(lambda: 2000.0,
                    "2,000 ms is how long one neuron needs for it; how many neurons do it in 50 ms?"),
        ), hint="1/sqrt(n r T) = 0.1 with r = 0.05 per ms and T = 50 ms."),
    Exercise(
        "With which decoders do the rates of the population give x²?",
        lambda: population().decoders(lambda x: x**2), accepts="an array of 200 decoders", tolerance=0.05,
        measure=read_out,
        mistakes=(
            Mistake(lambda: population().decoders(),
                    "these decoders read out x itself; give the function x → x² to group.decoders."),
            Mistake(lambda: population().decoders()**2,
                    "the sum of d² r is not the square of the sum of d r; fit new decoders to x²."),
            Mistake(lambda: population().decoders(lambda x: 2.0 * x),
                    "these read out 2x; x² is x**2 in Python."),
            Mistake(lambda: LIFGroup(200, dimensions=1, seed=1).decoders(lambda x: x**2),
                    "these belong to the population of another seed, with other tuning curves; use seed=10."),
        ), hint="group.decoders(lambda x: x**2) with the group of 200 neurons and seed=10."),
)
