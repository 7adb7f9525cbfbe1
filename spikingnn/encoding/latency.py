"""Latency encoding: the brighter, the earlier."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.plugin import rows, step_kernel
from ..spikes import duration_of, trains_of
from .encoder import Encoder, any_begins


@dataclass(frozen=True, eq=False)
class LatencyEncoder(Encoder):
    """One spike a window, the earlier the larger the stimulus x at the window's start:

        scale="linear"      t(x) = latest · (1 - x) / (1 - threshold)
        scale="log"         t(x) = latest · ln(1/x) / ln(1/threshold)

    after that start, rounded to the grid; x = 1 spikes at once, x = threshold at `latest`, less than that never. The clock goes
    on and on: a window follows the other, and a stimulus that changes is taken up at the next window's start.

    Fields but scale are numbers or (n,) arrays; ValueError names what is out of range, latest >= window too.
    Source: Thorpe, Delorme & Van Rullen, Neural Networks 14:715 (2001); logarithmic: Hopfield, Nature 376:33 (1995).
    """

    window: float = 100.0
    """ms: from one start to the next."""
    latest: float = 80.0
    """ms: latency at the threshold."""
    threshold: float = 1 / 256
    """Smallest stimulus that spikes: every level of an 8-bit picture but black."""
    scale: str = "linear"
    """"linear" | "log"."""

    states: ClassVar = ("clock", "due")         # steps: within the window, and at which to spike (-1: not at all)

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "window", "latest", "threshold")
        if np.any(np.asarray(self.threshold) >= 1):
            checks.fail(self, "threshold", self.threshold, "above 0 and below 1")
        checks.one_of(self, "scale", self.scale, ("linear", "log"))
        checks.ordered(self, "latest", self.latest, "window", self.window)

    def _spans(self):
        """ms a unit of 1 - x, and ms a unit of ln(1/x); one of them is zero."""
        linear = self.latest / (1.0 - np.asarray(self.threshold))
        log = -self.latest / np.log(self.threshold)
        return (linear, 0.0 * log) if self.scale == "linear" else (0.0 * linear, log)

    def step_coefficients(self, dt):
        """Window and threshold, and the steps a unit of 1 - x and of ln(1/x)."""
        period = checks.grid_steps(self, "window", self.window, dt)
        if np.any(np.rint(np.asarray(self.latest) / dt) >= period):
            checks.fail(self, "latest", self.latest, f"at least one step below window ({self.window!r} ms, dt = {dt:g} ms)")
        linear, log = self._spans()
        return period, self.threshold, linear / dt, log / dt

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        clock, due = rows(state, 2)
        period, threshold, linear, log = rows(coefficients, 4)
        if any_begins(clock):
            for i in range(clock.size):
                if clock[i] == 0.0:
                    x = max(current[i], threshold[i])
                    wait = math.floor(linear[i] * (1.0 - x) - log[i] * math.log(x) + 0.5)
                    due[i] = wait if current[i] >= threshold[i] else -1.0
        for i in range(clock.size):
            spikes[i] = clock[i] == due[i]
            clock[i] = clock[i] + 1.0 if clock[i] + 1.0 < period[i] else 0.0

    def latency(self, x):
        """The latency in ms of stimulus x before it is rounded to the grid; inf where it never spikes."""
        x, (linear, log) = np.asarray(checks.unit_interval(self, "x", x)), self._spans()
        above = x >= self.threshold
        safe = np.where(above, x, 1.0)
        return np.where(above, linear * (1.0 - safe) - log * np.log(safe), np.inf)

    def value(self, latency):
        """The stimulus in [0, 1] that spikes after `latency` ms; 0 for inf. The inverse of `latency`."""
        latency = np.asarray(checks.number(self, "latency", latency, infinite=True))
        if np.any(latency < 0):
            checks.fail(self, "latency", latency, "zero or positive in ms, or inf")
        safe = np.where(np.isinf(latency), 0.0, latency)
        linear, log = self._spans()
        found = 1.0 - safe / linear if self.scale == "linear" else np.exp(-safe / log)
        return np.where(np.isinf(latency), 0.0, np.clip(found, 0.0, 1.0))

    def decode(self, spikes, duration=None):
        """(windows, n): the stimulus of each whole window from its first spike, 0 where there was none.

        Off by no more than half a step: dt/2 · |dx/dt|. `spikes`: `Spikes`, a monitor, or a list of trains, then with `duration` in ms.
        """
        trains = trains_of(spikes, self)
        windows = np.broadcast_to(self.window, len(trains))
        whole = int(duration_of(spikes, duration, self) / np.max(windows) + 1e-9)
        first = np.full((whole, len(trains)), np.inf)
        for i, (train, window) in enumerate(zip(trains, windows)):
            number = np.floor(train / window + 1e-9).astype(np.int64)
            inside = number < whole
            np.minimum.at(first[:, i], number[inside], np.maximum(train - number * window, 0.0)[inside])
        return self.value(first)
