"""Correlations and distances between two spike trains."""

from __future__ import annotations

import math

import numpy as np

from .._util import checks
from .._util.typing import ArrayLike, FloatArray, IntArray
from ..spikes import counts, train_of
from .statistics import end_of_recording


__all__ = ["cross_correlogram", "spike_time_tiling", "van_rossum", "victor_purpura"]


def cross_correlogram(a: ArrayLike, b: ArrayLike, width: float, max_lag: float, duration: float | None = None,
                      start: float = 0.0) -> tuple[FloatArray, IntArray]:
    r"""Return the cross-correlogram: how often a spike of train b follows one of train a at a given lag.

    .. math::

        C(k) = \sum_j a_j \, b_{j+k}

    a_j and b_j are the numbers of spikes in [start + j·width, start + (j+1)·width), and the lag is
    k·width. The ends of the recording are not corrected for.

    Parameters
    ----------
    a, b : array_like, (spikes,)
        ms: spike times of the two trains.
    width : float
        ms: width of a bin.
    max_lag : float
        ms: largest lag; the smallest is its negative.
    duration : float, optional
        ms: end of the recording; None: the last spike.
    start : float
        ms: start of the evaluated period.

    Returns
    -------
    lags : ndarray, (2·max_lag/width + 1,)
        ms: lags.
    pairs : ndarray of int
        Number of pairs of spikes at each lag.

    Raises
    ------
    ValueError
        If `width` is not positive or `max_lag` is negative.

    References
    ----------
    Perkel, Gerstein & Moore, Biophys. J. 7:419 (1967).

    Examples
    --------
    >>> from spikingnn.analysis import cross_correlogram
    >>> cross_correlogram([10.0, 20.0], [11.0, 21.0, 30.0], width=1.0, max_lag=2.0)
    (array([-2., -1.,  0.,  1.,  2.]), array([0, 0, 0, 2, 0]))
    """
    first, second = train_of(a, "cross_correlogram", "a"), train_of(b, "cross_correlogram", "b")
    checks.positive("cross_correlogram", "width", width)
    max_steps = int(np.rint(float(checks.non_negative("cross_correlogram", "max_lag", max_lag)) / width))
    if duration is None:
        last = max([start, *first[-1:], *second[-1:]])
        duration = start + width * (math.floor((last - start) / width) + 1)
    end_of_recording("cross_correlogram", [], duration, start)
    x, y = counts([first, second], width, duration, start)
    size, lags = x.size, np.arange(-max_steps, max_steps + 1)
    pairs = [x[max(-k, 0):size - max(k, 0)] @ y[max(k, 0):size - max(-k, 0)] if abs(k) < size else 0
             for k in lags]
    return width * lags.astype(np.float64), np.array(pairs, dtype=np.int64)


def spike_time_tiling(a: ArrayLike, b: ArrayLike, window: float, duration: float,
                      start: float = 0.0) -> float:
    r"""Return the spike-time tiling coefficient, a correlation of two trains that is not biased by their
    rates.

    .. math::

        \mathrm{STTC} = \frac{1}{2} \frac{P_a - T_b}{1 - P_a T_b} + \frac{1}{2} \frac{P_b - T_a}{1 - P_b T_a}

    T_a is the fraction of the recording within ±window of a spike of a, P_a the fraction of the spikes of
    a within ±window of a spike of b; a term whose P·T is 1 counts as 1.

    Parameters
    ----------
    a, b : array_like, (spikes,)
        ms: spike times of the two trains.
    window : float
        ms: half-width of the coincidence window.
    duration : float
        ms: end of the recording.
    start : float
        ms: start of the recording.

    Returns
    -------
    float
        Coefficient in [-1, 1]; NaN where a train is empty.

    Raises
    ------
    ValueError
        If a spike is outside the recording.

    References
    ----------
    Cutts & Eglen, J. Neurosci. 34:14288 (2014).

    Examples
    --------
    >>> from spikingnn.analysis import spike_time_tiling
    >>> spike_time_tiling([10.0, 50.0], [10.5, 50.5], window=1.0, duration=100.0)
    1.0
    """
    owner = "spike_time_tiling"
    checks.positive(owner, "window", window)
    stop = end_of_recording(owner, [], duration, start)
    first, second = train_of(a, owner, "a"), train_of(b, owner, "b")
    for field, train in (("a", first), ("b", second)):
        if train.size and not start <= train[0] <= train[-1] <= stop:
            checks.fail(owner, field, train, f"within the recording, {start:g} to {stop:g} ms")
    if not first.size or not second.size:
        return math.nan
    tiled_fractions = [_tiled_fraction(train, window, start, stop) for train in (first, second)]
    near_fractions = [_fraction_near(first, second, window), _fraction_near(second, first, window)]
    pairs = zip(near_fractions, reversed(tiled_fractions))
    terms = [1.0 if p * t == 1.0 else (p - t) / (1.0 - p * t) for p, t in pairs]
    return 0.5 * terms[0] + 0.5 * terms[1]


def van_rossum(a: ArrayLike, b: ArrayLike, tau: float) -> float:
    r"""Return the van Rossum distance of two trains, filtered to traces f and g by an exponential of time
    constant tau.

    .. math::

        D^2 = \frac{2}{\tau} \int (f(t) - g(t))^2 \, dt
        = \sum_k \sum_l q_k q_l \, e^{-\lvert t_k - t_l \rvert/\tau}

    q is 1 for spikes of a and -1 for spikes of b, so that one additional spike is a distance of 1, and
    two spikes far apart are √2 apart. (In the paper D² is half of this.) ``tau=inf`` compares the numbers
    of spikes.

    Parameters
    ----------
    a, b : array_like, (spikes,)
        ms: spike times of the two trains.
    tau : float
        ms: time constant of the filter.

    Returns
    -------
    float
        Distance.

    Raises
    ------
    ValueError
        If `tau` is not positive.

    References
    ----------
    van Rossum, Neural Comput. 13:751 (2001); Houghton & Kreuz, Network 23:48 (2012).

    Examples
    --------
    >>> from spikingnn.analysis import van_rossum
    >>> van_rossum([10.0, 20.0], [10.0], tau=5.0)
    1.0
    """
    checks.positive("van_rossum", "tau", tau, infinite=True)
    first, second = train_of(a, "van_rossum", "a"), train_of(b, "van_rossum", "b")
    if math.isinf(tau):
        return float(abs(first.size - second.size))
    times, signs = np.concatenate([first, second]), np.repeat([1.0, -1.0], [first.size, second.size])
    order = np.argsort(times, kind="stable")
    gaps = np.append(np.diff(times[order]), np.inf) / tau
    decays, losses = np.exp(-gaps), -np.expm1(-2.0 * gaps)
    squared = difference = 0.0
    for sign, decay, loss in zip(signs[order].tolist(), decays.tolist(), losses.tolist()):
        difference += sign
        squared += difference * difference * loss           # 2/tau times the integral up to the next spike
        difference *= decay
    return math.sqrt(squared)


def victor_purpura(a: ArrayLike, b: ArrayLike, cost: float) -> float:
    r"""Return the Victor–Purpura distance: the smallest cost of transforming train a into train b.

    Adding or deleting a spike costs 1, moving one costs ``cost`` per ms:

    .. math::

        G_{i,j} = \min(G_{i-1,j} + 1, \; G_{i,j-1} + 1, \;
        G_{i-1,j-1} + \text{cost} \, \lvert a_i - b_j \rvert)

    ``cost=0`` compares the numbers of spikes; with ``cost=inf`` only spikes at the same time match.

    Parameters
    ----------
    a, b : array_like, (spikes,)
        ms: spike times of the two trains.
    cost : float
        1/ms: cost of moving a spike, zero or positive.

    Returns
    -------
    float
        Distance.

    Raises
    ------
    ValueError
        If `cost` is negative.

    References
    ----------
    Victor & Purpura, J. Neurophysiol. 76:1310 (1996).

    Examples
    --------
    >>> from spikingnn.analysis import victor_purpura
    >>> victor_purpura([10.0, 20.0], [12.0], cost=0.1)
    1.2
    """
    if not (isinstance(cost, (int, float, np.number)) and cost >= 0):
        checks.fail("victor_purpura", "cost", cost, "a number of at least zero in 1/ms")
    first, second = train_of(a, "victor_purpura", "a"), train_of(b, "victor_purpura", "b")
    added = np.arange(second.size + 1, dtype=np.float64)
    least = added.copy()
    for time in first:
        distance = np.abs(time - second)
        move = least[:-1] + (np.where(distance > 0, np.inf, 0.0) if math.isinf(cost) else cost * distance)
        best = np.append(least[0] + 1.0, np.minimum(least[1:] + 1.0, move))
        least = np.minimum.accumulate(best - added) + added     # then as many spikes of b are added as needed
    return float(least[-1])


def _tiled_fraction(train: FloatArray, window: float, start: float, stop: float) -> float:
    """Return the fraction of [start, stop] within ±window of a spike."""
    low, high = np.maximum(train - window, start), np.minimum(train + window, stop)
    return float((np.sum(high - low) - np.sum(np.maximum(high[:-1] - low[1:], 0.0))) / (stop - start))


def _fraction_near(train: FloatArray, other: FloatArray, window: float) -> float:
    """Return the fraction of the spikes of `train` within ±window of a spike of `other`."""
    at = np.searchsorted(other, train)
    before, after = other[np.maximum(at - 1, 0)], other[np.minimum(at, other.size - 1)]
    return float(np.mean(np.minimum(np.abs(train - before), np.abs(train - after)) <= window))
