"""Recordings as Neo segments, for Elephant and every file format that Neo writes, and back.

``pip install 'spikingnn[neo]'`` brings Neo. Times, units and values survive the way there and back to the
last bit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .._util import checks
from .._util.extras import optional
from .._util.typing import FloatArray
from ..monitors import StateMonitor
from ..spikes import SpikeEvents, Spikes, duration_of


__all__ = ["Recording", "Trace", "from_neo", "to_neo"]

UNITS = {"v": "mV", "current": "nA"}        # of recorded states; others are dimensionless


class Trace(NamedTuple):
    """A quantity of several units in time.

    Parameters
    ----------
    t : FloatArray
        ms: time of each sample, (samples,).
    values : FloatArray
        What was sampled, (samples, n).

    Examples
    --------
    >>> Trace(np.array([0.1, 0.2]), np.zeros((2, 5))).values.shape
    (2, 5)
    """

    t: FloatArray
    """ms: time of each sample, (samples,)."""
    values: FloatArray
    """What was sampled, (samples, n)."""


class Recording(NamedTuple):
    """What a Neo segment holds.

    Parameters
    ----------
    spikes : Spikes | None
        The spikes of all trains, the k-th train being unit k; None: there are none.
    traces : dict[str, Trace]
        Name of a signal -> its samples.

    Examples
    --------
    >>> Recording(None, {}).traces
    {}
    """

    spikes: Spikes | None
    """The spikes of all trains, the k-th train being unit k; None: there are none."""
    traces: dict[str, Trace]
    """Name of a signal -> its samples."""


def to_neo(*recorded: SpikeEvents | StateMonitor, name: str | None = None) -> Any:
    """Return what was recorded as one Neo segment.

    Parameters
    ----------
    *recorded : SpikeMonitor, Spikes or StateMonitor
        Spikes become a train for each unit, states an analog signal with a channel for each.
    name : str, optional
        Name of the segment.

    Returns
    -------
    neo.Segment
        The segment, in ms; potentials in mV, currents in nA, other states without unit.

    Raises
    ------
    TypeError
        For anything else, and for a monitor that has not run.
    ImportError
        Without Neo.

    Examples
    --------
    >>> from spikingnn.spikes import Spikes
    >>> segment = to_neo(Spikes([1, 2], [0, 1], n=2, dt=0.1, duration=1.0))
    >>> len(segment.spiketrains)
    2
    """
    neo = optional("neo", "Neo segments", "neo")
    segment = neo.Segment(name=name)
    for each in recorded:
        if isinstance(each, SpikeEvents):
            segment.spiketrains.extend(_trains(neo, each))
        elif isinstance(each, StateMonitor):
            segment.analogsignals.append(_signal(neo, each))
        else:
            checks.fail("to_neo", "recorded", each, "a SpikeMonitor, Spikes or a StateMonitor", TypeError)
    return segment


def _trains(neo: Any, spikes: SpikeEvents) -> list[Any]:
    end, dt = duration_of(spikes, None, "to_neo"), spikes.dt
    return [neo.SpikeTrain(times, units="ms", t_start=0.0, t_stop=end, sampling_rate=1.0 / dt * _per_ms(),
                           name=getattr(spikes, "name", None), unit=k, dt=dt)
            for k, times in enumerate(spikes.trains())]


def _signal(neo: Any, monitor: StateMonitor) -> Any:
    t = monitor.t
    if not t.size or monitor.network is None:
        raise TypeError(f"to_neo: {monitor!r} has no samples; run the network first")
    dt = monitor.dt
    return neo.AnalogSignal(monitor.values, units=UNITS.get(monitor.state, "dimensionless"),
                            t_start=t[0] * _ms(), sampling_period=(monitor.every or dt) * _ms(),
                            name=monitor.name or monitor.state, state=monitor.state, dt=dt,
                            index=np.asarray(monitor.index))


def _ms() -> Any:
    return optional("quantities", "Neo segments", "neo").ms


def _per_ms() -> Any:
    return 1 / _ms()


def from_neo(segment: Any, dt: float = 0.1) -> Recording:
    """Return what a Neo segment, or a block of one segment, holds.

    Parameters
    ----------
    segment : neo.Segment or neo.Block
        Spike trains and analog signals, in any units of time.
    dt : float
        ms: step on which spikes lie, where the trains do not say. Times are kept as they are.

    Returns
    -------
    Recording
        Spikes and traces, in ms; ``SpikeSource(recording.spikes.trains())`` emits the spikes again.

    Raises
    ------
    ValueError
        For a block of several segments and for signals that share a name.
    ImportError
        Without Neo.

    Examples
    --------
    >>> segment = to_neo(Spikes([1, 2], [0, 1], n=2, dt=0.1, duration=1.0))
    >>> from_neo(segment).spikes.count()
    array([1, 1])
    """
    neo = optional("neo", "Neo segments", "neo")
    if isinstance(segment, neo.Block):
        if len(segment.segments) != 1:
            checks.fail("from_neo", "segment", f"a block of {len(segment.segments)}", "one segment")
        segment = segment.segments[0]
    if not isinstance(segment, neo.Segment):
        checks.fail("from_neo", "segment", segment, "a neo.Segment or a neo.Block", TypeError)
    traces: dict[str, Trace] = {}
    for k, signal in enumerate(segment.analogsignals):
        key = signal.annotations.get("state") or signal.name or f"signal {k}"
        if key in traces:
            checks.fail("from_neo", "segment", key, "of signals with different names")
        traces[key] = _trace(signal)
    return Recording(_spikes(list(segment.spiketrains), dt) if len(segment.spiketrains) else None, traces)


def _trace(signal: Any) -> Trace:
    t = np.asarray(signal.times.rescale("ms").magnitude, np.float64)
    dt = signal.annotations.get("dt")
    if dt is not None:                      # on the grid again: its times are steps times dt
        t = np.rint(t / float(dt)) * float(dt)
    return Trace(t, np.array(signal.magnitude))


def _spikes(trains: list[Any], dt: float) -> Spikes:
    trains = sorted(trains, key=lambda train: train.annotations.get("unit", 0))     # stable
    times = [np.asarray(train.rescale("ms").magnitude, np.float64) for train in trains]
    dt = float(trains[0].annotations.get("dt", checks.positive("from_neo", "dt", dt)))
    unit = np.repeat(np.arange(len(times)), [len(each) for each in times])
    joined = np.concatenate(times)
    order = np.lexsort((unit, joined))
    end = max(float(train.t_stop.rescale("ms")) for train in trains)
    spikes = Spikes(np.rint(joined[order] / dt).astype(np.int64), unit[order], len(times), dt, end)
    spikes.t = joined[order]                # those of another program may lie between steps
    return spikes
