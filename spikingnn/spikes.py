"""Spikes outside a network: the events that `encode` returns, and what reads them, a monitor's, or plain lists of trains."""

from __future__ import annotations

import numpy as np

from ._util import checks


__all__ = ["Spikes", "counts", "duration_of", "trains_of"]

TOLERANCE = 1e-8        # of a bin: a time that was computed to lie on a bin's edge is in the bin that begins there


class Spikes:
    """Spikes of n units as events, as a `SpikeMonitor` has them: `t` (events,) in ms and `i` (events,), by time, then unit.

    `n` units, `dt` and `duration` in ms.
    """

    def __init__(self, steps, units, n, dt, duration):
        self.t, self.i, self.n, self.dt, self.duration = np.asarray(steps, dtype=np.int64) * dt, units, n, dt, duration

    def trains(self):
        """A list of n arrays: the spike times of each unit in ms."""
        order = np.argsort(self.i, kind="stable")
        return np.split(self.t[order], np.cumsum(self.count())[:-1])

    def count(self):
        """The number of spikes of each unit, (n,)."""
        return np.bincount(self.i, minlength=self.n)

    def raster(self):
        """(steps, n) of bool: did the unit spike in the step?"""
        spiked = np.zeros((int(round(self.duration / self.dt)), self.n), dtype=bool)
        spiked[np.rint(self.t / self.dt).astype(np.int64), self.i] = True
        return spiked

    def __repr__(self):
        return f"Spikes({self.t.size} spikes of {self.n} units in {self.duration:g} ms)"


def trains_of(spikes, owner="spikes"):
    """A list of sorted arrays in ms, from anything with `.trains()` (`Spikes`, `SpikeMonitor`) or a list of arrays of times.

    ValueError or TypeError where a time is not a finite number, or a train has more than one dimension.
    """
    trains = spikes.trains() if hasattr(spikes, "trains") else spikes
    flat = isinstance(trains, np.ndarray) and trains.ndim == 1 and trains.dtype != object
    if isinstance(trains, (str, bytes, dict)) or not hasattr(trains, "__len__") or flat:
        accepted = "a list of arrays of times in ms, or have .trains() (one train is a list of one array)"
        checks.fail(owner, "trains", trains, accepted, TypeError)
    return [train_of(train, owner, f"trains[{i}]") for i, train in enumerate(trains)]


def train_of(train, owner, field):
    """One train as a sorted float array; the same refusals."""
    times = np.asarray(checks.number(owner, field, train))
    if times.ndim != 1:
        checks.fail(owner, field, train, "an array of times in ms, (spikes,)")
    return np.sort(times)


def duration_of(spikes, duration, owner="spikes"):
    """`duration` in ms where it is given, else what the spikes know of it."""
    if duration is None:
        network = getattr(spikes, "network", None)
        duration = network.t if network is not None else getattr(spikes, "duration", None)
    if duration is None:
        checks.fail(owner, "duration", duration, "given in ms where the spikes are a list of trains", TypeError)
    return checks.positive(owner, "duration", checks.single_number(owner, "duration", duration))


def counts(spikes, width, duration=None, start=0.0):
    """Spikes of each unit in bins [start + k·width, start + (k+1)·width): (n, bins), the whole bins before `duration`; ms."""
    checks.positive("counts", "width", checks.single_number("counts", "width", width))
    start, duration = checks.number("counts", "start", start), duration_of(spikes, duration, "counts")
    n_bins = int((duration - start) / width + TOLERANCE)
    if n_bins < 1:
        checks.fail("counts", "width", width, f"at most the {duration - start:g} ms that there are")
    trains = trains_of(spikes, "counts")
    bins = [np.floor((train - start) / width + TOLERANCE).astype(np.int64) for train in trains]
    inside = [at[(at >= 0) & (at < n_bins)] for at in bins]
    return np.array([np.bincount(at, minlength=n_bins) for at in inside], dtype=np.int64).reshape(len(trains), n_bins)
