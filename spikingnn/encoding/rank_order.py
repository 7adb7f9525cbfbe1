"""Rank-order encoding: only the order of the brightnesses counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.plugin import rows, step_kernel
from .encoder import Encoder


@dataclass(frozen=True, eq=False)
class RankOrderEncoder(Encoder):
    """One spike a window in the order of the stimuli at its start, brightest first, one rank every `interval` ms:

        t(i) = interval · rank(i),      rank(i) = how many different stimuli are larger than x(i)

    Equal stimuli share a rank and spike together. What is below threshold never spikes, nor does what has its turn after the
    window's end. Windows follow one another; a stimulus that changes is taken up at the next one's start. Any strictly rising
    change of contrast or brightness leaves the spikes as they are (above the threshold).

    The units are compared with one another, so the fields are numbers, not arrays. ValueError names what is out of range,
    interval > window too.
    Source: Thorpe & Gautrais, Rank order coding, Computational Neuroscience: Trends in Research (1998), p. 113.
    """

    window: float = 100.0
    """ms: from one start to the next."""
    interval: float = 1.0
    """ms: from one rank to the next."""
    threshold: float = 1 / 256
    """Smallest stimulus that spikes."""

    states: ClassVar = ("clock", "wait", "stimulus", "last")    # steps in the window, to the next turn; held; that of the last turn

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "window", "interval", "threshold")
        checks.validate_fields(self, checks.unit_interval, "threshold")
        for name in ("window", "interval", "threshold"):
            if np.ndim(getattr(self, name)):
                checks.fail(self, name, getattr(self, name), "one number for all units")
        if self.interval > self.window:
            checks.fail(self, "interval", self.interval, f"at most window ({self.window!r})")

    def step_coefficients(self, dt):
        """Window and interval in steps, and the threshold."""
        period, interval = (checks.grid_steps(self, name, getattr(self, name), dt) for name in ("window", "interval"))
        if interval < 1:
            checks.fail(self, "interval", self.interval, f"at least one step, dt = {dt:g} ms")
        return period, interval, self.threshold

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        clock, wait, stimulus, last = rows(state, 4)
        period, interval, threshold = rows(coefficients, 3)
        if clock[0] == 0.0:
            for i in range(clock.size):
                stimulus[i], last[i], wait[i] = current[i], 2.0, 0.0
        if wait[0] == 0.0:
            brightest = 0.0                             # of those who have not had their turn
            for i in range(clock.size):
                if stimulus[i] < last[i]:
                    brightest = max(brightest, stimulus[i])
            for i in range(clock.size):
                spikes[i] = stimulus[i] == brightest and brightest >= threshold[0]
                last[i], wait[i] = brightest, interval[0]
        for i in range(clock.size):
            wait[i] -= 1.0
            clock[i] = clock[i] + 1.0 if clock[i] + 1.0 < period[0] else 0.0
