"""Spikes at given times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.plugin import NeuronModel, rows, step_kernel
from ..spikes import train_of


@dataclass(frozen=True, eq=False)
class GivenSpikes(NeuronModel):
    """Emits given spike trains: time t of unit i in step round(t/dt). trains is a list of n arrays of times in ms."""

    trains: tuple
    """ms: one array of spike times a unit."""

    states: ClassVar = ("clock", "position")

    def __post_init__(self):
        trains = []
        for i, times in enumerate(self.trains):
            times = train_of(checks.non_negative(self, f"trains[{i}]", times), self, f"trains[{i}]")
            times.flags.writeable = False
            trains.append(times)
        object.__setattr__(self, "trains", tuple(trains))

    def check_units(self, n):
        """Refuse more trains than units."""
        if len(self.trains) > n:
            checks.fail(self, "trains", f"{len(self.trains)} trains", f"at most {n}, one for each unit")

    def step_coefficients(self, dt):
        """The spikes of all units in order of time, as (step, unit) pairs in one row; read by `step` as it stands."""
        steps = np.concatenate([np.rint(times / dt) for times in self.trains])
        units = np.repeat(np.arange(len(self.trains)), [len(times) for times in self.trains])
        pairs = np.unique(np.stack([steps, units], axis=1), axis=0)
        if len(pairs) < len(steps):
            checks.warn_field(self, "trains", f"has {len(steps) - len(pairs)} spikes that share a step of {dt:g} ms with another of their unit; "
                                        "each step emits one")
        return tuple(pairs.ravel())

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        clock, position = rows(state, 2)
        now, at = clock[0], 0
        if 0.0 < position[0] and 2.0 * position[0] <= coefficients.size:
            at = int(position[0])
        while at > 0 and coefficients[2 * at - 2] >= now:     # other trains than before: still to come
            at -= 1
        while 2 * at < coefficients.size and coefficients[2 * at] <= now:
            if coefficients[2 * at] == now:
                spikes[int(coefficients[2 * at + 1])] = True
            at += 1
        position[0] = at
        clock[0] = now + 1.0

    step.variants = ("homogeneous",)
