"""Latency encoding: the larger the stimulus, the earlier the spike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from .._util.typing import FloatArray, Scalar
from ..engine.plugin import rows, step_kernel
from ..spikes import AnyTrains, duration_of, trains_of
from .encoder import Encoder, any_window_starts


@dataclass(frozen=True, eq=False)
class LatencyEncoder(Encoder):
    r"""One spike per window, the earlier the larger the stimulus x at the start of the window.

    With ``scale="linear"`` and ``scale="log"`` the latencies are

    .. math::

        t(x) = \text{latest} \cdot \frac{1 - x}{1 - \text{threshold}}, \qquad
        t(x) = \text{latest} \cdot \frac{\ln(1/x)}{\ln(1/\text{threshold})}

    after the start of the window, rounded to the grid. A stimulus of 1 spikes at once, one at the
    threshold at ``latest``, and smaller ones never. Windows follow one another; a stimulus that changes
    takes effect at the start of the next window.

    Every field but ``scale`` is one number or one value per unit.

    Parameters
    ----------
    window : Scalar, default 100.0
        ms: length of a window.
    latest : Scalar, default 80.0
        ms: latency at the threshold, below ``window``.
    threshold : Scalar, default 1 / 256
        Smallest stimulus that spikes; the default is the lowest level above black of an 8-bit
        picture.
    scale : str, default 'linear'
        Latency as a function of the stimulus: ``"linear"`` or ``"log"``.

    Raises
    ------
    ValueError
        If a field is out of range, or ``latest`` is not below ``window``.

    References
    ----------
    Thorpe, Delorme & Van Rullen, Neural Networks 14:715 (2001); logarithmic: Hopfield, Nature 376:33 (1995).

    Examples
    --------
    >>> from spikingnn import LatencyEncoder
    >>> encoder = LatencyEncoder(threshold=0.1)
    >>> encoder.latency([0.0, 0.1, 0.55, 1.0])
    array([inf, 80., 40.,  0.])
    >>> encoder.encode([0.0, 0.1, 0.55, 1.0], 100.0).trains()
    [array([], dtype=float64), array([80.]), array([40.]), array([0.])]
    """

    window: Scalar = 100.0
    """ms: length of a window."""
    latest: Scalar = 80.0
    """ms: latency at the threshold, below ``window``."""
    threshold: Scalar = 1 / 256
    """Smallest stimulus that spikes; the default is the lowest level above black of an 8-bit picture."""
    scale: str = "linear"
    """Latency as a function of the stimulus: ``"linear"`` or ``"log"``."""

    # clock: step within the window; due: step at which to spike, -1 for none
    states: ClassVar[tuple[str, ...]] = ("clock", "due")

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "window", "latest", "threshold")
        if np.any(np.asarray(self.threshold) >= 1):
            checks.fail(self, "threshold", self.threshold, "above 0 and below 1")
        checks.one_of(self, "scale", self.scale, ("linear", "log"))
        checks.ordered(self, "latest", self.latest, "window", self.window)

    def _spans(self) -> tuple[FloatArray, FloatArray]:
        """Return ms per unit of 1 - x and ms per unit of ln(1/x); one of them is zero."""
        latest, threshold = np.asarray(self.latest), np.asarray(self.threshold)
        linear, log = latest / (1.0 - threshold), -latest / np.log(threshold)
        return (linear, 0.0 * log) if self.scale == "linear" else (0.0 * linear, log)

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the window in steps, the threshold, and the steps per unit of 1 - x and of ln(1/x)."""
        period = checks.grid_steps(self, "window", self.window, dt)
        if np.any(np.rint(np.asarray(self.latest) / dt) >= period):
            accepted = f"at least one step below window ({self.window!r} ms, dt = {dt:g} ms)"
            checks.fail(self, "latest", self.latest, accepted)
        linear, log = self._spans()
        return period, self.threshold, linear / dt, log / dt

    def as_training_encoding(self, dt: float = 1.0) -> dict[str, object]:
        """Return the encoding of `spikingnn.training` with the same latencies, for a model whose number of
        steps is window/dt.

        Parameters
        ----------
        dt : float
            ms: step of the trained model.

        Returns
        -------
        dict
            Entry of a training configuration: ``kind``.

        Raises
        ------
        ValueError
            If the scale is logarithmic, or ``latest`` is not the last step of the window.

        Examples
        --------
        >>> from spikingnn import LatencyEncoder
        >>> LatencyEncoder(window=20.0, latest=19.0).as_training_encoding(dt=1.0)
        {'kind': 'latency'}
        """
        window, latest = np.asarray(self.window), np.asarray(self.latest)
        if self.scale != "linear" or not np.all(np.rint(latest / dt) == np.rint(window / dt) - 1):
            accepted = f"a LatencyEncoder of linear scale with latest = window - {dt:g} ms"
            checks.fail("as_training_encoding", "encoder", self, accepted)
        return {"kind": "latency"}

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        clock, due = rows(state, 2)
        period, threshold, linear, log = rows(coefficients, 4)
        if any_window_starts(clock):
            for i in range(clock.size):
                if clock[i] == 0.0:
                    x = max(current[i], threshold[i])
                    latency = math.floor(linear[i] * (1.0 - x) - log[i] * math.log(x) + 0.5)
                    due[i] = latency if current[i] >= threshold[i] else -1.0
        for i in range(clock.size):
            spikes[i] = clock[i] == due[i]
            clock[i] = clock[i] + 1.0 if clock[i] + 1.0 < period[i] else 0.0

    def latency(self, x: Scalar) -> FloatArray:
        """Return the latency of a stimulus before it is rounded to the grid.

        Parameters
        ----------
        x : Scalar
            Stimulus in [0, 1].

        Returns
        -------
        ndarray
            ms: latency, infinite where the stimulus is below the threshold.

        Examples
        --------
        >>> from spikingnn import LatencyEncoder
        >>> LatencyEncoder(scale="log").latency([0.25, 0.5, 1.0])
        array([20., 10.,  0.])
        """
        values, (linear, log) = np.asarray(checks.unit_interval(self, "x", x)), self._spans()
        above = values >= np.asarray(self.threshold)
        safe = np.where(above, values, 1.0)
        return np.where(above, linear * (1.0 - safe) - log * np.log(safe), np.inf)

    def value(self, latency: Scalar) -> FloatArray:
        """Return the stimulus of a given latency: the inverse of `latency`.

        Parameters
        ----------
        latency : Scalar
            ms: time from the start of the window to the first spike; infinite for none.

        Returns
        -------
        ndarray
            Stimulus in [0, 1]; 0 where there is no spike.

        Raises
        ------
        ValueError
            If a latency is negative.

        Examples
        --------
        >>> from spikingnn import LatencyEncoder
        >>> LatencyEncoder(scale="log").value([20.0, 10.0, 0.0])
        array([0.25, 0.5 , 1.  ])
        """
        time = np.asarray(checks.number(self, "latency", latency, infinite=True))
        if np.any(time < 0):
            checks.fail(self, "latency", time, "zero or positive in ms, or inf")
        safe = np.where(np.isinf(time), 0.0, time)
        linear, log = self._spans()
        found = 1.0 - safe / linear if self.scale == "linear" else np.exp(-safe / log)
        return np.where(np.isinf(time), 0.0, np.clip(found, 0.0, 1.0))

    def decode(self, spikes: AnyTrains, duration: float | None = None) -> FloatArray:
        """Return the stimulus of each complete window from its first spike.

        The error is at most half a step: dt/2 times the slope of the stimulus as a function of latency.

        Parameters
        ----------
        spikes : Spikes, SpikeMonitor or list of arrays
            Spikes of n units.
        duration : float, optional
            ms: end of the recording; needed where the spikes are a list of arrays.

        Returns
        -------
        ndarray, (windows, n)
            Stimulus in [0, 1]; 0 where there was no spike.

        Examples
        --------
        >>> from spikingnn import LatencyEncoder
        >>> encoder = LatencyEncoder()
        >>> encoder.decode(encoder.encode([0.25, 0.5, 1.0], 100.0)).round(2)
        array([[0.25, 0.5 , 1.  ]])
        """
        trains = trains_of(spikes, self)
        windows = np.broadcast_to(self.window, len(trains))
        n_windows = int(duration_of(spikes, duration, self) / np.max(windows) + 1e-9)
        first = np.full((n_windows, len(trains)), np.inf)
        for i, (train, window) in enumerate(zip(trains, windows)):
            number = np.floor(train / window + 1e-9).astype(np.int64)
            inside = number < n_windows
            np.minimum.at(first[:, i], number[inside], np.maximum(train - number * window, 0.0)[inside])
        return self.value(first)
