"""One neuron under a current, in one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

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
    states : dict[str, FloatArray], default computed
        What was recorded in addition, by name, each (steps,): ``run["m"]`` is ``run.states["m"]``.

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
    states: dict[str, FloatArray] = field(default_factory=dict)
    """What was recorded in addition, by name, each (steps,): ``run["m"]`` is ``run.states["m"]``."""

    def __getitem__(self, name: str) -> FloatArray:
        return self.states[checks.one_of(self, "states", name, self.states)]

    def __repr__(self) -> str:
        end = self.t[-1] if len(self.t) else 0.0
        shown = f"Simulation: {len(self.spikes):,} spikes in {end:g} ms, .t .v {np.shape(self.v)} .spikes"
        return shown + "".join(f" [{name!r}]" for name in self.states)


def simulate(model: NeuronModel, current: ArrayLike | Callable[[float], float], duration: float,
             dt: float = 0.1, seed: int | None = None,
             record: str | Sequence[str] | None = None) -> Simulation:
    """Simulate one neuron under a current.

    Parameters
    ----------
    model : NeuronModel
        Neuron model such as `FirstOrderLIF`.
    current : float, array (rows,) or function
        nA: current; the values of an array are held for equal parts of the duration. A function of t in ms is
        asked at the start of each step.
    duration : float
        ms: simulated time.
    dt : float
        ms: time step.
    seed : int, optional
        Seed of the noise and the first state; None: the same ones at every call.
    record : str or sequence of str, optional
        Names of states, or "current", that are recorded in addition; "all": every state of the model.

    Returns
    -------
    Simulation
        Times, membrane potential, spikes, and the states that `record` names.

    Raises
    ------
    ValueError, TypeError
        If the current is not finite, its rows do not divide the steps, or there is no such state.

    Examples
    --------
    >>> from spikingnn import FirstOrderLIF, simulate
    >>> simulate(FirstOrderLIF(), 2.0, 100.0).spikes
    array([27.7, 57.5, 87.3])

    The gating variables of the Hodgkin–Huxley model at the end of 2 ms:

    >>> from spikingnn import HodgkinHuxley
    >>> run = simulate(HodgkinHuxley(), 10.0, 2.0, dt=0.01, record="all")
    >>> {name: float(run[name][-1].round(2)) for name in "mhn"}
    {'m': 0.72, 'h': 0.4, 'n': 0.44}
    """
    named = [record] if isinstance(record, str) and record != "all" else record
    names = tuple(getattr(model, "states", ()) if named == "all" else dict.fromkeys(named or ()))
    seed = 0 if seed is None else seed
    setup, key = None, (type(model), str(getattr(model, "states", "")), names, dt)
    if type(dt) is float:
        setup = _setups.pop(key, None)                  # nobody else has it meanwhile
    if setup is None:
        setup = _Setup(model, names, dt, seed)
    else:
        setup.group.model = model
        setup.network.reset(keep_weights=True, seed=seed)
    result = setup.run(current, duration)
    if type(dt) is float and len(_setups) < MOST_SETUPS:
        _setups[key] = setup
    return result


class _Setup:
    """A network of one neuron, which `simulate` uses again for models of the same kind."""

    def __init__(self, model: NeuronModel, names: tuple[str, ...], dt: float, seed: int) -> None:
        self.group = NeuronGroup(1, model)
        self.spikes, self.v = SpikeMonitor(self.group), StateMonitor(self.group, model.states[0])
        self.monitors = {name: StateMonitor(self.group, name) for name in names}
        self.network = Network(self.group, self.spikes, self.v, *self.monitors.values(), dt=dt, seed=seed)

    def run(self, current: ArrayLike | Callable[[float], float], duration: float) -> Simulation:
        """Simulate `duration` ms from the start, and keep nothing of what was recorded."""
        self.network.run(duration, inputs={self.group: current if callable(current) else _rows(current)})
        states = {name: monitor.values[:, 0] for name, monitor in self.monitors.items()}
        result = Simulation(self.v.t, self.v.values[:, 0], self.spikes.t, states)
        for monitor in self.network.monitors:
            monitor.clear()
        return result


MOST_SETUPS = 32
_setups: dict[Any, _Setup] = {}


def _rows(current: ArrayLike) -> FloatArray:
    rows = np.asarray(checks.number("simulate", "current", current))
    if rows.ndim > 1 and rows.shape[1:] != (1,):
        checks.fail("simulate", "current", rows.shape, "a number or (rows,)")
    return rows.reshape(-1, 1)
