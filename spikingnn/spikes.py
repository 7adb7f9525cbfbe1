"""Spike trains as values: events in the order of time, and the functions that read them in any of their
forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias, Union

import numpy as np

from ._util import checks
from ._util.typing import ArrayLike, BoolArray, FloatArray, IntArray


__all__ = ["AnyTrains", "SpikeEvents", "Spikes", "counts", "duration_of", "smoothed", "train_of", "trains_of"]

TOLERANCE = 1e-8        # of a bin: a computed time on the edge between two bins belongs to the later one


class HasTrains(Protocol):
    """An object with spike trains, such as `Spikes` or a `SpikeMonitor`."""

    def trains(self) -> list[FloatArray]:
        """Return the spike times of each unit in ms."""
        ...


AnyTrains: TypeAlias = Union[HasTrains, Sequence[ArrayLike]]


class SpikeEvents:
    """Base class of spikes as events: `t` (events,) in ms and `i` (events,) of `n` units, in order of time,
    then unit.

    Examples
    --------
    >>> from spikingnn.spikes import SpikeEvents, Spikes
    >>> isinstance(Spikes([0], [0], n=1, dt=0.1, duration=1.0), SpikeEvents)
    True
    """

    t: FloatArray
    i: IntArray
    n: int
    dt: float

    def trains(self) -> list[FloatArray]:
        """Return a list of n arrays: the spike times of each unit in ms."""
        order = np.argsort(self.i, kind="stable")
        return np.split(self.t[order], np.cumsum(self.count())[:-1])

    def count(self) -> IntArray:
        """Return the number of spikes of each unit, (n,)."""
        return np.bincount(self.i, minlength=self.n)


class Spikes(SpikeEvents):
    """Spikes of n units outside a network, as `encode` returns them.

    Parameters
    ----------
    steps : array_like, (events,)
        Time step of each spike, in ascending order.
    units : array_like, (events,)
        Unit of each spike.
    n : int
        Number of units.
    dt : float
        ms: time step.
    duration : float
        ms: duration of the recording.

    Attributes
    ----------
    t : ndarray, (events,)
        ms: time of each spike, the start of its step.
    i : ndarray, (events,)
        Unit of each spike.

    Examples
    --------
    >>> from spikingnn.spikes import Spikes
    >>> spikes = Spikes([1, 2, 5], [0, 1, 0], n=2, dt=1.0, duration=6.0)
    >>> spikes.trains()
    [array([1., 5.]), array([2.])]
    >>> spikes.count()
    array([2, 1])
    """

    def __init__(self, steps: ArrayLike, units: ArrayLike, n: int, dt: float, duration: float) -> None:
        self.t: FloatArray = np.asarray(np.asarray(steps, dtype=np.int64) * dt, dtype=np.float64)
        self.i: IntArray = np.asarray(units)
        self.n, self.dt, self.duration = n, dt, duration

    def raster(self) -> BoolArray:
        """Return (steps, n) booleans that say whether the unit spiked in the step."""
        spiked = np.zeros((int(round(self.duration / self.dt)), self.n), dtype=np.bool_)
        spiked[np.rint(self.t / self.dt).astype(np.int64), self.i] = True
        return spiked

    def __repr__(self) -> str:
        return f"Spikes({self.t.size} spikes of {self.n} units in {self.duration:g} ms)"


def trains_of(spikes: AnyTrains, owner: object = "spikes") -> list[FloatArray]:
    """Return spikes in any of their forms as a list of n sorted arrays of times.

    Parameters
    ----------
    spikes : Spikes, SpikeMonitor or sequence of array_like
        Spikes of n units: an object with a method ``trains()``, or a list with the times in ms of each unit.
    owner : object
        Object or name that an error message starts with.

    Returns
    -------
    list of ndarray
        ms: spike times of each unit.

    Raises
    ------
    ValueError
        If a time is not finite, or a train has more than one dimension.
    TypeError
        If `spikes` is one train instead of a list of trains, or holds no numbers.

    Examples
    --------
    >>> from spikingnn.spikes import trains_of
    >>> trains_of([[3.0, 1.0], []])
    [array([1., 3.]), array([], dtype=float64)]
    """
    trains = spikes.trains() if hasattr(spikes, "trains") else spikes
    flat = isinstance(trains, np.ndarray) and trains.ndim == 1 and trains.dtype != object
    if isinstance(trains, (str, bytes, dict)) or not hasattr(trains, "__len__") or flat:
        accepted = "a list of arrays of times in ms, or have .trains() (one train is a list of one array)"
        checks.fail(owner, "trains", trains, accepted, TypeError)
    return [train_of(train, owner, f"trains[{i}]") for i, train in enumerate(trains)]


def train_of(train: ArrayLike, owner: object = "spikes", field: str = "train") -> FloatArray:
    """Return one spike train as a sorted array of times.

    Parameters
    ----------
    train : array_like, (spikes,)
        ms: spike times in any order.
    owner, field : object, str
        Object or name, and field, that an error message starts with.

    Returns
    -------
    ndarray, (spikes,)
        ms: sorted spike times.

    Raises
    ------
    ValueError
        If a time is not finite, or the train has more than one dimension.

    Examples
    --------
    >>> from spikingnn.spikes import train_of
    >>> train_of([3, 1])
    array([1., 3.])
    """
    times = np.asarray(checks.number(owner, field, train))
    if times.ndim != 1:
        checks.fail(owner, field, train, "an array of times in ms, (spikes,)")
    return np.sort(times)


def duration_of(spikes: object, duration: float | None, owner: object = "spikes") -> float:
    """Return the end of a recording in ms: `duration` where it is given, otherwise what the spikes know of
    it.

    Parameters
    ----------
    spikes : Spikes, SpikeMonitor or list
        Spikes of n units.
    duration : float or None
        ms: end of the recording.
    owner : object
        Object or name that an error message starts with.

    Raises
    ------
    ValueError
        If the duration is not positive.
    TypeError
        If it is not given and the spikes are a list of arrays.

    Examples
    --------
    >>> from spikingnn.spikes import Spikes, duration_of
    >>> duration_of(Spikes([1], [0], n=1, dt=1.0, duration=6.0), None)
    6.0
    """
    if duration is None:
        network = getattr(spikes, "network", None)
        duration = network.t if network is not None else getattr(spikes, "duration", None)
    if duration is None:
        accepted = "given in ms where the spikes are a list of trains"
        checks.fail(owner, "duration", duration, accepted, TypeError)
    return float(checks.positive(owner, "duration", checks.single_number(owner, "duration", duration)))


def counts(spikes: AnyTrains, width: float, duration: float | None = None, start: float = 0.0) -> IntArray:
    """Return the number of spikes of each unit in bins [start + k·width, start + (k+1)·width).

    Parameters
    ----------
    spikes : Spikes, SpikeMonitor or list of arrays
        Spikes of n units.
    width : float
        ms: width of a bin.
    duration : float, optional
        ms: end of the recording; only complete bins before it are counted. Needed where the spikes are a
        list of arrays.
    start : float
        ms: start of the first bin.

    Returns
    -------
    ndarray, (n, bins)
        Numbers of spikes.

    Raises
    ------
    ValueError
        If no bin is complete.

    Examples
    --------
    >>> from spikingnn.spikes import counts
    >>> counts([[1.0, 2.0, 11.0], [15.0]], width=10.0, duration=20.0)
    array([[2, 1],
           [0, 1]])
    """
    checks.positive("counts", "width", checks.single_number("counts", "width", width))
    start, duration = float(checks.number("counts", "start", start)), duration_of(spikes, duration, "counts")
    n_bins = int((duration - start) / width + TOLERANCE)
    if n_bins < 1:
        checks.fail("counts", "width", width, f"at most the {duration - start:g} ms that there are")
    trains = trains_of(spikes, "counts")
    bins = [np.floor((train - start) / width + TOLERANCE).astype(np.int64) for train in trains]
    inside = [at[(at >= 0) & (at < n_bins)] for at in bins]
    rows = [np.bincount(at, minlength=n_bins) for at in inside]
    return np.array(rows, dtype=np.int64).reshape(len(trains), n_bins)


def smoothed(owner: object, rate: FloatArray, sigma: float, width: float) -> FloatArray:
    """Return a rate in bins smoothed by a Gaussian; at the ends by the part of it that is inside.

    Parameters
    ----------
    owner : object
        Object or name that an error message starts with.
    rate : ndarray, (bins,)
        Rate in each bin.
    sigma, width : float
        ms: standard deviation of the Gaussian, and width of a bin.

    Returns
    -------
    ndarray, (bins,)
        Smoothed rate, in the same unit.

    Raises
    ------
    ValueError
        If `sigma` is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.spikes import smoothed
    >>> smoothed("example", np.array([10.0, 10.0, 10.0]), sigma=2.0, width=1.0)
    array([10., 10., 10.])
    """
    from scipy.ndimage import gaussian_filter1d

    bins = float(checks.positive(owner, "sigma", checks.single_number(owner, "sigma", sigma))) / width
    inside = gaussian_filter1d(np.ones(rate.size), bins, mode="constant", truncate=5.0)
    return np.asarray(gaussian_filter1d(rate, bins, mode="constant", truncate=5.0) / inside, dtype=np.float64)
