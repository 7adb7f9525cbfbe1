"""Delta modulation: spikes say when a signal has risen or fallen by a level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.plugin import rows, step_kernel
from ..spikes import trains_of
from .encoder import Encoder


@dataclass(frozen=True, eq=False)
class DeltaEncoder(Encoder):
    """Follows the signal x with a staircase r and spikes where it takes a stair:

        r = start + delta · k,      k -> k + 1 where x - r >= delta,        k -> k - 1 where r - x >= delta

    one stair a step at the most. ON units (polarity = 1) spike at the stairs up, OFF units (polarity = -1) at those down; both
    follow the same staircase. So a signal takes two units: two groups with the same input, or an array of polarities.
    After each step |x - r| < delta, unless the signal changes by more than delta a step and the staircase is behind.

    Fields are numbers or (n,) arrays; ValueError names what is out of range.
    Source: Lichtsteiner, Posch & Delbruck, IEEE J. Solid-State Circuits 43:566 (2008); Schouten, de Jager & Greefkes,
    Philips Technical Review 13:237 (1952).
    """

    delta: float = 0.1
    """Height of a stair."""
    polarity: float = 1.0
    """1: ON, spikes where the signal rises; -1: OFF, where it falls."""
    start: float = 0.0
    """Where the staircase begins."""

    states: ClassVar = ("stair",)               # k

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "delta")
        checks.validate_fields(self, checks.number, "polarity")
        checks.validate_fields(self, checks.unit_interval, "delta", "start")
        if not np.all(np.abs(np.asarray(self.polarity)) == 1):
            checks.fail(self, "polarity", self.polarity, "1 (ON) or -1 (OFF)")

    def step_coefficients(self, dt):
        """The fields as they are."""
        return self.delta, self.polarity, self.start

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (stair,) = rows(state, 1)
        delta, polarity, start = rows(coefficients, 3)
        for i in range(stair.size):
            gap = current[i] - (start[i] + delta[i] * stair[i])
            taken = 1.0 if gap >= delta[i] else (-1.0 if gap <= -delta[i] else 0.0)
            stair[i] += taken
            spikes[i] = taken == polarity[i]

    def decode(self, on, off, t):
        """The staircases at the times `t` (samples,) in ms, a spike at t counted: (samples, n).

        on, off: the spikes of the ON and of the OFF units, each n trains (`Spikes`, monitors or lists); delta and start are those
        of the ON units. Within delta of the signal wherever the staircase kept up.
        """
        up, down = trains_of(on, self), trains_of(off, self)
        if len(up) != len(down):
            checks.fail(self, "off", len(down), f"as many trains as there are ON units, {len(up)}")
        at = np.asarray(checks.number(self, "t", t)) + 1e-9
        stairs = [np.searchsorted(rise, at, "right") - np.searchsorted(fall, at, "right") for rise, fall in zip(up, down)]
        return self.start + self.delta * np.stack(stairs, axis=-1)
