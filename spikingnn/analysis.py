"""Statistics of spike trains and distances between them.

Trains are lists of arrays of times in ms, or anything with `.trains()`: a `SpikeMonitor`, or what `encode` returns. Times and widths
are in ms, rates in Hz. `duration` (where the recording ends) may be left out where the spikes know it. A result that is not
defined, such as the CV of a train of two spikes, is NaN.
"""

from __future__ import annotations

import math

import numpy as np

from ._util import checks
from .spikes import counts, duration_of, train_of, trains_of


__all__ = ["cross_correlogram", "cv", "cv2", "fano", "fano_in_time", "isi", "lv", "psth", "rates", "spike_time_tiling", "van_rossum",
           "victor_purpura"]


def rates(trains, duration=None, start=0.0):
    """The mean rate of each unit in Hz, (n,): spikes in [start, duration) over duration - start.

    Source: Dayan & Abbott, Theoretical Neuroscience (2001), section 1.2.
    """
    stop = _stop("rates", trains, duration, start)
    inside = [np.count_nonzero((train >= start) & (train < stop)) for train in trains_of(trains, "rates")]
    return np.array(inside) * 1000.0 / (stop - start)


def isi(trains):
    """The intervals between neighbouring spikes in ms: a list of n arrays."""
    return [np.diff(train) for train in trains_of(trains, "isi")]


def cv(trains):
    """The coefficient of variation of the intervals I of each unit, (n,): CV = sd(I) / mean(I); 0 regular, 1 Poisson.

    The standard deviation is that of the sample (divided by the number of intervals); NaN with fewer than two intervals.
    Source: Gabbiani & Koch, in Methods in Neuronal Modeling (1998), ch. 9.
    """
    return np.array([_ratio(np.std(gaps), np.mean(gaps)) if gaps.size > 1 else np.nan for gaps in isi(trains)])


def cv2(trains):
    """The local coefficient of variation of each unit, (n,), which slow changes of the rate do not raise:

        CV2 = mean_k 2 |I_{k+1} - I_k| / (I_{k+1} + I_k);       0 regular, 1 Poisson

    NaN with fewer than two intervals. Source: Holt, Softky, Koch & Douglas, J. Neurophysiol. 75:1806 (1996).
    """
    return np.array([2.0 * np.mean(np.abs(_contrast(gaps))) if gaps.size > 1 else np.nan for gaps in isi(trains)])


def lv(trains):
    """The local variation of each unit, (n,): LV = 3 mean_k ((I_{k+1} - I_k) / (I_{k+1} + I_k))²; 0 regular, 1 Poisson.

    NaN with fewer than two intervals. Source: Shinomoto, Shima & Tanji, Neural Comput. 15:2823 (2003).
    """
    return np.array([3.0 * np.mean(np.square(_contrast(gaps))) if gaps.size > 1 else np.nan for gaps in isi(trains)])


def fano(trains):
    """The Fano factor across trains, for n trials of one unit: F = var(spikes of a train) / mean(spikes of a train); 1 for Poisson.

    The variance is that of the sample (divided by n); NaN where there are no spikes.
    Source: Fano, Phys. Rev. 72:26 (1947).
    """
    numbers = np.array([train.size for train in trains_of(trains, "fano")])
    return float(_ratio(np.var(numbers), np.mean(numbers))) if numbers.size else math.nan


def fano_in_time(trains, window, duration=None, start=0.0):
    """The Fano factor of each unit, (n,), over the counts in the consecutive windows of `window` ms.

    Source: Teich, Heneghan, Lowen, Ozaki & Kaplan, J. Opt. Soc. Am. A 14:529 (1997).
    """
    _stop("fano_in_time", trains, duration, start)
    number = counts(trains, window, duration, start)
    return np.array([_ratio(variance, mean) for variance, mean in zip(number.var(axis=1), number.mean(axis=1))])


def psth(trains, width, duration=None, start=0.0):
    """The peri-stimulus time histogram: (bins,) the start of each bin in ms, and (bins,) the mean rate of a train in it in Hz.

        rate(bin) = spikes of all trains in [t, t + width) / (n · width),       whole bins only

    Trains are trials of one unit, or the units of a population. Source: Gerstner et al., Neuronal Dynamics (2014), section 7.2.
    """
    _stop("psth", trains, duration, start)
    number = counts(trains, width, duration, start)
    t = start + width * np.arange(number.shape[1])
    return t, number.sum(axis=0) * 1000.0 / (width * max(len(number), 1))


def cross_correlogram(a, b, width, max_lag, duration=None, start=0.0):
    """How often a spike of train b follows one of train a: (lags,) in ms and (lags,) pairs:

        C(k) = Σ_j a_j · b_{j+k},       a_j, b_j = spikes in [start + j·width, start + (j+1)·width),   lag = k·width

    for lags from -max_lag to max_lag, without correction for the ends of the recording. a, b: arrays of times in ms; without
    `duration` the recording ends with the last spike.
    Source: Perkel, Gerstein & Moore, Biophys. J. 7:419 (1967).
    """
    a, b = train_of(a, "cross_correlogram", "a"), train_of(b, "cross_correlogram", "b")
    checks.positive("cross_correlogram", "width", width)
    reach = int(np.rint(checks.non_negative("cross_correlogram", "max_lag", max_lag) / width))
    if duration is None:
        duration = start + width * (math.floor((max([start, *a[-1:], *b[-1:]]) - start) / width) + 1)
    _stop("cross_correlogram", [], duration, start)
    x, y = counts([a, b], width, duration, start)
    size = x.size
    pairs = [x[max(-k, 0):size - max(k, 0)] @ y[max(k, 0):size - max(-k, 0)] if abs(k) < size else 0 for k in range(-reach, reach + 1)]
    return width * np.arange(-reach, reach + 1), np.array(pairs, dtype=np.int64)


def spike_time_tiling(a, b, window, duration, start=0.0):
    """The spike-time tiling coefficient of two trains, a measure of their correlation that the rates do not bias, in [-1, 1]:

        STTC = ½ (P_a - T_b)/(1 - P_a T_b) + ½ (P_b - T_a)/(1 - P_b T_a)

    T_a is the share of the recording within ±window ms of a spike of a, P_a the share of the spikes of a within ±window of a spike
    of b; a term whose P·T is 1 counts as 1. NaN where a train is empty. a, b: arrays of times in ms.
    Source: Cutts & Eglen, J. Neurosci. 34:14288 (2014).
    """
    owner = "spike_time_tiling"
    checks.positive(owner, "window", window)
    stop = _stop(owner, [], duration, start)
    a, b = train_of(a, owner, "a"), train_of(b, owner, "b")
    for field, train in (("a", a), ("b", b)):
        if train.size and not start <= train[0] <= train[-1] <= stop:
            checks.fail(owner, field, train, f"within the recording, {start:g} to {stop:g} ms")
    if not a.size or not b.size:
        return math.nan
    tiled = [_tiled(train, window, start, stop) for train in (a, b)]
    near = [_near(a, b, window), _near(b, a, window)]
    terms = [1.0 if p * t == 1.0 else (p - t) / (1.0 - p * t) for p, t in zip(near, reversed(tiled))]
    return 0.5 * terms[0] + 0.5 * terms[1]


def van_rossum(a, b, tau):
    """The distance of two trains as traces f, g, each spike a jump of one that decays with tau (ms):

        D² = (2/tau) ∫ (f(t) - g(t))² dt = Σ_k Σ_l q_k q_l exp(-|t_k - t_l| / tau),     q = 1 for spikes of a, -1 for spikes of b

    so that a spike more is a distance of 1, and two spikes far apart are √2 apart. (In the paper D² is half of this.)
    tau = inf compares the numbers of spikes. a, b: arrays of times in ms.
    Source: van Rossum, Neural Comput. 13:751 (2001); Houghton & Kreuz, Network 23:48 (2012).
    """
    checks.positive("van_rossum", "tau", tau, infinite=True)
    a, b = train_of(a, "van_rossum", "a"), train_of(b, "van_rossum", "b")
    if math.isinf(tau):
        return float(abs(a.size - b.size))
    times, jumps = np.concatenate([a, b]), np.repeat([1.0, -1.0], [a.size, b.size])
    order = np.argsort(times, kind="stable")
    gaps = np.append(np.diff(times[order]), np.inf) / tau
    keep, drop = np.exp(-gaps), -np.expm1(-2.0 * gaps)
    squared = height = 0.0
    for jump, left, lost in zip(jumps[order].tolist(), keep.tolist(), drop.tolist()):
        height += jump
        squared += height * height * lost           # 2/tau times the integral up to the next spike
        height *= left
    return math.sqrt(squared)


def victor_purpura(a, b, cost):
    """The least that it costs to turn train a into b: 1 to add or delete a spike, `cost` a ms to move one:

        G(i, j) = min( G(i-1, j) + 1,   G(i, j-1) + 1,   G(i-1, j-1) + cost |a_i - b_j| )

    cost = 0 compares the numbers of spikes, cost = inf allows no move: only spikes at the same time cost nothing.
    a, b: arrays of times in ms. Source: Victor & Purpura, J. Neurophysiol. 76:1310 (1996).
    """
    if not (isinstance(cost, (int, float, np.number)) and cost >= 0):
        checks.fail("victor_purpura", "cost", cost, "a number of at least zero in 1/ms")
    a, b = train_of(a, "victor_purpura", "a"), train_of(b, "victor_purpura", "b")
    added = np.arange(b.size + 1, dtype=np.float64)
    least = added.copy()
    for time in a:
        away = np.abs(time - b)
        move = least[:-1] + (np.where(away > 0, np.inf, 0.0) if math.isinf(cost) else cost * away)
        best = np.append(least[0] + 1.0, np.minimum(least[1:] + 1.0, move))
        least = np.minimum.accumulate(best - added) + added         # and then as many of b added as it takes
    return float(least[-1])


def _stop(owner, trains, duration, start):
    """The end of the recording, checked to lie after its start."""
    stop = duration_of(trains, duration, owner)
    if not checks.number(owner, "start", start) < stop:
        checks.fail(owner, "start", start, f"before the end of the recording, {stop:g} ms")
    return stop


def _ratio(part, whole):
    return part / whole if whole > 0 else np.nan


def _contrast(gaps):
    """(I_{k+1} - I_k) / (I_{k+1} + I_k), 0 where both are."""
    both = gaps[1:] + gaps[:-1]
    return np.diff(gaps) / np.where(both > 0, both, 1.0)


def _tiled(train, window, start, stop):
    """The share of [start, stop] within ±window of a spike."""
    low, high = np.maximum(train - window, start), np.minimum(train + window, stop)
    return (np.sum(high - low) - np.sum(np.maximum(high[:-1] - low[1:], 0.0))) / (stop - start)


def _near(train, other, window):
    """The share of the spikes of `train` within ±window of one of `other`."""
    at = np.searchsorted(other, train)
    before, after = other[np.maximum(at - 1, 0)], other[np.minimum(at, other.size - 1)]
    return np.mean(np.minimum(np.abs(train - before), np.abs(train - after)) <= window)
