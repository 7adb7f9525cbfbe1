"""Phase encoding: the binary digits of the stimulus, one per phase."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from .._util.typing import FloatArray, Scalar
from ..engine.plugin import rows, step_kernel
from ..spikes import AnyTrains, duration_of, trains_of
from .encoder import Encoder, any_window_starts, whole_number


@dataclass(frozen=True, eq=False)
class PhaseEncoder(Encoder):
    r"""Encode the stimulus in binary: a period has ``bits`` phases, and each phase sends one digit.

    .. math::

        \text{level} = \operatorname{round}(x \, (2^\text{bits} - 1))
        = \sum_k \text{digit}_k \, 2^{\text{bits} - 1 - k}

    A spike at the start of phase k = 0, 1, … says that digit k of the level is 1. The level is that of
    the stimulus x at the start of the period. The most significant digits come first, so that a larger
    stimulus never spikes later; level 0 is silent. Periods follow one another; a stimulus that changes
    takes effect at the start of the next period. A picture of ``bits`` bits is encoded without loss.

    Every field is one number or one value per unit.

    Parameters
    ----------
    bits : Scalar, default 8
        Number of binary digits, which is the number of phases per period: 1 to 24.
    phase : Scalar, default 1.0
        ms: length of a phase.

    Raises
    ------
    ValueError
        If a field is out of range.

    References
    ----------
    Kim, Kim, Huh, Lee & Choi, Neurocomputing 311:373 (2018), weighted spikes.

    Examples
    --------
    The level of 0.4 with four bits is 6, in binary 0110:

    >>> from spikingnn import PhaseEncoder
    >>> PhaseEncoder(bits=4).encode(0.4, 4.0).trains()
    [array([1., 2.])]
    """

    bits: Scalar = 8
    """Number of binary digits, which is the number of phases per period: 1 to 24."""
    phase: Scalar = 1.0
    """ms: length of a phase."""

    # clock: step within the phase; rest: remainder of the level that is not sent yet; weight: of this digit
    states: ClassVar[tuple[str, ...]] = ("clock", "rest", "weight")

    def __post_init__(self) -> None:
        checks.validate_fields(self, whole_number, "bits")
        checks.validate_fields(self, checks.positive, "phase")
        if np.any(np.asarray(self.bits) > 24):
            checks.fail(self, "bits", self.bits, "at most 24")

    @property
    def period(self) -> FloatArray:
        """ms: length of a period, ``bits * phase``."""
        return np.asarray(self.bits) * np.asarray(self.phase)

    @property
    def top(self) -> FloatArray:
        """The largest level, that of stimulus 1."""
        return np.asarray(2.0 ** np.asarray(self.bits) - 1.0)

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the steps of a phase, the largest level, and the weight of the first digit."""
        steps = checks.grid_steps(self, "phase", self.phase, dt)
        if np.any(steps < 1):
            checks.fail(self, "phase", self.phase, f"at least one step, dt = {dt:g} ms")
        return steps, self.top, (self.top + 1.0) / 2.0

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        clock, rest, weight = rows(state, 3)
        steps, top, first = rows(coefficients, 3)
        if any_window_starts(clock):
            for i in range(clock.size):
                if clock[i] == 0.0:
                    if weight[i] < 1.0:                 # all digits are sent: a new period starts
                        rest[i] = math.floor(current[i] * top[i] + 0.5)
                        weight[i] = first[i]
                    if rest[i] >= weight[i]:
                        spikes[i] = True
                        rest[i] -= weight[i]
                    weight[i] *= 0.5
        for i in range(clock.size):
            clock[i] = clock[i] + 1.0 if clock[i] + 1.0 < steps[i] else 0.0

    def decode(self, spikes: AnyTrains, duration: float | None = None) -> FloatArray:
        """Return the stimulus of each complete period, level/(2^bits - 1).

        The error is at most half a level.

        Parameters
        ----------
        spikes : Spikes, SpikeMonitor or list of arrays
            Spikes of n units.
        duration : float, optional
            ms: end of the recording; needed where the spikes are a list of arrays.

        Returns
        -------
        ndarray, (periods, n)
            Stimulus in [0, 1].

        Examples
        --------
        >>> from spikingnn import PhaseEncoder
        >>> encoder = PhaseEncoder(bits=4)
        >>> encoder.decode(encoder.encode([0.0, 0.4, 1.0], 4.0))
        array([[0. , 0.4, 1. ]])
        """
        trains = trains_of(spikes, self)
        bits, phases, tops = (np.broadcast_to(np.asarray(value), len(trains))
                              for value in (self.bits, self.phase, self.top))
        n_periods = int(duration_of(spikes, duration, self) / np.max(bits * phases) + 1e-9)
        level = np.zeros((n_periods, len(trains)))
        for i, train in enumerate(trains):
            number = np.floor(train / phases[i] + 1e-9)
            period, digit = (number // bits[i]).astype(np.int64), number % bits[i]
            inside = period < n_periods
            np.add.at(level[:, i], period[inside], (2.0 ** (bits[i] - 1 - digit))[inside])
        return level / tops
