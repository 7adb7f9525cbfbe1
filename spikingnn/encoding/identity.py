"""The identity: the stimulus is the spike train."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import rows, step_kernel
from .encoder import Encoder


@dataclass(frozen=True, eq=False)
class IdentityEncoder(Encoder):
    """Spike in every step in which the stimulus is at least ``threshold``.

    Spike trains of zeros and ones, (steps, n) with one row per step, pass through unchanged:
    ``inputs={InputGroup(n, IdentityEncoder()): raster}``. For spike times in ms there is `SpikeSource`.

    Parameters
    ----------
    threshold : Scalar, default 0.5
        Smallest stimulus that spikes, above 0 and at most 1.

    Raises
    ------
    ValueError
        If the threshold is not above 0 and at most 1.

    Examples
    --------
    >>> from spikingnn import IdentityEncoder
    >>> IdentityEncoder().encode([[0, 1], [1, 0], [1, 1]], 3.0, dt=1.0).trains()
    [array([1., 2.]), array([0., 2.])]
    """

    threshold: Scalar = 0.5
    """Smallest stimulus that spikes, above 0 and at most 1."""

    states: ClassVar[tuple[str, ...]] = ("stimulus",)

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.positive, "threshold")
        checks.validate_fields(self, checks.unit_interval, "threshold")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the threshold."""
        return (self.threshold,)

    @step_kernel(draws_per_unit=0)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (stimulus,) = rows(state, 1)
        (threshold,) = rows(coefficients, 1)
        for i in range(stimulus.size):
            stimulus[i] = current[i]
            spikes[i] = current[i] >= threshold[i]
