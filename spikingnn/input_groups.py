"""Units that spike without synapses: encoders of a stimulus, and given spike trains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._util import checks
from ._util.typing import FloatArray
from .encoding import GivenSpikes
from .engine.plugin import NeuronModel
from .groups import NeuronGroup


__all__ = ["InputGroup", "SpikeSource"]


class InputGroup(NeuronGroup):
    """A group of n input units that turn a stimulus in [0, 1] into spikes.

    The stimulus is given to the run: ``network.run(100.0, inputs={group: stimulus})``.

    Parameters
    ----------
    n : int
        Number of units.
    encoder : NeuronModel
        Encoder such as `PoissonEncoder`.
    name : str, optional
        Name; None: class and ordinal in the network.
    positions : array (n, d), optional
        Where each unit is, in any unit of length; (n,) is (n, 1).

    Raises
    ------
    ValueError, TypeError
        If `n` is no positive whole number or the encoder is none.

    Examples
    --------
    >>> from spikingnn import InputGroup, LatencyEncoder, Network, SpikeMonitor
    >>> units = InputGroup(2, LatencyEncoder())
    >>> spikes = SpikeMonitor(units)
    >>> Network(units, spikes, dt=1.0, seed=0).run(50.0, inputs={units: [1.0, 0.0]})
    >>> spikes.count()
    array([1, 0])
    """

    takes_synapses = False

    def __init__(self, n: int, encoder: NeuronModel, name: str | None = None,
                 positions: ArrayLike | None = None) -> None:
        super().__init__(n, encoder, name, positions)

    def check_stimulus(self, value: Any) -> Any:
        """Return the stimulus of a run as numbers; refuse what is not from 0 to 1."""
        return checks.unit_interval(self.name, "input", value)


class SpikeSource(NeuronGroup):
    """Units that spike at given times; a spike at time t is emitted in step round(t/dt).

    Parameters
    ----------
    trains : sequence of n arrays
        ms: spike times of each unit. One unit is ``SpikeSource([times])``.
    name : str, optional
        Name; None: class and ordinal in the network.
    positions : array (n, d), optional
        Where each unit is, in any unit of length; (n,) is (n, 1).

    Raises
    ------
    ValueError, TypeError
        If `trains` is no sequence of arrays of times that are zero or positive.

    Examples
    --------
    >>> from spikingnn import Network, SpikeMonitor, SpikeSource
    >>> source = SpikeSource([[1.0, 3.0], [2.0]])
    >>> spikes = SpikeMonitor(source)
    >>> Network(source, spikes, dt=0.5, seed=0).run(10.0)
    >>> spikes.t, spikes.i
    (array([1., 2., 3.]), array([0, 1, 0], dtype=int32))
    """

    takes_synapses = False

    def __init__(self, trains: Sequence[ArrayLike], name: str | None = None,
                 positions: ArrayLike | None = None) -> None:
        if name is not None and not isinstance(name, str):
            accepted = "a text or None (units i that spike at times t: SpikeSource.from_events(n, i, t))"
            checks.fail(self, "name", name, accepted, TypeError)
        if not hasattr(trains, "__len__") or isinstance(trains, (str, bytes, dict, set, frozenset)):
            checks.fail(self, "trains", trains, "a list of n arrays of times in ms", TypeError)
        if any(checks.shape_or_length(times) == () for times in trains):
            accepted = "[times] for one unit, [[t] for t in times] for units that spike once"
            checks.fail(self, "trains", trains, f"a list of n arrays of times in ms: {accepted}", TypeError)
        super().__init__(len(trains), GivenSpikes(tuple(trains)), name, positions)

    def check_stimulus(self, value: Any) -> Any:
        """Refuse any stimulus: ValueError."""
        raise ValueError(f"{self.name} emits given spikes and takes no input")

    @classmethod
    def from_events(cls, n: int, i: ArrayLike, t: ArrayLike, name: str | None = None) -> SpikeSource:
        """Return the source of n units in which unit i[k] spikes at t[k] ms, in any order.

        Parameters
        ----------
        n : int
            Number of units.
        i : array (events,)
            Unit of each spike, from 0 to n - 1.
        t : array (events,)
            ms: time of each spike.
        name : str, optional
            Name; None: class and ordinal in the network.

        Raises
        ------
        ValueError
            If there are not as many times as units, or a unit or a time is out of range.

        Examples
        --------
        >>> SpikeSource.from_events(3, [2, 0, 2], [4.0, 1.0, 2.0]).model.trains
        (array([1.]), array([], dtype=float64), array([2., 4.]))
        """
        owner = "SpikeSource.from_events"
        n, units = checks.integer(owner, "n", n), checks.real_array(owner, "i", i)
        times = np.asarray(checks.non_negative(owner, "t", t))
        whole = units.ndim == 1 and (units.dtype.kind in "iu" or not units.size)
        if not whole or units.size and (units.min() < 0 or units.max() >= n):
            checks.fail(owner, "i", i, f"an array of whole numbers from 0 to {n - 1}, one for each spike")
        if times.shape != units.shape:
            checks.fail(owner, "t", times.shape, f"one time in ms for each spike, shape {units.shape}")
        order = np.argsort(units, kind="stable")
        ends = np.cumsum(np.bincount(units.astype(np.int64), minlength=n))
        return cls(np.split(times[order], ends[:-1]), name)

    @classmethod
    def inhomogeneous(cls, n: int, rate: Callable[[FloatArray], ArrayLike], duration: float,
                      seed: int | None = None, resolution: float = 0.1,
                      name: str | None = None) -> SpikeSource:
        """Return n Poisson processes whose rate is a function of time.

        Parameters
        ----------
        n : int
            Number of units.
        rate : function
            ``rate(t)`` takes times (steps,) in ms and returns rates in Hz, (steps,) or (steps, n).
        duration : float
            ms: time up to which there are spikes.
        seed : int, optional
            Seed; None: a fresh one.
        resolution : float
            ms: times between which the rate is taken as linear.
        name : str, optional
            Name; None: class and ordinal in the network.

        Raises
        ------
        ValueError, TypeError
            If the rate is negative, not finite, or of another shape.

        Examples
        --------
        >>> def rate(t):
        ...     return 40.0 * (1.0 + np.sin(2 * np.pi * t / 100.0))         # Hz, a period of 100 ms
        >>> source = SpikeSource.inhomogeneous(50, rate, 1000.0, seed=0)
        >>> round(float(np.mean([len(train) for train in source.model.trains])))
        41
        """
        owner = "SpikeSource.inhomogeneous"
        n, duration = checks.integer(owner, "n", n), checks.positive(owner, "duration", duration)
        steps = max(1, int(np.ceil(duration / checks.positive(owner, "resolution", resolution))))
        t, draw = np.linspace(0.0, duration, steps + 1), np.random.default_rng(seed)
        values = np.asarray(checks.non_negative(owner, "rate(t)", rate(t)))
        if values.shape not in ((), t.shape, (t.size, n)):
            checks.fail(owner, "rate(t)", values.shape, f"of shape ({t.size},) or ({t.size}, {n})")
        values = np.broadcast_to(values[:, None] if values.ndim == 1 else values, (t.size, n))
        expected = np.zeros((t.size, n))
        np.cumsum(0.5 * (values[1:] + values[:-1]) * np.diff(t)[:, None] / 1000.0, axis=0, out=expected[1:])
        counts = draw.poisson(expected[-1])
        return cls([np.interp(np.sort(draw.uniform(0.0, expected[-1, i], counts[i])), expected[:, i], t)
                    for i in range(n)], name)

    @classmethod
    def pulse_packet(cls, n: int, times: ArrayLike, sigma: float, size: int | None = None,
                     seed: int | None = None, name: str | None = None) -> SpikeSource:
        """Return n units that spike nearly together: packets of spikes, normally distributed around times.

        Parameters
        ----------
        n : int
            Number of units.
        times : float or array (packets,)
            ms: centres of the packets.
        sigma : float
            ms: standard deviation of the spike times of a packet; zero: all at once.
        size : int, optional
            Units that spike in each packet, once each, drawn anew; None: all.
        seed : int, optional
            Seed; None: a fresh one.
        name : str, optional
            Name; None: class and ordinal in the network.

        Raises
        ------
        ValueError, TypeError
            If a number is out of range. Spikes before time zero are left out.

        References
        ----------
        Diesmann, Gewaltig & Aertsen, *Nature* 402:529 (1999).

        Examples
        --------
        >>> source = SpikeSource.pulse_packet(100, 50.0, sigma=1.0, size=60, seed=0)
        >>> sum(len(train) for train in source.model.trains)
        60
        """
        owner, draw = "SpikeSource.pulse_packet", np.random.default_rng(seed)
        n, sigma = checks.integer(owner, "n", n), checks.non_negative(owner, "sigma", sigma)
        size = n if size is None else checks.integer(owner, "size", size)
        if size > n:
            checks.fail(owner, "size", size, f"at most the {n} units")
        centres = np.atleast_1d(checks.non_negative(owner, "times", times))
        units = np.concatenate([draw.permutation(n)[:size] for _ in centres]).astype(np.int64)
        spikes = np.repeat(centres, size) + draw.normal(0.0, sigma, units.size)
        return cls.from_events(n, units[spikes >= 0.0], spikes[spikes >= 0.0], name)
