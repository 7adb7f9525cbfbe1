"""Monitors record what happens in a run; they change nothing of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ._util import checks
from ._util.text import LINE_WIDTH, one_line
from ._util.guarded import read_only
from ._util.typing import FloatArray, IntArray
from .groups import NeuronGroup
from .parts import Part
from .slices import GroupSlice, slice_of
from .spikes import SpikeEvents, smoothed
from .synapse_group import SynapseGroup


__all__ = ["Monitor", "RateMonitor", "SpikeMonitor", "StateMonitor", "WeightMonitor"]

Index = int | slice | Sequence[int] | NDArray[Any] | None


class Monitor(Part):
    """Base class of monitors: they record quantities of one target, and forget them at `clear`.

    Parameters
    ----------
    target : NeuronGroup or SynapseGroup
        Group or synapses whose activity is recorded.
    name : str, optional
        Name; None: class and ordinal in the network.

    Raises
    ------
    TypeError
        If `target` is no group of the kind that the monitor records.

    Examples
    --------
    Discard a transient, and count the spikes of the steady state alone:

    >>> from spikingnn import LIFGroup, Network, SpikeMonitor
    >>> neurons = LIFGroup(1)
    >>> spikes = SpikeMonitor(neurons)
    >>> network = Network(neurons, spikes, dt=0.1, seed=0)
    >>> network.run(100.0, inputs={neurons: 2.0})
    >>> spikes.clear()
    >>> network.run(100.0, inputs={neurons: 2.0})
    >>> spikes.t
    array([117.1, 146.9, 176.7])
    """

    accepts: type[Part] = NeuronGroup
    needs_spikes = False
    instead = Part.instead | dict.fromkeys(("target", "state", "row", "index", "every", "dtype", "width"),
                                           "build a new monitor, and a new network with it") | {
        each: "clear() forgets what was recorded" for each in ("t", "i", "values")}
    recorded = "samples"

    def __init__(self, target: Any, name: str | None = None) -> None:
        whole = target.group if isinstance(target, GroupSlice) else target
        if not isinstance(whole, self.accepts):
            kind = "a group of synapses" if self.accepts is SynapseGroup else "a group of neurons or inputs"
            checks.fail(self, "target", target, kind, TypeError)
        if self.needs_spikes and isinstance(whole, NeuronGroup) and whole.model.counts:
            state = whole.model.states[0]
            accepted = f'a group of single spikes (StateMonitor(group, "{state}") records numbers of spikes)'
            checks.fail(self, "target", target, accepted, TypeError)
        super().__init__(name)
        self.target: Any = whole
        self._part: Any = slice_of(target) if isinstance(whole, NeuronGroup) else None
        self.clear()

    def touched(self) -> Sequence[Part]:
        """Return the target."""
        return (self.target,)

    def check_membership(self, parts: Sequence[Part]) -> None:
        """Refuse a network without the target."""
        if self.target not in parts:
            name = checks.owner_name(self)
            raise ValueError(f"{name} watches {self.target!r}, which is not in the network")

    def clear(self) -> None:
        """Forget what was recorded."""
        self._parts: list[tuple[NDArray[Any], ...]] = []

    def __repr__(self) -> str:
        watched = f"{type(self).__name__}({self._part or self.target.name or repr(self.target)}"
        state = f", {self.state!r}" if hasattr(self, "state") else ""
        ending = f"{state}): {sum(len(part[0]) for part in self._parts):,} {self.recorded}"
        return one_line(watched, LINE_WIDTH - len(ending)) + ending

    def _joined(self, k: int, empty: NDArray[Any]) -> NDArray[Any]:
        """Part k of all recordings as one array."""
        if len(self._parts) > 1:
            self._parts = [tuple(np.concatenate(arrays) for arrays in zip(*self._parts))]
        return self._parts[0][k] if self._parts else empty

    def _dt(self) -> float:
        if self.network is None:
            raise ValueError(f"{checks.owner_name(self)} is in no network: give it to Network(…)")
        return self.network.dt


class SpikeMonitor(SpikeEvents, Monitor):
    """All spikes of a group as events, in the order of time, then unit.

    Parameters
    ----------
    target : NeuronGroup or GroupSlice
        Group whose spikes are recorded, or a part of it, ``group[:100]``, whose units count from 0.
    name : str, optional
        Name; None: class and ordinal in the network.

    Raises
    ------
    TypeError
        If `target` is no group.

    Examples
    --------
    >>> from spikingnn import LIFGroup, Network, SpikeMonitor
    >>> neurons = LIFGroup(2)
    >>> spikes = SpikeMonitor(neurons)
    >>> Network(neurons, spikes, dt=0.1, seed=0).run(50.0, inputs={neurons: [2.0, 4.0]})
    >>> spikes.count()
    array([1, 4])
    """

    recorded = "spikes"
    needs_spikes = True

    def collect(self, steps: IntArray, units: NDArray[np.int32]) -> None:
        """Record the spikes of a block; called by the network."""
        if not self._part.is_whole:
            inside = (units >= self._part.start) & (units < self._part.stop)
            steps, units = steps[inside], units[inside] - np.int32(self._part.start)
        if len(units):
            self._parts.append((steps, units))

    @property
    def t(self) -> FloatArray:              # type: ignore[override]        # read-only
        """Time of each spike in ms, (spikes,): the start of its step."""
        return self._joined(0, np.empty(0, np.int64)) * self._dt()

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
        return sum(part.nbytes for parts in self._parts for part in parts)


class RateMonitor(SpikeMonitor):
    """The firing rate of a whole population over time, averaged over its units.

    Parameters
    ----------
    target : NeuronGroup or GroupSlice
        Group whose rate is recorded, or a part of it.
    name : str, optional
        Name; None: class and ordinal in the network.

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
        self._dt()
        assert self.network is not None
        checks.positive(self, "width", checks.single_number(self, "width", width))
        n_bins = int(np.ceil(round(self.network.t / width, 9)))
        return np.arange(n_bins, dtype=np.float64) * width

    def rate(self, width: float) -> FloatArray:
        """Return the rate in Hz in each bin of `width` ms, (bins,): spikes per unit and second."""
        checks.positive(self, "width", width)
        edges = np.append(self.bins(width), len(self.bins(width)) * width)
        middle = self.t + self._dt() / 2          # so that no rounding of a time decides its bin
        counts = np.histogram(middle, edges)[0]
        return np.asarray(counts * 1000.0 / (width * self.n), dtype=np.float64)

    def smooth_rate(self, sigma: float) -> tuple[FloatArray, FloatArray]:
        """Return (t, rate) in every time step: the rate in Hz smoothed by a Gaussian of `sigma` ms.

        t is the middle of each step in ms. At both ends the Gaussian is cut off and normalised.
        """
        dt = self._dt()
        return self.bins(dt) + 0.5 * dt, smoothed(self, self.rate(dt), sigma, dt)


class SampledMonitor(Monitor):
    """Base class of monitors that take samples of numbers at equal intervals."""

    every: float | None = None

    def sample_steps(self, dt: float) -> int:
        """Return the number of steps of `dt` ms between two samples."""
        if self.every is None:
            return 1
        steps = int(checks.grid_steps(self, "every", self.every, dt))
        accepted = f"at least one step, dt = {dt:g} ms"
        return steps if steps >= 1 else checks.fail(self, "every", self.every, accepted)

    @property
    def t(self) -> FloatArray:
        """Time of each sample in ms, (samples,)."""
        return self._joined(0, np.empty(0))


class StateMonitor(SampledMonitor):
    """One state of a group over time.

    Parameters
    ----------
    group : NeuronGroup or GroupSlice
        Group that is recorded, or a part of it, ``group[:100]``.
    state : str
        Name of the state, such as "v".
    index : int, slice or sequence of int, optional
        Units that are recorded, of a part of a group counted within it; None: all.
    every : float, optional
        ms between two samples; None: every step. The sample of step k, taken at its end, is stamped (k + 1)
        · dt.
    dtype : str
        "float64", or "float32" for half the memory.
    name : str, optional
        Name; None: class and ordinal in the network.

    Raises
    ------
    ValueError, TypeError
        If there is no such state or unit, or `every` is not positive.

    Examples
    --------
    >>> from spikingnn import LIFGroup, Network, StateMonitor
    >>> neurons = LIFGroup(3)
    >>> v = StateMonitor(neurons, "v", index=[0, 2], every=5.0)
    >>> Network(neurons, v, dt=0.1, seed=0).run(20.0, inputs={neurons: [0.0, 0.5, 1.0]})
    >>> v.t, v.values.shape
    (array([ 5., 10., 15., 20.]), (4, 2))
    """

    def __init__(self, group: NeuronGroup | GroupSlice, state: str, index: Index = None,
                 every: float | None = None, dtype: DTypeLike = "float64", name: str | None = None) -> None:
        super().__init__(group, name)
        self.row = self.target.row(state)
        if every is not None:
            self.every = checks.positive(self, "every", checks.single_number(self, "every", every))
        asked = dtype if isinstance(dtype, str) else np.dtype(dtype).name
        self.state = state
        self.dtype = np.dtype(checks.one_of(self, "dtype", asked, ("float32", "float64")))
        self._index = self._part.start + _picked(self, index, self._part.n)

    @property
    def index(self) -> IntArray:
        """Units of the whole group that are recorded, (units,)."""
        return read_only(self._index, self.instead["index"])

    def begin(self, first_sample: int, samples: int, every: float) -> None:
        """Make room for samples every `every` ms; called by the network before a run."""
        t = np.arange(first_sample, first_sample + samples) * every
        self._parts.append((t, np.empty((samples, self._index.size), self.dtype)))

    def write(self, first: int, values: FloatArray) -> None:
        """Write values (samples, units) from sample number `first` of this run on; called by the network."""
        self._parts[-1][1][first:first + len(values)] = values

    def end(self, samples: int) -> None:
        """Keep the first `samples` samples of a run that has ended; called by the network."""
        t, values = self._parts[-1]
        self._parts[-1] = t[:samples], values[:samples]

    @property
    def values(self) -> NDArray[Any]:
        """Recorded values, (samples, units)."""
        return self._joined(1, np.empty((0, self._index.size), self.dtype))


class WeightMonitor(SampledMonitor):
    """The weights of a group of synapses over time.

    Synapses are in the order of the rows of the dense matrix, or of the sparse rows.

    Parameters
    ----------
    synapses : SynapseGroup
        Synapses that are recorded.
    every : float
        ms between two samples.
    index : int, slice or sequence of int, optional
        Synapses that are recorded; None: all.
    name : str, optional
        Name; None: class and ordinal in the network.

    Raises
    ------
    ValueError, TypeError
        If `synapses` is no group of synapses or `every` is not positive.

    Examples
    --------
    >>> from spikingnn import DeltaSynapse, LIFGroup, Network, SpikeSource, STDP, SynapseGroup, WeightMonitor
    >>> source, neurons = SpikeSource([[1.0, 5.0]]), LIFGroup(1)
    >>> synapses = SynapseGroup(source, neurons, 0.5, DeltaSynapse(), rule=STDP())
    >>> weights = WeightMonitor(synapses, every=2.0)
    >>> Network(source, neurons, synapses, weights, dt=1.0, seed=0).run(6.0)
    >>> weights.t, weights.values.shape
    (array([2., 4., 6.]), (3, 1))
    """

    accepts = SynapseGroup

    def __init__(self, synapses: SynapseGroup, every: float, index: Index = None,
                 name: str | None = None) -> None:
        super().__init__(synapses, name)
        self.every = checks.positive(self, "every", checks.single_number(self, "every", every))
        listed = isinstance(index, (list, np.ndarray))
        self._index = np.array(checks.unmasked_array(self, "index", index)) if listed else index

    @property
    def index(self) -> Index:
        """Synapses that are recorded: None for all, a number, a slice, or an array."""
        given = self._index
        return read_only(given, self.instead["index"]) if isinstance(given, np.ndarray) else given

    def fit(self, n: int) -> None:
        """Choose among n synapses; called by the network when it is built."""
        self._picked = _picked(self, self._index, n)

    @property
    def width(self) -> int:
        """Number of synapses that are recorded, once the network is built."""
        return self._picked.size

    def collect(self, t: float, weight: FloatArray) -> None:
        """Record the weights at t ms; called by the network."""
        self._parts.append((np.array([t]), np.array(weight[self._picked])[None]))

    @property
    def values(self) -> FloatArray:
        """Recorded weights, (samples, synapses)."""
        return self._joined(1, np.empty((0, 0)))


def _picked(monitor: Monitor, index: Index, n: int) -> IntArray:
    """The numbers that `index` (None for all, a number, a slice, a list) picks among n, each checked."""
    if index is None or isinstance(index, slice):
        return np.arange(n)[slice(None) if index is None else index]
    numbers = np.atleast_1d(checks.real_array(monitor, "index", index, "None, a slice, or whole numbers"))
    bad = numbers[(numbers < 0) | (numbers >= n)] if numbers.dtype.kind in "iu" else numbers
    if numbers.dtype.kind not in "iu" or numbers.ndim > 1 or len(bad):
        checks.fail(monitor, "index", bad.tolist(), f"whole numbers from 0 to {n - 1}")
    return np.arange(n)[numbers]
