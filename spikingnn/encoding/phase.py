"""Phase encoding: the binary digits of the brightness, one a phase."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.plugin import rows, step_kernel
from ..spikes import duration_of, trains_of
from .encoder import Encoder, any_begins, whole


@dataclass(frozen=True, eq=False)
class PhaseEncoder(Encoder):
    """A period has `bits` phases; a spike at the start of phase k = 0, 1, … stands for the binary digit of weight 2^(bits-1-k):

        level = round(x · (2^bits - 1)) = Σ_k digit_k · 2^(bits-1-k),       a spike in phase k where digit_k = 1

    of the stimulus x at the period's start. The largest digits come first, so that brighter is never later; level 0 is silent.
    Periods follow one another; a stimulus that changes is taken up at the next one's start. A picture of `bits` bits is encoded
    without loss.

    Fields are numbers or (n,) arrays; ValueError names what is out of range. Decoding off the grid of dt is off by its rounding.
    Source: Kim, Kim, Huh, Lee & Choi, Neurocomputing 311:373 (2018), weighted spikes.
    """

    bits: int = 8
    """Digits, phases of a period: 1 to 24."""
    phase: float = 1.0
    """ms: length of a phase; a period is bits · phase."""

    states: ClassVar = ("clock", "rest", "weight")      # steps within the phase; what of the level is still to come; of this digit

    def __post_init__(self):
        checks.validate_fields(self, whole, "bits")
        checks.validate_fields(self, checks.positive, "phase")
        if np.any(np.asarray(self.bits) > 24):
            checks.fail(self, "bits", self.bits, "at most 24")

    @property
    def period(self):
        """ms from one start to the next."""
        return self.bits * self.phase

    @property
    def top(self):
        """The largest level, that of stimulus 1."""
        return 2.0 ** np.asarray(self.bits) - 1.0

    def step_coefficients(self, dt):
        """The steps of a phase, the largest level, and the weight of the first digit."""
        steps = checks.grid_steps(self, "phase", self.phase, dt)
        if np.any(steps < 1):
            checks.fail(self, "phase", self.phase, f"at least one step, dt = {dt:g} ms")
        return steps, self.top, (self.top + 1.0) / 2.0

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        clock, rest, weight = rows(state, 3)
        steps, top, first = rows(coefficients, 3)
        if any_begins(clock):
            for i in range(clock.size):
                if clock[i] == 0.0:
                    if weight[i] < 1.0:                 # all digits are out: a new period
                        rest[i] = math.floor(current[i] * top[i] + 0.5)
                        weight[i] = first[i]
                    if rest[i] >= weight[i]:
                        spikes[i] = True
                        rest[i] -= weight[i]
                    weight[i] *= 0.5
        for i in range(clock.size):
            clock[i] = clock[i] + 1.0 if clock[i] + 1.0 < steps[i] else 0.0

    def decode(self, spikes, duration=None):
        """(windows, n): the stimulus level/(2^bits - 1) of each whole period; off by no more than half a level.

        `spikes`: `Spikes`, a monitor, or a list of trains, then with `duration` in ms.
        """
        trains = trains_of(spikes, self)
        bits, phases, tops = (np.broadcast_to(value, len(trains)) for value in (self.bits, self.phase, self.top))
        whole = int(duration_of(spikes, duration, self) / np.max(bits * phases) + 1e-9)
        level = np.zeros((whole, len(trains)))
        for i, train in enumerate(trains):
            number = np.floor(train / phases[i] + 1e-9)
            period, digit = (number // bits[i]).astype(np.int64), number % bits[i]
            inside = period < whole
            np.add.at(level[:, i], period[inside], (2.0 ** (bits[i] - 1 - digit))[inside])
        return level / tops
