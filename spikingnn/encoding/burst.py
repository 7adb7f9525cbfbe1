"""Burst encoding: the brighter, the more spikes and the closer together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.plugin import rows, step_kernel
from .encoder import Encoder, any_begins, whole


@dataclass(frozen=True, eq=False)
class BurstEncoder(Encoder):
    """A burst a window, of N spikes at the intervals I, from the stimulus x at the window's start:

        N(x) = ceil(max_spikes · x),    I(x) = longest - (longest - shortest) · x,      spikes at I, 2I, … N·I

    after that start, I rounded to the grid. The first spike comes one interval after the start, so that brighter is earlier;
    x = 0 is silent. Windows follow one another; a stimulus that changes is taken up at the next one's start.

    Fields are numbers or (n,) arrays; ValueError names what is out of range, a window that is too short for some burst too.
    Source: after Guo, Fouda, Eltawil & Salama, Front. Neurosci. 15:638474 (2021).
    """

    window: float = 100.0
    """ms: from one start to the next."""
    max_spikes: int = 5
    """Spikes at stimulus 1."""
    shortest: float = 2.0
    """ms: interval at stimulus 1."""
    longest: float = 20.0
    """ms: interval as the stimulus nears 0."""

    states: ClassVar = ("clock", "due", "left", "interval")     # steps: within the window, of the next spike; spikes to come; steps

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "window", "shortest", "longest")
        checks.validate_fields(self, whole, "max_spikes")
        if np.any(np.asarray(self.shortest) > self.longest):
            checks.fail(self, "shortest", self.shortest, f"at most longest ({self.longest!r})")
        self._check_span(0.0)

    def _check_span(self, dt):
        """Refuse a window that ends before the longest burst, of N·I: N spikes are the slowest at x = (N - 1)/max_spikes."""
        most = np.asarray(self.max_spikes, dtype=np.float64)
        change = (np.asarray(self.longest) - self.shortest) / most
        best = np.clip(np.round((self.longest + change) / (2.0 * np.maximum(change, 1e-300))), 1.0, most)
        span = best * (self.longest - change * (best - 1.0)) + 0.5 * dt * most
        if np.any(span >= np.asarray(self.window)):
            checks.fail(self, "window", self.window, f"longer than the longest burst, {np.max(span):g} ms")

    def step_coefficients(self, dt):
        """The fields in steps."""
        period = checks.grid_steps(self, "window", self.window, dt)
        self._check_span(dt)
        if np.any(np.asarray(self.shortest) < dt):
            checks.fail(self, "shortest", self.shortest, f"at least one step, dt = {dt:g} ms")
        return period, self.max_spikes, np.asarray(self.shortest) / dt, np.asarray(self.longest) / dt

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        clock, due, left, interval = rows(state, 4)
        period, most, shortest, longest = rows(coefficients, 4)
        if any_begins(clock):
            for i in range(clock.size):
                if clock[i] == 0.0:
                    left[i] = math.ceil(most[i] * current[i])
                    interval[i] = max(math.floor(longest[i] - (longest[i] - shortest[i]) * current[i] + 0.5), 1.0)
                    due[i] = interval[i]
        for i in range(clock.size):
            fires = clock[i] == due[i] and left[i] > 0.0
            spikes[i] = fires
            left[i] -= 1.0 if fires else 0.0
            due[i] += interval[i] if fires else 0.0
            clock[i] = clock[i] + 1.0 if clock[i] + 1.0 < period[i] else 0.0
