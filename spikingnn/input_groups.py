"""Units that spike without synapses: encoders of a stimulus, and given spike trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._util import checks
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
