"""Poisson encoding: the stimulus sets the rate of independent random spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba.extending import register_jitable

from ..core import checks
from ..core.plugin import rows, step_kernel
from ..core.random import exponential
from .encoder import Encoder, expected_spikes


@register_jitable
def redraw(wait, spikes, begin, end, key):
    """A new waiting time, Exp(1), for each unit from `begin` to `end` that has spiked."""
    for i in range(begin, end):
        if spikes[i]:
            wait[i] = exponential(key, i)


@dataclass(frozen=True, eq=False)
class PoissonEncoder(Encoder):
    """Independent Poisson spikes at rate max_rate · stimulus, the stimulus in [0, 1] free to change at every step:

        P(spike in a step) = 1 - exp(-max_rate · stimulus · dt),    one spike a step at the most

    Each unit holds a waiting time drawn from Exp(1), spends rate·dt of it in a step and spikes where it runs out; so a
    random number is drawn for a spike and not for a step. max_rate is a scalar or an (n,) array.
    Source: Dayan & Abbott, Theoretical Neuroscience (2001), section 1.4.
    """

    max_rate: float = 100.0         # Hz    rate at stimulus 1

    states: ClassVar = ("wait",)

    def __post_init__(self):
        checks.take(self, checks.non_negative, "max_rate")

    def calibrate(self, dt):
        """The expected number of spikes in a step at stimulus 1; above one it is refused."""
        return (expected_spikes(self, dt),)

    def initial(self, n, key):
        """A first waiting time for each unit."""
        return (np.array([exponential(key, i) for i in range(n)]),)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (wait,) = rows(state, 1)
        (expected,) = rows(coefficients, 1)
        for i in range(wait.size):
            left = wait[i] - expected[i] * current[i]
            wait[i] = left
            spikes[i] = left <= 0.0
        words = spikes[:wait.size // 8 * 8].view(np.uint64)        # eight flags at once: few units spike in a step
        for w in range(words.size):
            if words[w] != 0:
                redraw(wait, spikes, 8 * w, 8 * w + 8, key)
        redraw(wait, spikes, 8 * words.size, wait.size, key)
