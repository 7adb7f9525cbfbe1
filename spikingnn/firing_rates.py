"""Steady firing rates of neuron models without a closed f–I curve, measured by simulation.

`TuningCurves` asks a model for the rate under a current and for the current of a rate. Where the model has no
closed form, `SimulatedRates` answers in its place from a table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._util import checks
from ._util.typing import BoolArray, FloatArray, Scalar
from .engine.plugin import NeuronModel
from .engine.random import mix, stream_key


__all__ = ["DT", "SimulatedRates", "steady_rates"]

DT = 0.1                                # ms    time step where none is known: the default of `Network`
SETTLE, WINDOW = 1000.0, 1000.0         # ms    before spikes are counted; during which they are
K = 64                                  # currents of a table
TRIED = 4.0 ** np.arange(-3.0, 7.0)        # nA    between which the table is sought


class SimulatedRates:
    """Firing rates of n neurons under constant currents, from a table.

    The table has 64 currents per neuron, from the largest at which it is silent to one at which it reaches
    its highest rate; neurons of equal parameters share one table, and between its currents the rate is
    interpolated. Rates are those of `steady_rates`: of a neuron that has adapted.

    Parameters
    ----------
    model : NeuronModel
        Neuron model whose units do not interact.
    n : int
        Number of neurons.
    highest : float
        Hz: rate that every neuron must reach.

    Raises
    ------
    ValueError
        If a neuron is silent at no current, or reaches `highest` at none.

    Examples
    --------
    >>> from spikingnn import FirstOrderLIF
    >>> from spikingnn.firing_rates import SimulatedRates
    >>> simulated = SimulatedRates(FirstOrderLIF(), 1, highest=100.0)
    >>> simulated.current_for(50.0).round(1), FirstOrderLIF().current_for(50.0).round(1)
    (array([2.5]), np.float64(2.5))
    """

    def __init__(self, model: NeuronModel, n: int, highest: float) -> None:
        self.model = model
        self.n_tables = n if any(np.ndim(getattr(model, field.name)) for field in fields(model)) else 1
        low = self._first(np.append(0.0, -TRIED), "is silent", lambda rates: rates == 0)
        top = self._first(TRIED, f"reaches {highest:g} Hz", lambda rates: rates >= highest)
        above = top
        for _ in range(3):              # the largest current without spikes, ever more precisely
            finer = low + (above - low) * np.linspace(0.0, 1.0, K // 4)[:, None]
            first = np.maximum(np.argmax(steady_rates(model, finer, DT) > 0, axis=0), 1)[None]
            low, above = (np.take_along_axis(finer, index, 0)[0] for index in (first - 1, first))
        self.currents = low + (top - low) * np.linspace(0.0, 1.0, K)[:, None] ** 2
        self._tables: dict[float, FloatArray] = {}

    def _first(self, tried: NDArray[Any], what: str, holds: Callable[[FloatArray], BoolArray]) -> FloatArray:
        """Return the first of the currents at which each neuron does `what`, which `holds` tells of rates."""
        found = np.full(self.n_tables, np.nan)
        for current in tried:
            rates = steady_rates(self.model, np.full((1, self.n_tables), current), DT)[0]
            found = np.where(np.isnan(found) & holds(rates), current, found)
            if not np.isnan(found).any():
                return found
        accepted = f"one that {what} under some constant current between {tried[0]:g} and {tried[-1]:g} nA"
        checks.fail("Population", "model", self.model, accepted)

    def rate(self, current: Scalar, dt: float | None = None) -> FloatArray:
        """Return the rates in Hz at currents (…, n) in nA, in steps of `dt` ms; None: 0.1 ms."""
        table = self._table(DT if dt is None else dt)
        return _interpolated(np.atleast_1d(current), self.currents, table)

    def current_for(self, rate: Scalar) -> FloatArray:
        """Return the currents in nA at which the neurons fire at rates (…, n) in Hz."""
        return _interpolated(np.atleast_1d(rate), self._table(DT), self.currents)

    def _table(self, dt: float) -> FloatArray:
        """Return the rate at each of the currents; it never falls with the current."""
        if dt not in self._tables:
            measured = steady_rates(self.model, self.currents, dt)
            measured[0] = 0.0
            self._tables[dt] = np.maximum.accumulate(measured, axis=0)
        return self._tables[dt]


def steady_rates(model: NeuronModel, current: FloatArray, dt: float) -> FloatArray:
    """Return the rates between 1 and 2 s after the onset of constant currents.

    Parameters
    ----------
    model : NeuronModel
        Neuron model; its fields are numbers or arrays (n,).
    current : ndarray, (k, n)
        nA: currents.
    dt : float
        ms: time step.

    Returns
    -------
    ndarray, (k, n)
        Hz: rates, the inverse of the mean interspike interval; 0 below two spikes.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn import FirstOrderLIF
    >>> from spikingnn.firing_rates import steady_rates
    >>> steady_rates(FirstOrderLIF(), np.array([[1.0], [2.0]]), dt=0.1).round(1).ravel()
    array([ 0. , 33.6])
    """
    k, units = len(current), current.size
    arrays = {field.name: getattr(model, field.name) for field in fields(model)}
    repeated = {name: np.tile(value, k) for name, value in arrays.items() if np.ndim(value)}
    model = replace(model, **repeated)
    homogeneous, coefficients = model.coefficients(units, dt)
    kernel = model.step.compiled("homogeneous" if homogeneous else "heterogeneous")
    state, key = model.initial_state(units, 0), np.uint64(stream_key(0, "steady rates"))
    keys = mix(key, np.arange(round((SETTLE + WINDOW) / dt)))
    count, first, last = np.zeros(units), np.zeros(units), np.zeros(units)
    with np.errstate(over="ignore", invalid="ignore"):
        for step, key in enumerate(keys):
            spikes = np.zeros(units, dtype=bool)
            kernel(state, coefficients, current.flatten(), np.empty((2, 0)), spikes, dt, key)
            if step * dt >= SETTLE and spikes.any():
                first[spikes & (count == 0)] = step
                last[spikes] = step
                count += spikes
    rates = np.where(count > 1, 1000.0 * (count - 1) / np.maximum((last - first) * dt, dt), 0.0)
    return rates.reshape(current.shape)


def _interpolated(x: FloatArray, grid: FloatArray, values: FloatArray) -> FloatArray:
    """Return values at x, (…, n): column j of `grid` and `values`, or the only one, serves x[…, j]."""
    if grid.shape[1] == 1:
        return np.interp(x, grid[:, 0], values[:, 0])
    x = np.broadcast_to(x, (*x.shape[:-1], grid.shape[1]))
    return np.stack([np.interp(x[..., j], grid[:, j], values[:, j]) for j in range(grid.shape[1])], axis=-1)
