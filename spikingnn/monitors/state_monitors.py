"""Monitors of quantities that are sampled at equal intervals: states, currents, weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .._util import checks
from .._util.guarded import read_only
from .._util.typing import FloatArray, IntArray
from ..engine.compiler import Layout
from ..groups import NeuronGroup
from ..slices import GroupSlice
from ..synapse_group import SynapseGroup
from .monitor import Monitor


__all__ = ["StateMonitor", "WeightMonitor"]

NO_ROOM = np.empty(0), np.empty((0, 0))
Index = int | slice | Sequence[int] | NDArray[Any] | None


def check_state(target: NeuronGroup | SynapseGroup, state: str) -> str:
    """Return `state`, which must be a quantity of `target` that can be recorded."""
    more = "current" if isinstance(target, NeuronGroup) else "weight"
    names = target.model.states if isinstance(target, NeuronGroup) else target.states
    return checks.one_of(target, "state", state, {*names, more})


class SampledMonitor(Monitor):
    """Base class of monitors that take samples of one quantity at equal intervals.

    Parameters
    ----------
    target : NeuronGroup or SynapseGroup
        What is recorded.
    quantity : str
        Name of a state, "current" of a group, or "weight" of synapses.
    index : int, slice or sequence of int, optional
        Numbers that are recorded; None: all.
    every : float, optional
        ms between two samples; None: every step.
    dtype : str
        "float64", or "float32" for half the memory.
    name : str, optional
        Name; None: class and ordinal in the network.
    """

    def __init__(self, target: Any, quantity: str, index: Index, every: float | None, dtype: DTypeLike,
                 name: str | None) -> None:
        super().__init__(target, name)
        self.quantity = check_state(self.target, quantity)
        self.every: float | None = None
        if every is not None:
            self.every = checks.positive(self, "every", checks.single_number(self, "every", every))
        asked = dtype if isinstance(dtype, str) else np.dtype(dtype).name
        self.dtype = np.dtype(checks.one_of(self, "dtype", asked, ("float32", "float64")))
        listed = isinstance(index, (list, np.ndarray))
        self._asked = np.array(checks.unmasked_array(self, "index", index)) if listed else index
        self._picked: IntArray | None = None
        n = self._part.n if self._part else self.target.n_numbers(quantity)
        if n is not None:
            self.fit(n)

    def fit(self, n: int) -> None:
        """Choose among n numbers; of synapses, called by the network when it is built."""
        self._picked = _picked(self, self._asked, n) + (self._part.start if self._part else 0)

    @property
    def picked(self) -> IntArray:
        """Numbers that are recorded, (width,), once the network is built."""
        assert self._picked is not None
        return self._picked

    def sample_steps(self, dt: float) -> int:
        """Return the number of steps of `dt` ms between two samples."""
        if self.every is None:
            return 1
        return checks.interval_steps(self, "every", self.every, dt)

    # --- during a run ---------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget what was recorded."""
        super().clear()
        self._begun = self._filled                          # within a run: from now on

    def forget_before(self, t: float) -> None:
        """Forget the samples before the time t in ms, so that a network that runs on needs no more memory."""
        kept = (tuple(array[part[0] >= t] for array in part) for part in self._parts)
        self._parts = [part for part in kept if len(part[0])]

    def begin(self, t: FloatArray) -> None:
        """Make room for samples at the times t in ms; called by the network before a run."""
        self._room = t, np.empty((t.size, self.picked.size), self.dtype)

    def write(self, first: int, values: FloatArray) -> None:
        """Write values (samples, width) from sample number `first` of this run on; called by the network."""
        self._filled = first + len(values)
        self._room[1][first:self._filled] = values

    def end(self, samples: int) -> None:
        """Keep the first `samples` samples of a run that has ended; called by the network."""
        if samples > self._begun:
            self._parts.append(tuple(array[self._begun:samples] for array in self._room))
        self._room = NO_ROOM
        self._begun = self._filled = 0

    _room: tuple[FloatArray, NDArray[Any]] = NO_ROOM
    _begun = _filled = 0

    def _n_recorded(self) -> int:
        return super()._n_recorded() + self._filled - self._begun

    def _joined(self, k: int, empty: NDArray[Any]) -> NDArray[Any]:
        before, now = super()._joined(k, empty), self._room[k][self._begun:self._filled]
        return np.concatenate([before, now]) if len(before) and len(now) else now if len(now) else before

    @property
    def t(self) -> FloatArray:
        """Time of each sample in ms, (samples,)."""
        return self._joined(0, np.empty(0))

    @property
    def values(self) -> NDArray[Any]:
        """Recorded values, (samples, width)."""
        width = 0 if self._picked is None else self._picked.size
        return self._joined(1, np.empty((0, width), self.dtype))


class StateMonitor(SampledMonitor):
    """One state of a group, or of its synapses, over time.

    Of a group: a state of its model, or "current", the input of each unit in nA with its bias and what
    synapses send (for an `InputGroup` the stimulus). Of synapses: a state of the synapse model, such as "s",
    the current in nA or conductance in µS that each target gets; a trace or a state of the rule, as in
    ``synapses["x"]``; or "weight". Connections to one target whose synapse models are equal share "s", which
    is then the sum of what they send.

    Parameters
    ----------
    target : NeuronGroup, GroupSlice or SynapseGroup
        Group that is recorded, or a part of it, ``group[:100]``, or synapses.
    state : str
        Name of the state, such as "v".
    index : int, slice or sequence of int, optional
        Units, of a part of a group counted within it, or synapses in the order of `WeightMonitor`, that are
        recorded; None: all.
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
    >>> from spikingnn import LIFGroup, Network, SpikeSource, StateMonitor, SynapseGroup
    >>> source, neurons = SpikeSource([[1.0]]), LIFGroup(3)
    >>> synapses = SynapseGroup(source, neurons, 0.5, delay=1.0)
    >>> v = StateMonitor(neurons, "v", index=[0, 2], every=5.0)
    >>> s = StateMonitor(synapses, "s", index=0, every=5.0)
    >>> Network(source, neurons, synapses, v, s, dt=0.1, seed=0).run(15.0)
    >>> v.t, v.values.shape, s.values.ravel().round(3)
    (array([ 5., 10., 15.]), (3, 2), array([0.274, 0.101, 0.037]))
    """

    accepts = (NeuronGroup, SynapseGroup)

    def __init__(self, target: NeuronGroup | GroupSlice | SynapseGroup, state: str, index: Index = None,
                 every: float | None = None, dtype: DTypeLike = "float64", name: str | None = None) -> None:
        super().__init__(target, state, index, every, dtype, name)
        self.state = state

    @property
    def index(self) -> IntArray:
        """Numbers that are recorded, (width,): units of the whole group, or synapses after the building."""
        return read_only(self.picked, self.instead["index"])


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

    accepts = (SynapseGroup,)

    def __init__(self, synapses: SynapseGroup, every: float, index: Index = None,
                 name: str | None = None) -> None:
        if not isinstance(every, (int, float, np.number)):
            checks.fail(self, "every", every, "a number of ms", TypeError)
        super().__init__(synapses, "weight", index, every, "float64", name)

    @property
    def index(self) -> Index:
        """Synapses that are recorded: None for all, a number, a slice, or an array."""
        given = self._asked
        return read_only(given, self.instead["index"]) if isinstance(given, np.ndarray) else given

    @property
    def width(self) -> int:
        """Number of synapses that are recorded, once the network is built."""
        return self.picked.size


def fit_monitors(monitors: Sequence[Monitor], layout: Layout, before: Layout | None = None) -> list[Monitor]:
    """Let monitors of synapses choose among those of `layout`; return those that recorded others `before`."""
    others: list[Monitor] = []
    for monitor in monitors:
        if isinstance(monitor, SampledMonitor) and isinstance(monitor.target, SynapseGroup):
            monitor.fit(layout.quantity(monitor.target, monitor.quantity).size)
            new, old = (each.view_of(monitor.target) for each in (layout, before or layout))
            if not (np.array_equal(old.pointers, new.pointers) and np.array_equal(old.targets, new.targets)):
                others.append(monitor)
    return others


def _picked(monitor: Monitor, index: Index, n: int) -> IntArray:
    """The numbers that `index` (None for all, a number, a slice, a list) picks among n, each checked."""
    if index is None or isinstance(index, slice):
        return np.arange(n)[slice(None) if index is None else index]
    numbers = np.atleast_1d(checks.real_array(monitor, "index", index, "None, a slice, or whole numbers"))
    bad = numbers[(numbers < 0) | (numbers >= n)] if numbers.dtype.kind in "iu" else numbers
    if numbers.dtype.kind not in "iu" or numbers.ndim > 1 or len(bad):
        checks.fail(monitor, "index", bad.tolist(), f"whole numbers from 0 to {n - 1}")
    return np.arange(n)[numbers]
