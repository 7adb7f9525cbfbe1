"""Bernoulli encoding: in every step a coin is tossed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..core import checks
from ..core.plugin import rows, step_kernel, uniform
from .encoder import Encoder, expected_spikes


@dataclass(frozen=True, eq=False)
class BernoulliEncoder(Encoder):
    """Independent spikes with a probability that is linear in the stimulus x:

        P(spike in a step) = max_rate · dt · x

    The mean rate is max_rate·x exactly (that of `PoissonEncoder` is (1 - exp(-max_rate·x·dt))/dt), and intervals are
    geometric: CV = sqrt(1 - P), Fano factor 1 - P. max_rate = 1000/dt Hz lets stimulus 1 spike in every step.

    max_rate is a number or an (n,) array; ValueError where it is negative, or where max_rate·dt > 1 (when dt is known).
    Source: Dayan & Abbott, Theoretical Neuroscience (2001), section 1.4 (spikes as independent trials).
    """

    max_rate: float = 100.0         # Hz    rate at stimulus 1

    states: ClassVar = ("probability",)

    def __post_init__(self):
        checks.take(self, checks.non_negative, "max_rate")

    def calibrate(self, dt):
        """The probability of a spike in a step at stimulus 1."""
        return (expected_spikes(self, dt),)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (probability,) = rows(state, 1)
        (expected,) = rows(coefficients, 1)
        for i in range(probability.size):
            probability[i] = expected[i] * current[i]
            spikes[i] = uniform(key, i) < probability[i]
