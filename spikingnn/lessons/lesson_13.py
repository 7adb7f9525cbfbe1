"""The exercises of lesson 13: plasticity and learning without labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._util.typing import FloatArray
from .exercise import Exercise, Mistake


COVARIANCE = np.array([[5.0, 2.0], [2.0, 2.0]])
EARLIER, LATER = 0.010 * np.exp(-10.0 / 20.0), 0.012 * np.exp(-15.0 / 20.0)     # changes by the two pairs
DRIFT = 10.0 * 10.0 * (0.010 * 20.0 - 0.0108 * 20.0) / 1000.0                   # mV/s


def without_sign(vector: Any) -> FloatArray:
    """A weight vector, turned such that its largest component is positive."""
    vector = np.asarray(vector, dtype=np.float64)
    if vector.shape != (2,):
        return vector
    return vector * np.sign(vector[np.abs(vector).argmax()])


def eigenvector(k: int) -> FloatArray:
    """An eigenvector of the covariance matrix, of length 1; 1 is that of the larger eigenvalue."""
    return np.asarray(np.linalg.eigh(COVARIANCE)[1][:, k])


EXERCISES = (
    Exercise(
        "To which weights does Oja's rule converge?", lambda: eigenvector(1), accepts="a list of two numbers",
        measure=without_sign,
        mistakes=(
            Mistake(lambda: eigenvector(1) * np.sqrt(5.0),
                    "the direction is right, but the vector must have length 1."),
            Mistake(lambda: eigenvector(0),
                    "that is the direction in which the cloud is shortest; take the eigenvector of the "
                    "larger eigenvalue."),
            Mistake(lambda: np.full(2, np.sqrt(0.5)),
                    "that is the direction of experiment 1, where both inputs have the same variance; here "
                    "the first varies more."),
            Mistake(lambda: np.linalg.eigvalsh(COVARIANCE),
                    "these are the eigenvalues; the weights are an eigenvector."),
        ), hint="the eigenvector of the largest eigenvalue of the covariance matrix, of length 1; the "
                "eigenvalues are 1 and 6."),
    Exercise(
        "At which rate does the neuron fire while its stimulus is on?", lambda: 40.0, unit="Hz",
        mistakes=(
            Mistake(lambda: 10.0,
                    "10 Hz is the mean over all the time; three quarters of it the neuron is silent."),
            Mistake(lambda: 20.0, "that is the rate where the stimulus is on half of the time."),
            Mistake(lambda: 2.5, "the rate during the stimulus must be higher than the mean, not lower."),
        ), hint="the mean over all four stimuli is 10 Hz, and three of them evoke no spikes."),
    Exercise(
        "What is the total change of the weight?", lambda: EARLIER - LATER, tolerance=0.03,
        mistakes=(
            Mistake(lambda: EARLIER,
                    "the second presynaptic spike, 15 ms after the postsynaptic one, depresses the synapse."),
            Mistake(lambda: -LATER,
                    "the first presynaptic spike, 10 ms before the postsynaptic one, potentiates the "
                    "synapse."),
            Mistake(lambda: EARLIER + LATER, "the pair in the reverse order depresses: subtract it."),
            Mistake(lambda: LATER - EARLIER, "mind the signs: pre before post potentiates."),
            Mistake(lambda: EARLIER - 0.012 * np.exp(-25.0 / 20.0),
                    "the second pair is 15 ms apart: from 10 ms to 25 ms."),
        ), hint="two pairs: Δt = +10 ms gives 0.010 exp(-10/20), Δt = -15 ms gives -0.012 exp(-15/20)."),
    Exercise(
        "At which speed does chance depress the synapse?", lambda: DRIFT, unit="mV/s",
        mistakes=(
            Mistake(lambda: -DRIFT, "mind the sign: the area of depression is the larger one."),
            Mistake(lambda: 1000.0 * DRIFT, "τ is in ms and the rates are in Hz: one ms is 0.001 s."),
            Mistake(lambda: DRIFT / 10.0, "there are two rates: 10 Hz · 10 Hz."),
            Mistake(lambda: DRIFT / 1000.0, "that is in mV per ms; give it in mV per second."),
            Mistake(lambda: 100.0 * (0.010 - 0.0108) / 1000.0,
                    "multiply by τ: what counts is the area of the window, a τ."),
        ), hint="10/s · 10/s · (0.010 · 0.020 s - 0.0108 · 0.020 s), in mV/s."),
)
