"""The exercises of lesson 9: synapses, summation and short-term plasticity."""

from __future__ import annotations

import numpy as np

from .exercise import Exercise, Mistake


TAU_M, TAU_S = 20.0, 5.0            # ms
LEAK, OPEN, REST = 0.1, 0.05, -65.0     # µS, µS, mV
USE, RECOVERED = 0.5, 1.0 - np.exp(-50.0 / 800.0)

EXERCISES = (
    Exercise(
        "How long after the spike is the peak of the PSP?",
        lambda: TAU_M * TAU_S / (TAU_M - TAU_S) * np.log(TAU_M / TAU_S), unit="ms", tolerance=0.03,
        mistakes=(
            Mistake(lambda: TAU_M * TAU_S / (TAU_M - TAU_S) * np.log(TAU_M / TAU_S) + 10.0,
                    "the spike is at 10 ms in the experiment; count from there."),
            Mistake(lambda: TAU_S,
                    "at that time the current has decayed to 37 %; the potential still rises as long as the "
                    "current exceeds the leak."),
            Mistake(lambda: 0.0, "the current is largest at once, but the membrane needs time to charge."),
            Mistake(lambda: TAU_M * TAU_S / (TAU_M - TAU_S) * np.log10(TAU_M / TAU_S),
                    "use the natural logarithm, np.log."),
            Mistake(lambda: TAU_M * TAU_S / (TAU_M - TAU_S), "the factor ln(tau_m/tau_s) is missing."),
        ), hint="the derivative is zero where exp(-t/tau_m)/tau_m = exp(-t/tau_s)/tau_s; take the logarithm "
                "of both sides."),
    Exercise(
        "At which potential does the neuron settle?", lambda: LEAK * REST / (LEAK + OPEN), unit="mV",
        mistakes=(
            Mistake(lambda: REST - OPEN * REST / LEAK,
                    "you took the current at rest, g (E - v_rest), for all potentials; it shrinks as v comes "
                    "closer to E."),
            Mistake(lambda: OPEN * REST / (LEAK + OPEN),
                    "each reversal potential is weighted by its own conductance; yours are exchanged."),
            Mistake(lambda: -OPEN * REST / (LEAK + OPEN),
                    "that is the change from rest; the potential itself is asked for."),
            Mistake(lambda: -LEAK * REST / (LEAK + OPEN),
                    "mind the sign: the potential lies between rest, -65 mV, and 0 mV."),
        ), hint="the leak conductance is 1/(10 MΩ) = 0.1 µS; take the weighted mean of -65 mV and 0 mV."),
    Exercise(
        "At which potential is half of the NMDA channels unblocked?",
        lambda: -np.log(3.57) / 0.062, unit="mV",
        mistakes=(
            Mistake(lambda: np.log(3.57) / 0.062,
                    "mind the sign of the exponent: more depolarised means less blocked, and at 0 mV more "
                    "than half is unblocked already."),
            Mistake(lambda: -np.log10(3.57) / 0.062, "use the natural logarithm, np.log."),
            Mistake(lambda: 0.0,
                    "at 0 mV the fraction is 1/(1 + 1/3.57), 78 %; 0 mV is the potential at which the "
                    "current reverses."),
            Mistake(lambda: -np.log(3.57), "divide by 0.062 per mV."),
        ), hint="half is unblocked where [Mg]/3.57 · exp(-0.062 v) = 1."),
    Exercise(
        "What is the paired-pulse ratio at 50 ms?", lambda: 1.0 - USE * (1.0 - RECOVERED),
        mistakes=(
            Mistake(lambda: 1.0 - USE,
                    "that is the ratio for two spikes in immediate succession; part of the resources "
                    "recovers in 50 ms."),
            Mistake(lambda: USE * RECOVERED,
                    "that is only what recovers in between; the half that the first spike left is there, "
                    "too."),
            Mistake(lambda: USE * (1.0 - USE * (1.0 - RECOVERED)),
                    "that is what the second spike delivers; divide it by what the first one delivers, U."),
            Mistake(lambda: 1.0 - USE * RECOVERED,
                    "exp(-50/800) is the part of the missing resources that has NOT recovered after 50 ms."),
        ), hint="after the first spike R = 1 - U; the missing part U decays by the factor exp(-50/800); both "
                "spikes release the same fraction U of what is there."),
)
