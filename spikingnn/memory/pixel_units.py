"""The units of a memory: each pixel is an ON and an OFF neuron. Binary units say yes or no, grey ones how much."""

from __future__ import annotations

import math

import numpy as np

from .._util import checks
from ..neurons import FirstOrderLIF
from .coding import as_patterns


__all__ = ["DT", "BinaryUnits", "GreyUnits"]

DT = 1.0                # ms


class BinaryUnits:
    """`FirstOrderLIF` without dimension (threshold 1, rest and reset 0) whose rate is nearly a step function of the field.

    `gain`, `bias`, `cue_gain` in units of the threshold; `noise` is the standard deviation of the membrane. A unit whose field is 1
    fires at `saturated_rate` Hz, from the model's closed form on the grid.
    """

    read_out = 50           # ms    what the spikes hold in the end is read from the last of them
    hold_time = 250.0       # ms    that a recall takes after the cue, unless told otherwise

    def __init__(self, gain, bias, cue_gain, noise):
        self.gain = checks.positive("HopfieldAssembly", "gain", gain)
        self.bias = checks.number("HopfieldAssembly", "bias", bias)
        self.cue_gain = checks.positive("HopfieldAssembly", "cue_gain", cue_gain)
        self.model = FirstOrderLIF(tau_m=10.0, resistance=1.0, v_rest=0.0, v_threshold=1.0, v_reset=0.0, t_refractory=5.0,
                                   v_floor=-1.0, noise=noise)
        self.saturated_rate = float(self.model.rate(self.gain + self.bias, DT))
        self.period = round(1000.0 / self.saturated_rate / DT)      # steps between two spikes

    def currents(self, cue, field_bias, strength=1.0):
        """The current of every unit, (2n,), under a cue of ±1, NaN where unknown."""
        drive = strength * self.cue_gain * np.nan_to_num(cue) + self.gain * field_bias
        return self.bias + np.concatenate([drive, -drive])

    def scatter(self, units, rng):
        """Random potentials and phases: units that begin alike would fire in lock-step for ever."""
        units["v"] = rng.random(units.n)
        units["refractory"] = rng.integers(0, self.period, units.n)

    def patterns(self, patterns, n):
        """(P, n) of ±1."""
        return as_patterns("HopfieldAssembly", patterns, n)

    def signed(self, patterns):
        """Patterns as numbers from −1 to 1."""
        return patterns

    def cue(self, cue):
        """(n,) of ±1, NaN where unknown."""
        if cue.dtype == bool:
            return np.where(cue, 1.0, -1.0)
        cue = np.where(cue == 0, np.nan, cue)
        wrong = cue[~(np.isnan(cue) | (np.abs(cue) == 1))]
        if wrong.size:
            checks.fail("HopfieldAssembly", "cue", float(wrong[0]), "−1 or 1, or 0 or NaN where unknown")
        if np.isnan(cue).any() and (cue == 1).any() and not (cue == -1).any():
            checks.warn_field("HopfieldAssembly", "cue", "has ones and zeros only: a zero is an unknown pixel, a dark one is −1")
        return cue


class GreyUnits:
    """Integrate-and-fire neurons without leak, reset by subtraction: ON fires in proportion to the level, OFF to what is left of it.

        dv/dt = I,  v ← v − 1 at a spike;      rate_ON = saturated_rate · x,  rate_OFF = saturated_rate · (1 − x)

    Such a unit loses no charge, so that a count over T is exact to one spike: the error falls as 1/T, where that of Poisson spikes
    falls as 1/√T. The level is read as ON / (ON + OFF).
    """

    read_out, hold_time, gain, saturated_rate, period = 200, 350.0, 0.5, 500.0, 2

    def __init__(self):
        self.model = FirstOrderLIF(tau_m=math.inf, resistance=1.0, v_rest=0.0, v_threshold=1.0, v_reset=0.0, t_refractory=0.0,
                                   reset="subtract")

    def currents(self, cue, field_bias, strength=1.0):
        """The current of every unit, (2n,), under a cue of levels, NaN where unknown."""
        return strength * self.gain * np.nan_to_num(np.concatenate([cue, 1.0 - cue]))

    def scatter(self, units, rng):
        """Random potentials."""
        units["v"] = rng.random(units.n)

    def patterns(self, levels, n):
        """(P, n) of levels from 0 to 1."""
        levels = np.atleast_2d(np.asarray(checks.unit_interval("HopfieldAssembly", "patterns", levels)))
        if levels.ndim != 2 or levels.shape[1] != n or not len(levels):
            raise ValueError(f"HopfieldAssembly.patterns must have the shape (P, {n}) or ({n},), got {levels.shape}")
        return levels

    def signed(self, levels):
        """Levels as numbers from −1 to 1."""
        return 2.0 * levels - 1.0

    def cue(self, cue):
        """(n,) of levels, NaN where unknown."""
        if not ((cue >= 0) & (cue <= 1) | np.isnan(cue)).all():
            checks.fail("HopfieldAssembly", "cue", cue[~(np.isnan(cue) | (cue >= 0) & (cue <= 1))][0], "from 0 to 1, or NaN where unknown")
        return cue
