"""The identity: the stimulus is the spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .._util import checks
from ..engine.plugin import rows, step_kernel
from .encoder import Encoder


@dataclass(frozen=True, eq=False)
class IdentityEncoder(Encoder):
    """A spike in every step in which the stimulus is at least `threshold`.

    So trains of zeros and ones, (steps, n) with one row a step, pass through as they are:
    `inputs={InputGroup(n, IdentityEncoder()): raster}`. For times in ms there is `SpikeSource`.

    threshold is a number or an (n,) array above 0 and at most 1; ValueError where it is not.
    """

    threshold: float = 0.5
    """Smallest stimulus that spikes."""

    states: ClassVar = ("stimulus",)

    def __post_init__(self):
        checks.validate_fields(self, checks.positive, "threshold")
        checks.validate_fields(self, checks.unit_interval, "threshold")

    def step_coefficients(self, dt):
        """The threshold."""
        return (self.threshold,)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (stimulus,) = rows(state, 1)
        (threshold,) = rows(coefficients, 1)
        for i in range(stimulus.size):
            stimulus[i] = current[i]
            spikes[i] = current[i] >= threshold[i]
