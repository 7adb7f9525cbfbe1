"""The exercises of lesson 3: the hidden parameters of an unknown neuron."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .._util.typing import FloatArray
from ..neurons import FirstOrderLIF
from .exercise import Exercise, Mistake
from .unknown import hidden_model


HIDDEN = hidden_model()
TAU, R = float(np.asarray(HIDDEN.tau_m)), float(np.asarray(HIDDEN.resistance))                    # ms, MΩ
REST, RESET = float(np.asarray(HIDDEN.v_rest)), float(np.asarray(HIDDEN.v_reset))                 # mV
CURRENTS = np.array([0.7, 1.0, 2.0, 5.0])       # nA: at which models are compared


def rates(model: FirstOrderLIF) -> FloatArray:
    """The firing rates of a model at the currents, in Hz."""
    return np.array([float(np.asarray(model.rate(current))) for current in CURRENTS])


EXERCISES = (
    Exercise(
        "What is the resting potential of the unknown neuron?", lambda: REST, unit="mV", tolerance=0.002,
        mistakes=(
            Mistake(lambda: -65.0,
                    "-65 mV is the default of the model; look at the recording without current."),
            Mistake(lambda: RESET,
                    "that is the potential after a spike; take a recording without current."),
            Mistake(lambda: -REST, "the inside of the neuron is negative."),
        ), hint="silent.v.mean() averages over the noise."),
    Exercise(
        "What is the resistance of the unknown neuron?", lambda: R, unit="MΩ", tolerance=0.03,
        mistakes=(
            Mistake(lambda: 0.3 * R, "divide the change of the potential, in mV, by the current, in nA."),
            Mistake(lambda: (REST + 0.3 * R) / 0.3, "take the change from rest, not the potential itself."),
            Mistake(lambda: -R,
                    "a resistance is positive: both the change of the potential and the current change "
                    "their sign."),
        ), hint="the mean potential at the end of a weak step, minus the resting potential, divided by "
                "the current; no spikes may occur, and the potential must have settled."),
    Exercise(
        "What is the membrane time constant of the unknown neuron?", lambda: TAU, unit="ms", tolerance=0.04,
        mistakes=(
            Mistake(lambda: TAU * np.log(10.0),
                    "with the natural logarithm, np.log, the slope is -1/tau; with np.log10 it is "
                    "smaller by a factor 2.3."),
            Mistake(lambda: TAU * np.log(2.0),
                    "that is the time to one half; in one time constant the difference from rest falls "
                    "to 37 %."),
            Mistake(lambda: -1.0 / TAU, "that is the slope of the line; the time constant is -1/slope."),
            Mistake(lambda: -TAU, "the slope is negative; the time constant is -1/slope."),
        ), hint="fit only the first 30 ms or so after the step, where the difference from rest is well "
                "above the noise of 0.3 mV."),
    Exercise(
        "Which model fires like the unknown neuron at 0.7, 1, 2 and 5 nA?", lambda: HIDDEN, unit="Hz",
        tolerance=0.06, each=True, measure=rates, accepts="a FirstOrderLIF with your six parameters",
        mistakes=(
            Mistake(lambda: FirstOrderLIF(),
                    "these are the default parameters; put in those that you found."),
            Mistake(lambda: replace(HIDDEN, t_refractory=0.0),
                    "at strong currents your model fires too fast: it has no refractory period."),
            Mistake(lambda: replace(HIDDEN, v_reset=REST),
                    "this neuron is not reset to its resting potential; look at the flat part after a "
                    "spike."),
            Mistake(lambda: replace(HIDDEN, v_threshold=-50.0),
                    "the threshold is not at -50 mV; look at the last samples before the spikes."),
        ), hint="the deviation at the weakest current (index 0) comes from threshold, rest and "
                "resistance, that at the strongest (index 3) from the refractory period and the reset."),
)
