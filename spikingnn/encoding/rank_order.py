"""Rank-order encoding: only the order of the stimuli matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.plugin import rows, step_kernel
from .encoder import Encoder


@dataclass(frozen=True, eq=False)
class RankOrderEncoder(Encoder):
    r"""One spike per window in the order of the stimuli at its start, largest first, one rank every
    ``interval``.

    .. math::

        t_i = \text{interval} \cdot \text{rank}_i

    The rank of unit i is the number of different stimuli that are larger than its own, so that units with
    equal stimuli spike together. Units below the threshold never spike, nor do those whose turn would
    come after the end of the window. Windows follow one another; a stimulus that changes takes effect at
    the start of the next window. Any strictly increasing change of contrast or brightness leaves the
    spikes as they are (above the threshold).

    The units are compared with one another, so every field is one number.

    Parameters
    ----------
    window : float, default 100.0
        ms: length of a window.
    interval : float, default 1.0
        ms: time from one rank to the next, at most ``window``.
    threshold : float, default 1 / 256
        Smallest stimulus that spikes; the default is the lowest level above black of an 8-bit
        picture.

    Raises
    ------
    ValueError
        If a field is out of range or an array, or ``interval`` is longer than ``window``.

    References
    ----------
    Thorpe & Gautrais, Rank order coding, *Computational Neuroscience: Trends in Research* (1998), p. 113.

    Examples
    --------
    >>> from spikingnn import RankOrderEncoder
    >>> RankOrderEncoder(interval=5.0).encode([0.2, 0.9, 0.5, 0.9], 100.0).trains()
    [array([10.]), array([0.]), array([5.]), array([0.])]
    """

    window: float = 100.0
    """ms: length of a window."""
    interval: float = 1.0
    """ms: time from one rank to the next, at most ``window``."""
    threshold: float = 1 / 256
    """Smallest stimulus that spikes; the default is the lowest level above black of an 8-bit picture."""

    # clock: step within the window; wait: steps to the next rank; stimulus: held; last: that of the last rank
    states: ClassVar[tuple[str, ...]] = ("clock", "wait", "stimulus", "last")

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "window", "interval", "threshold")
        checks.validate_fields(self, checks.unit_interval, "threshold")
        for name in ("window", "interval", "threshold"):
            if np.ndim(getattr(self, name)):
                checks.fail(self, name, getattr(self, name), "one number for all units")
        if self.interval > self.window:
            checks.fail(self, "interval", self.interval, f"at most window ({self.window!r})")

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return window and interval in steps, and the threshold."""
        period = float(checks.grid_steps(self, "window", self.window, dt))
        interval = float(checks.grid_steps(self, "interval", self.interval, dt))
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
            brightest = 0.0                             # of the units that have not had their turn
            for i in range(clock.size):
                if stimulus[i] < last[i]:
                    brightest = max(brightest, stimulus[i])
            for i in range(clock.size):
                spikes[i] = stimulus[i] == brightest and brightest >= threshold[0]
                last[i], wait[i] = brightest, interval[0]
        for i in range(clock.size):
            wait[i] -= 1.0
            clock[i] = clock[i] + 1.0 if clock[i] + 1.0 < period[0] else 0.0
