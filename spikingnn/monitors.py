"""Monitors: what is kept of a run. They change nothing of it."""

from __future__ import annotations

import numpy as np

from ._util import checks
from ._util.text import LINE_WIDTH, one_line
from ._util.guarded import read_only
from .groups import NeuronGroup
from .parts import Part
from .spikes import SpikeEvents
from .synapse_group import SynapseGroup

__all__ = ["RateMonitor", "SpikeMonitor", "StateMonitor", "WeightMonitor"]


class Monitor(Part):
    """Base: records parts of one target and forgets them at `clear`."""

    accepts = NeuronGroup
    instead = Part.instead | dict.fromkeys(("target", "state", "row", "index", "every", "dtype", "width"),
                                           "build a new monitor, and a new network with it") | {
        each: "clear() forgets what was recorded" for each in ("t", "i", "values")}
    recorded = "samples"

    def __init__(self, target, name=None):
        if not isinstance(target, self.accepts):
            kind = "a group of synapses" if self.accepts is SynapseGroup else "a group of neurons or inputs"
            checks.fail(self, "target", target, kind, TypeError)
        super().__init__(name)
        self.target = target
        self.clear()

    def touched(self):
        """What it watches."""
        return (self.target,)

    def clear(self):
        """Forget what was recorded."""
        self._parts = []

    def __repr__(self):
        state = f", {self.state!r}" if hasattr(self, "state") else ""
        ending = f"{state}): {sum(len(part[0]) for part in self._parts):,} {self.recorded}"
        return one_line(f"{type(self).__name__}({self.target.name or repr(self.target)}", LINE_WIDTH - len(ending)) + ending

    def _joined(self, k, empty):
        """Part k of all recordings as one array."""
        if len(self._parts) > 1:
            self._parts = [tuple(np.concatenate(arrays) for arrays in zip(*self._parts))]
        return self._parts[0][k] if self._parts else empty

    def _dt(self):
        if self.network is None:
            raise ValueError(f"{checks.owner_name(self)} is in no network: give it to Network(…)")
        return self.network.dt


class SpikeMonitor(SpikeEvents, Monitor):
    """All spikes of a group as events: `t` (ms) and `i` (unit), in order of time, then unit."""

    recorded = "spikes"

    def collect(self, steps, units):
        """Called by the network after each block."""
        if len(units):
            self._parts.append((steps, units))

    @property
    def t(self):
        """The time of each spike in ms: the start of its step."""
        return self._joined(0, np.empty(0, np.int64)) * self._dt()

    @property
    def i(self):
        """The unit of each spike."""
        return self._joined(1, np.empty(0, np.int32))

    @property
    def n(self):
        """The number of units of the group."""
        return self.target.n

    def n_bytes(self):
        """What is held at present."""
        return sum(steps.nbytes + units.nbytes for steps, units in self._parts)


class RateMonitor(SpikeMonitor):
    """The rate of a whole population: `rate(width)` is in Hz a unit, in bins of `width` ms, with `bins(width)` their starts."""

    def bins(self, width):
        """The start of each bin in ms."""
        self._dt()
        checks.positive(self, "width", checks.single_number(self, "width", width))
        return np.arange(int(np.ceil(round(self.network.t / width, 9)))) * width

    def rate(self, width):
        """Spikes a unit and second in each bin."""
        checks.positive(self, "width", width)
        edges = np.append(self.bins(width), len(self.bins(width)) * width)
        middle = self.t + self._dt() / 2          # so that no rounding of a time decides its bin
        return np.histogram(middle, edges)[0] * 1000.0 / (width * self.target.n)


def _picked(monitor, index, n):
    """The numbers that `index` (None for all, a number, a slice, a list) picks among n, each checked."""
    index = slice(None) if index is None else index
    if not isinstance(index, slice):
        index = np.atleast_1d(checks.real_array(monitor, "index", index, "None, a slice, or whole numbers"))
        bad = index[(index < 0) | (index >= n)] if index.dtype.kind in "iu" else index
        if index.dtype.kind not in "iu" or index.ndim > 1 or len(bad):
            checks.fail(monitor, "index", bad.tolist(), f"whole numbers from 0 to {n - 1}")
    return np.arange(n)[index]


class StateMonitor(Monitor):
    """A state of a group over time: `t` (samples,) in ms and `values` (samples, len(index)).

    index     the units to record: None for all, a number, a slice, or a list
    every     ms between two samples; None: every step. The sample of step k, at its end, is stamped (k + 1)·dt
    dtype     of what is kept, e.g. "float32" for half the memory
    """

    def __init__(self, group, state, index=None, every=None, dtype="float64", name=None):
        super().__init__(group, name)
        self.row = group.row(state)
        every = None if every is None else checks.positive(self, "every", checks.single_number(self, "every", every))
        name = dtype if isinstance(dtype, str) else np.dtype(dtype).name
        self.state, self.every, self.dtype = state, every, np.dtype(checks.one_of(self, "dtype", name, ("float32", "float64")))
        self._index = _picked(self, index, group.n)

    @property
    def index(self):
        """The units that are recorded, an array."""
        return read_only(self._index, self.instead["index"])

    def begin(self, first_sample, samples, every):
        """Called by the network before a run: make room for samples `every` ms."""
        t = np.arange(first_sample, first_sample + samples) * every
        self._parts.append((t, np.empty((samples, self.index.size), self.dtype)))

    def end(self, samples):
        """Called by the network after a run that made `samples` samples: keep those."""
        t, values = self._parts[-1]
        self._parts[-1] = t[:samples], values[:samples]

    @property
    def t(self):
        """The time of each sample in ms."""
        return self._joined(0, np.empty(0))

    @property
    def values(self):
        """(samples, len(index))."""
        return self._joined(1, np.empty((0, self.index.size), self.dtype))


class WeightMonitor(Monitor):
    """The weights of a group of synapses every `every` ms: `t` (samples,) and `values` (samples, synapses).

    Synapses are in the order of the dense matrix's rows, or of the sparse rows. index picks some of them.
    """

    accepts = SynapseGroup

    def __init__(self, synapses, every, index=None, name=None):
        super().__init__(synapses, name)
        self.every = checks.positive(self, "every", checks.single_number(self, "every", every))
        listed = isinstance(index, (list, np.ndarray))
        self._index = np.array(checks.unmasked_array(self, "index", index)) if listed else index

    @property
    def index(self):
        """The synapses that are recorded: None for all, a number, a slice, or an array."""
        given = self._index
        return read_only(given, self.instead["index"]) if isinstance(given, np.ndarray) else given

    def fit(self, n):
        """Called by the network when it is built: the synapses are n."""
        self._picked = _picked(self, self._index, n)

    @property
    def width(self):
        """The number of synapses that are recorded, once the network is built."""
        return self._picked.size

    def collect(self, t, weight):
        """Called by the network at each sample."""
        self._parts.append((np.array([t]), np.array(weight[self._picked])[None]))

    @property
    def t(self):
        """The time of each sample in ms."""
        return self._joined(0, np.empty(0))

    @property
    def values(self):
        """(samples, synapses)."""
        return self._joined(1, np.empty((0, 0)))
