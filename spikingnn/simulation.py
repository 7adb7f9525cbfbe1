"""One neuron under a current, in one line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._util import checks
from ._util.typing import FloatArray
from .engine.plugin import NeuronModel
from .groups import NeuronGroup
from .monitors import SpikeMonitor, StateMonitor
from .network import Network


__all__ = ["Simulation", "simulate"]


@dataclass(frozen=True, eq=False)
class Simulation:
    """Membrane potential and spikes of one neuron over time, as `simulate` returns them.

    Parameters
    ----------
    t : FloatArray
        ms: end of each step, to which `v` belongs, (steps,).
    v : FloatArray
        mV: membrane potential, (steps,).
    spikes : FloatArray
        ms: spike times, the start of the step in which the neuron spikes, (spikes,).

    Examples
    --------
    >>> from spikingnn import FirstOrderLIF, simulate
    >>> simulate(FirstOrderLIF(), 2.0, 100.0)
    Simulation: 3 spikes in 100 ms, .t .v (1000,) .spikes
    """

    t: FloatArray
    """ms: end of each step, to which `v` belongs, (steps,)."""
    v: FloatArray
    """mV: membrane potential, (steps,)."""
    spikes: FloatArray
    """ms: spike times, the start of the step in which the neuron spikes, (spikes,)."""

    def __repr__(self) -> str:
        end = self.t[-1] if len(self.t) else 0.0
        return f"Simulation: {len(self.spikes):,} spikes in {end:g} ms, .t .v {np.shape(self.v)} .spikes"


def simulate(model: NeuronModel, current: ArrayLike, duration: float, dt: float = 0.1,
             seed: int | None = None) -> Simulation:
    """Simulate one neuron under a current.

    Parameters
    ----------
    model : NeuronModel
        Neuron model such as `FirstOrderLIF`.
    current : float or array (rows,)
        nA: current; the values of an array are held for equal parts of the duration.
    duration : float
        ms: simulated time.
    dt : float
        ms: time step.
    seed : int, optional
        Seed of the noise and the first state; None: the same ones at every call.

    Returns
    -------
    Simulation
        Times, membrane potential and spikes.

    Raises
    ------
    ValueError, TypeError
        If the current is not finite, or its rows do not divide the steps.

    Examples
    --------
    >>> from spikingnn import FirstOrderLIF, simulate
    >>> simulate(FirstOrderLIF(), 2.0, 100.0).spikes
    array([27.7, 57.5, 87.3])
    """
    group = NeuronGroup(1, model)
    spikes, v = SpikeMonitor(group), StateMonitor(group, model.states[0])
    network = Network(group, spikes, v, dt=dt, seed=0 if seed is None else seed)
    rows = np.asarray(checks.number("simulate", "current", current))
    if rows.ndim > 1 and rows.shape[1:] != (1,):
        checks.fail("simulate", "current", rows.shape, "a number or (rows,)")
    network.run(duration, inputs={group: rows.reshape(-1, 1)})
    return Simulation(v.t, v.values[:, 0], spikes.t)
