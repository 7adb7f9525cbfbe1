"""Poisson encoding: the stimulus sets the rate of independent random spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from ..engine.plugin import rows, step_kernel, uniform
from .encoder import Encoder, expected_spikes


@register_jitable
def redraw(wait, spikes, begin, end, key):
    """A new waiting number, one over a uniform random number, for each unit from `begin` to `end` that has spiked."""
    for i in range(begin, end):
        if spikes[i]:
            wait[i] = 1.0 / uniform(key, i)


@dataclass(frozen=True, eq=False)
class PoissonEncoder(Encoder):
    """Independent spikes at rate max_rate · stimulus, the stimulus in [0, 1] free to change at every step:

        P(spike in a step) = max_rate · stimulus · dt

    The mean rate is max_rate · stimulus exactly, at any dt. Intervals are geometric, with CV = sqrt(1 - P)
    and Fano factor 1 - P: Poisson spikes as P nears 0, too regular where it is large. max_rate·dt > 0.3
    warns, once. `BernoulliEncoder` is another name of the same encoder.

    Each unit holds a number that begins at 1/U, U uniform in (0, 1), and is multiplied by 1 - P in each step;
    where it has fallen to 1 the unit spikes. The probability that it has not yet is that of U below the
    product of all 1 - P, which is this product. So a random number is drawn for a spike and not for a step.

    max_rate is a number or an (n,) array; ValueError where it is negative, or where max_rate·dt > 1 (when dt
    is known).
    Source: Dayan & Abbott, Theoretical Neuroscience (2001), section 1.4.
    """

    max_rate: float = 100.0
    """Hz: rate at stimulus 1."""

    states: ClassVar = ("wait",)

    def __post_init__(self):
        checks.validate_fields(self, checks.non_negative, "max_rate")

    def step_coefficients(self, dt):
        """The probability of a spike in a step at stimulus 1."""
        return (expected_spikes(self, dt),)

    def initial(self, n, key):
        """A first waiting number for each unit."""
        return (np.array([1.0 / uniform(key, i) for i in range(n)]),)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (wait,) = rows(state, 1)
        (expected,) = rows(coefficients, 1)
        for i in range(wait.size):
            left = wait[i] - wait[i] * (expected[i] * current[i])
            wait[i] = left
            spikes[i] = left <= 1.0
        words = spikes[:wait.size // 8 * 8].view(np.uint64)     # eight flags at once: few are set
        for w in range(words.size):
            if words[w] != 0:
                redraw(wait, spikes, 8 * w, 8 * w + 8, key)
        redraw(wait, spikes, 8 * words.size, wait.size, key)


BernoulliEncoder = PoissonEncoder       # the name under which the exact probability was once to be had
