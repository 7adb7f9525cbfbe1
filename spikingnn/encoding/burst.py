"""Burst encoding: the larger the stimulus, the more spikes and the shorter their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import rows, step_kernel
from .encoder import Encoder, any_window_starts, whole_number


@dataclass(frozen=True, eq=False)
class BurstEncoder(Encoder):
    r"""One burst per window, of N spikes at intervals I, from the stimulus x at the start of the window.

    .. math::

        N(x) = \lceil \text{max\_spikes} \cdot x \rceil, \qquad
        I(x) = \text{longest} - (\text{longest} - \text{shortest}) \, x

    The spikes come at I, 2I, … N·I after the start of the window, where I is rounded to the grid. Since
    the first spike comes one interval after the start, a larger stimulus also spikes earlier; x = 0 is
    silent. Windows follow one another; a stimulus that changes takes effect at the start of the next
    window.

    Every field is one number or one value per unit.

    Parameters
    ----------
    window : Scalar, default 100.0
        ms: length of a window.
    max_spikes : Scalar, default 5
        Number of spikes at stimulus 1, a positive integer.
    shortest : Scalar, default 2.0
        ms: interspike interval at stimulus 1.
    longest : Scalar, default 20.0
        ms: interspike interval in the limit of stimulus 0.

    Raises
    ------
    ValueError
        If a field is out of range, or if a burst would be longer than the window.

    References
    ----------
    After Guo, Fouda, Eltawil & Salama, Front. Neurosci. 15:638474 (2021).

    Examples
    --------
    >>> from spikingnn import BurstEncoder
    >>> BurstEncoder().encode([0.0, 0.5, 1.0], 100.0).trains()
    [array([], dtype=float64), array([11., 22., 33.]), array([ 2.,  4.,  6.,  8., 10.])]
    """

    window: Scalar = 100.0
    """ms: length of a window."""
    max_spikes: Scalar = 5
    """Number of spikes at stimulus 1, a positive integer."""
    shortest: Scalar = 2.0
    """ms: interspike interval at stimulus 1."""
    longest: Scalar = 20.0
    """ms: interspike interval in the limit of stimulus 0."""

    # clock: step within the window; due: step of the next spike; left: spikes to come; interval: in steps
    states: ClassVar[tuple[str, ...]] = ("clock", "due", "left", "interval")

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "window", "shortest", "longest")
        checks.validate_fields(self, whole_number, "max_spikes")
        if np.any(np.asarray(self.shortest) > np.asarray(self.longest)):
            checks.fail(self, "shortest", self.shortest, f"at most longest ({self.longest!r})")
        self._check_span(0.0)

    def _check_span(self, dt: float) -> None:
        """Refuse a window that ends before the longest burst, N·I, which is that of x = (N - 1)/max_spikes
        for some N.
        """
        most = np.asarray(self.max_spikes, dtype=np.float64)
        change = (np.asarray(self.longest) - np.asarray(self.shortest)) / most
        longest = np.asarray(self.longest)
        slowest = np.clip(np.round((longest + change) / (2.0 * np.maximum(change, 1e-300))), 1.0, most)
        span = slowest * (longest - change * (slowest - 1.0)) + 0.5 * dt * most
        if np.any(span >= np.asarray(self.window)):
            checks.fail(self, "window", self.window, f"longer than the longest burst, {np.max(span):g} ms")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the fields in units of steps."""
        period = checks.grid_steps(self, "window", self.window, dt)
        self._check_span(dt)
        if np.any(np.asarray(self.shortest) < dt):
            checks.fail(self, "shortest", self.shortest, f"at least one step, dt = {dt:g} ms")
        return period, self.max_spikes, np.asarray(self.shortest) / dt, np.asarray(self.longest) / dt

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        clock, due, left, interval = rows(state, 4)
        period, max_spikes, shortest, longest = rows(coefficients, 4)
        if any_window_starts(clock):
            for i in range(clock.size):
                if clock[i] == 0.0:
                    left[i] = math.ceil(max_spikes[i] * current[i])
                    exact = longest[i] - (longest[i] - shortest[i]) * current[i]
                    interval[i] = max(math.floor(exact + 0.5), 1.0)
                    due[i] = interval[i]
        for i in range(clock.size):
            has_spiked = clock[i] == due[i] and left[i] > 0.0
            spikes[i] = has_spiked
            left[i] -= 1.0 if has_spiked else 0.0
            due[i] += interval[i] if has_spiked else 0.0
            clock[i] = clock[i] + 1.0 if clock[i] + 1.0 < period[i] else 0.0
