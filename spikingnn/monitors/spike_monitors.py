"""Monitors of spikes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._util import checks
from .._util.typing import FloatArray, IntArray
from ..spikes import SpikeEvents, smoothed
from .monitor import Monitor
from .state_monitors import check_state


__all__ = ["RateMonitor", "SpikeMonitor"]


class SpikeMonitor(SpikeEvents, Monitor):
    """All spikes of a group as events, in the order of time, then unit.

    Parameters
    ----------
    target : NeuronGroup or GroupSlice
        Group whose spikes are recorded, or a part of it, ``group[:100]``, whose units count from 0.
    name : str, optional
        Name; None: class and ordinal in the network.
    states : sequence of str
        States, or "current", that are recorded at each spike, as they are at the end of its step (v is reset
        then): ``monitor["w"]``, (spikes,).

    Raises
    ------
    TypeError, ValueError
        If `target` is no group, or has no such state.

    Examples
    --------
    >>> from spikingnn import AdEx, Network, NeuronGroup, SpikeMonitor
    >>> neurons = NeuronGroup(2, AdEx())
    >>> spikes = SpikeMonitor(neurons, states=["w"])
    >>> Network(neurons, spikes, dt=0.1, seed=0).run(50.0, inputs={neurons: [0.7, 0.8]})
    >>> spikes.count(), spikes["w"].size
    (array([1, 2]), 3)
    """

    recorded = "spikes"
    needs_spikes = True

    def __init__(self, target: Any, name: str | None = None, states: Sequence[str] = ()) -> None:
        super().__init__(target, name)
        if isinstance(states, str):
            checks.fail(self, "states", states, f"a list of names such as [{states!r}]", TypeError)
        self.states = tuple(check_state(self.target, state) for state in states)

    def collect(self, steps: IntArray, units: NDArray[np.int32], *states: FloatArray) -> None:
        """Record the spikes of a block, and the states at them; called by the network."""
        if not self._part.is_whole:
            inside = (units >= self._part.start) & (units < self._part.stop)
            steps, units = steps[inside], units[inside] - np.int32(self._part.start)
            states = tuple(values[inside] for values in states)
        if len(units):
            self._parts.append((steps, units, *states))
            self._n_spikes += len(units)

    def clear(self) -> None:
        """Forget what was recorded."""
        super().clear()
        self._n_spikes = 0

    def _keep(self, kept: Iterable[tuple[NDArray[Any], ...]]) -> None:
        self._parts = [part for part in kept if len(part[0])]
        self._n_spikes = self._n_recorded()

    def forget_from(self, step: int) -> None:
        """Forget the spikes from `step` on, as the network goes back to it; called by the network."""
        self._keep(tuple(array[part[0] < step] for array in part) for part in self._parts)

    def forget_before(self, t: float) -> None:
        """Forget the spikes before the time t in ms, so that a network that runs on needs no more memory."""
        if self._parts:
            step = np.ceil(round(t / self.dt, 6))
            self._keep(tuple(array[part[0] >= step] for array in part) for part in self._parts)

    def __getitem__(self, state: str) -> FloatArray:
        """Return a state at each spike, (spikes,)."""
        k = self.states.index(checks.one_of(self, "state", state, self.states))
        return self._joined(2 + k, np.empty(0))

    @property
    def t(self) -> FloatArray:              # type: ignore[override]        # read-only
        """Time of each spike in ms, (spikes,): the start of its step."""
        return self._joined(0, np.empty(0, np.int64)) * self.dt

    @property
    def i(self) -> NDArray[np.int32]:       # type: ignore[override]        # read-only
        """Unit of each spike, (spikes,)."""
        return self._joined(1, np.empty(0, np.int32))

    @property
    def n(self) -> int:                     # type: ignore[override]        # read-only
        """Number of units that are recorded."""
        return self._part.n

    def n_bytes(self) -> int:
        """Return how many bytes are held now."""
        return self._n_spikes * (12 + 8 * len(self.states))         # steps, units, states


class RateMonitor(SpikeMonitor):
    """The firing rate of a whole population over time, averaged over its units.

    Parameters
    ----------
    target : NeuronGroup or GroupSlice
        Group whose rate is recorded, or a part of it.
    name : str, optional
        Name; None: class and ordinal in the network.
    states : sequence of str
        States that are recorded at each spike, as by `SpikeMonitor`.

    Raises
    ------
    TypeError
        If `target` is no group.

    Examples
    --------
    >>> from spikingnn import Network, RateMonitor, SpikeSource
    >>> source = SpikeSource([[1.0, 12.0], [2.0]])
    >>> rate = RateMonitor(source)
    >>> Network(source, rate, dt=0.5, seed=0).run(20.0)
    >>> rate.bins(width=10.0), rate.rate(width=10.0)
    (array([ 0., 10.]), array([100.,  50.]))
    """

    def bins(self, width: float) -> FloatArray:
        """Return the start of each bin of `width` ms, in ms."""
        end = self._built().t
        checks.positive(self, "width", checks.single_number(self, "width", width))
        n_bins = int(np.ceil(round(end / width, 9)))
        return np.arange(n_bins, dtype=np.float64) * width

    def rate(self, width: float) -> FloatArray:
        """Return the rate in Hz in each bin of `width` ms, (bins,): spikes per unit and second."""
        checks.positive(self, "width", width)
        edges = np.append(self.bins(width), len(self.bins(width)) * width)
        middle = self.t + self.dt / 2          # so that no rounding of a time decides its bin
        counts = np.histogram(middle, edges)[0]
        return np.asarray(counts * 1000.0 / (width * self.n), dtype=np.float64)

    def smooth_rate(self, sigma: float) -> tuple[FloatArray, FloatArray]:
        """Return (t, rate) in every time step: the rate in Hz smoothed by a Gaussian of `sigma` ms.

        t is the middle of each step in ms. At both ends the Gaussian is cut off and normalised.
        """
        dt = self.dt
        return self.bins(dt) + 0.5 * dt, smoothed(self, self.rate(dt), sigma, dt)
