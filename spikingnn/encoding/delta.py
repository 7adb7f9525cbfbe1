"""Delta modulation: a spike says that the signal has risen or fallen by a fixed amount."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from .._util.typing import FloatArray, Scalar
from ..engine.plugin import rows, step_kernel
from ..spikes import AnyTrains, trains_of
from .encoder import Encoder


@dataclass(frozen=True, eq=False)
class DeltaEncoder(Encoder):
    r"""Follow the signal x with a staircase r, and spike where it takes a step.

    .. math::

        r = \text{start} + \text{delta} \cdot k, \qquad
        k \leftarrow k + 1 \text{ where } x - r \ge \text{delta}, \qquad
        k \leftarrow k - 1 \text{ where } r - x \ge \text{delta}

    The staircase takes at most one step per time step. ON units (``polarity=1``) spike at its steps up,
    OFF units (``polarity=-1``) at its steps down; both follow the same staircase. So a signal takes two
    units: two groups with the same input, or one group with an array of polarities. The staircase stays
    within delta of the signal unless the signal changes by more than delta per time step.

    Every field is one number or one value per unit.

    Parameters
    ----------
    delta : Scalar, default 0.1
        Height of a step of the staircase, in units of the stimulus.
    polarity : Scalar, default 1.0
        1: ON units, which spike where the signal rises; -1: OFF units, which spike where it falls.
    start : Scalar, default 0.0
        Initial value of the staircase, in units of the stimulus.

    Raises
    ------
    ValueError
        If a field is out of range.

    References
    ----------
    Lichtsteiner, Posch & Delbruck, IEEE J. Solid-State Circuits 43:566 (2008); Schouten, de Jager &
    Greefkes, Philips Technical Review 13:237 (1952).

    Examples
    --------
    An ON and an OFF unit follow a signal that rises and then falls:

    >>> from spikingnn import DeltaEncoder
    >>> signal = [[0.0, 0.0], [0.2, 0.2], [0.4, 0.4], [0.3, 0.3], [0.1, 0.1]]
    >>> encoder = DeltaEncoder(delta=0.2, polarity=[1.0, -1.0])
    >>> encoder.encode(signal, 5.0, dt=1.0).trains()
    [array([1., 2.]), array([4.])]
    """

    delta: Scalar = 0.1
    """Height of a step of the staircase, in units of the stimulus."""
    polarity: Scalar = 1.0
    """1: ON units, which spike where the signal rises; -1: OFF units, which spike where it falls."""
    start: Scalar = 0.0
    """Initial value of the staircase, in units of the stimulus."""

    states: ClassVar[tuple[str, ...]] = ("stair",)      # k

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "delta")
        checks.validate_fields(self, checks.number, "polarity")
        checks.validate_fields(self, checks.unit_interval, "delta", "start")
        if not np.all(np.abs(np.asarray(self.polarity)) == 1):
            checks.fail(self, "polarity", self.polarity, "1 (ON) or -1 (OFF)")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return delta, polarity and start."""
        return self.delta, self.polarity, self.start

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (stair,) = rows(state, 1)
        delta, polarity, start = rows(coefficients, 3)
        for i in range(stair.size):
            difference = current[i] - (start[i] + delta[i] * stair[i])
            direction = 1.0 if difference >= delta[i] else (-1.0 if difference <= -delta[i] else 0.0)
            stair[i] += direction
            spikes[i] = direction == polarity[i]

    def decode(self, on: AnyTrains, off: AnyTrains, t: Scalar) -> FloatArray:
        """Return the staircases at given times.

        They are within delta of the signal wherever the staircase kept up.

        Parameters
        ----------
        on, off : Spikes, SpikeMonitor or list of arrays
            Spikes of the n ON units and of the n OFF units.
        t : Scalar
            ms: times; a spike at t counts.

        Returns
        -------
        ndarray, (samples, n)
            Values of the staircases.

        Raises
        ------
        ValueError
            If there are not as many OFF units as ON units.

        Examples
        --------
        >>> from spikingnn import DeltaEncoder
        >>> DeltaEncoder(delta=0.2).decode(on=[[1.0, 2.0]], off=[[4.0]], t=[0.0, 1.0, 3.0, 5.0]).ravel()
        array([0. , 0.2, 0.4, 0.2])
        """
        up, down = trains_of(on, self), trains_of(off, self)
        if len(up) != len(down):
            checks.fail(self, "off", len(down), f"as many trains as there are ON units, {len(up)}")
        at = np.asarray(checks.number(self, "t", t)) + 1e-9
        stairs = [np.searchsorted(rises, at, "right") - np.searchsorted(falls, at, "right")
                  for rises, falls in zip(up, down)]
        return np.asarray(self.start) + np.asarray(self.delta) * np.stack(stairs, axis=-1)
