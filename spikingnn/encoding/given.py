"""Spikes at given times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from .._util.typing import ArrayLike
from ..engine.plugin import NeuronModel, rows, step_kernel
from ..spikes import train_of


@dataclass(frozen=True, eq=False)
class GivenSpikes(NeuronModel):
    """Emit given spike trains; a spike at time t is emitted in step round(t/dt).

    `SpikeSource` is the group that carries this model.

    Parameters
    ----------
    trains : Sequence[ArrayLike]
        ms: one sequence of spike times per unit.

    Raises
    ------
    ValueError
        If a time is negative or not finite, or a train has more than one dimension.

    Examples
    --------
    >>> from spikingnn import InputGroup, Network, SpikeMonitor
    >>> from spikingnn.encoding import GivenSpikes
    >>> source = InputGroup(2, GivenSpikes([[1.0, 3.0], [2.0]]))
    >>> spikes = SpikeMonitor(source)
    >>> Network(source, spikes).run(10.0)
    >>> spikes.trains()
    [array([1., 3.]), array([2.])]
    """

    trains: Sequence[ArrayLike]
    """ms: one sequence of spike times per unit."""

    states: ClassVar[tuple[str, ...]] = ("clock", "position")

    def __post_init__(self) -> None:
        trains = []
        for i, times in enumerate(self.trains):
            times = train_of(checks.non_negative(self, f"trains[{i}]", times), self, f"trains[{i}]")
            times.flags.writeable = False
            trains.append(times)
        object.__setattr__(self, "trains", tuple(trains))

    def check_units(self, n: int) -> None:
        """Refuse more trains than units.

        Parameters
        ----------
        n : int
            Number of units of the group.

        Raises
        ------
        ValueError
            If there are more trains than units.
        """
        if len(self.trains) > n:
            checks.fail(self, "trains", f"{len(self.trains)} trains", f"at most {n}, one for each unit")

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return the spikes of all units in order of time, as (step, unit) pairs in one row that `step`
        reads as it stands.
        """
        trains = [np.asarray(times) for times in self.trains]
        steps = np.concatenate([np.rint(times / dt) for times in trains])
        units = np.repeat(np.arange(len(trains)), [len(times) for times in trains])
        pairs = np.unique(np.stack([steps, units], axis=1), axis=0)
        if len(pairs) < len(steps):
            lost = len(steps) - len(pairs)
            checks.warn_field(self, "trains",
                              f"has {lost} spikes that share a step of {dt:g} ms with another of "
                              "their unit; each step emits one")
        return tuple(pairs.ravel())

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        clock, position = rows(state, 2)
        now, at = clock[0], 0
        if 0.0 < position[0] and 2.0 * position[0] <= coefficients.size:
            at = int(position[0])
        while at > 0 and coefficients[2 * at - 2] >= now:     # the trains were replaced: still to come
            at -= 1
        while 2 * at < coefficients.size and coefficients[2 * at] <= now:
            if coefficients[2 * at] == now:
                spikes[int(coefficients[2 * at + 1])] = True
            at += 1
        position[0] = at
        clock[0] = now + 1.0

    step.variants = ("homogeneous",)
