"""The exercises of lesson 4: the passive cable."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .._util.typing import FloatArray
from .exercise import Exercise, Mistake


R_M, R_A = 1.25, 0.0005             # MΩ mm², MΩ mm
LENGTH = 1.0                        # mm: of the short dendrite
PLACES = np.linspace(0.0, LENGTH, 11)           # mm: where functions are compared


def resistances(diameter: float = 0.002) -> tuple[float, float]:
    """Of the membrane (MΩ mm) and of the inside (MΩ/mm), for a diameter in mm."""
    return R_M / (np.pi * diameter), R_A / (np.pi * diameter**2 / 4.0)


def length_constant(diameter: float = 0.002) -> float:
    """The length constant in mm."""
    r_m, r_a = resistances(diameter)
    return float(np.sqrt(r_m / r_a))


def profile(x: FloatArray) -> FloatArray:
    """The potential relative to that at the electrode, in the short dendrite."""
    return np.cosh((LENGTH - x) / length_constant()) / np.cosh(LENGTH / length_constant())


def short_circuited(x: FloatArray) -> FloatArray:
    """As if the far end was held at rest."""
    return np.sinh((LENGTH - x) / length_constant()) / np.sinh(LENGTH / length_constant())


def at_places(function: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """The relative potentials that a function gives."""
    return np.asarray(function(PLACES.copy()))


R_LONG, R_AXIAL = resistances()
INPUT = float(np.sqrt(R_LONG * R_AXIAL))        # MΩ

EXERCISES = (
    Exercise(
        "What is the length constant of the dendrite of 4 µm?", lambda: length_constant(0.004), unit="mm",
        mistakes=(
            Mistake(lambda: length_constant(0.002), "that is the one for 2 µm."),
            Mistake(lambda: length_constant(0.008),
                    "lambda is the square root of r_m/r_a: not a factor of 2."),
            Mistake(lambda: length_constant(0.001),
                    "a thicker dendrite conducts further, not less far: r_a falls with the square of the "
                    "diameter, r_m only with the diameter."),
        ), hint="r_m falls by a factor 2 and r_a by a factor 4."),
    Exercise(
        "What is the input resistance at the end of a very long dendrite?", lambda: INPUT, unit="MΩ",
        tolerance=0.025,
        mistakes=(
            Mistake(lambda: INPUT / 2.0,
                    "that is the resistance in the middle of a cable that goes on in both directions."),
            Mistake(lambda: R_LONG,
                    "r_m is the membrane resistance of one mm in MΩ mm; the inside plays a role, too."),
            Mistake(lambda: R_LONG / R_AXIAL,
                    "that is lambda squared; multiply r_m and r_a and take the root."),
            Mistake(lambda: INPUT / 10.0, "that is the potential in mV; divide it by 0.1 nA."),
        ), hint="the square root of r_m r_a, or the steady potential at the electrode over the current."),
    Exercise(
        "At which distance has the steady potential fallen to 10 %?",
        lambda: length_constant() * np.log(10.0), unit="mm",
        mistakes=(
            Mistake(lambda: length_constant(), "at one length constant 37 % are left."),
            Mistake(lambda: -length_constant() * np.log(0.9),
                    "that is where it has fallen by 10 %, to 90 %."),
            Mistake(lambda: length_constant() * 10.0,
                    "the decay is exponential: solve exp(-x/lambda) = 0.1."),
        ), hint="solve exp(-x/lambda) = 0.1 for x."),
    Exercise(
        "Which function gives the potential, relative to that at x = 0, in a sealed dendrite of 1 mm?",
        lambda: profile, accepts="a function of an array of distances in mm", measure=at_places,
        mistakes=(
            Mistake(lambda: lambda x: np.exp(-x / length_constant()),
                    "that is the cable that goes on for ever; at a sealed end the potential is higher."),
            Mistake(lambda: lambda x: np.cosh((LENGTH - x) / length_constant()),
                    "divide by the value at x = 0, so that your function is 1 there."),
            Mistake(lambda: np.ones_like,
                    "the potential is not the same everywhere: it falls with the distance."),
            Mistake(lambda: short_circuited,
                    "sinh is zero at the end: that is a cable whose end is short-circuited."),
        ), hint="cosh((L - x)/lambda) over its value at x = 0."),
)
