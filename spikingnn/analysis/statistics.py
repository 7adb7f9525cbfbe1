"""Statistics of the spike trains of single units and of populations."""

from __future__ import annotations

import math

import numpy as np

from .._util import checks
from .._util.typing import FloatArray
from ..spikes import AnyTrains, counts, duration_of, smoothed, trains_of


__all__ = ["cv", "cv2", "fano", "fano_in_time", "isi", "lv", "population_rate", "psth", "rates"]


def rates(trains: AnyTrains, duration: float | None = None, start: float = 0.0) -> FloatArray:
    """Return the mean firing rate of each unit: the number of spikes in [start, duration) over duration -
    start.

    Parameters
    ----------
    trains : Spikes, SpikeMonitor or list of arrays
        Spike times in ms of n units.
    duration : float, optional
        ms: end of the recording; needed where the spikes are a list of arrays.
    start : float
        ms: start of the evaluated period.

    Returns
    -------
    ndarray, (n,)
        Hz: rates.

    Raises
    ------
    ValueError
        If `start` is not before the end of the recording.

    References
    ----------
    Dayan & Abbott, *Theoretical Neuroscience* (2001), section 1.2.

    Examples
    --------
    >>> from spikingnn.analysis import rates
    >>> rates([[10.0, 60.0], []], duration=100.0)
    array([20.,  0.])
    """
    stop = end_of_recording("rates", trains, duration, start)
    selected = [np.count_nonzero((train >= start) & (train < stop)) for train in trains_of(trains, "rates")]
    return np.array(selected, dtype=np.float64) * 1000.0 / (stop - start)


def isi(trains: AnyTrains) -> list[FloatArray]:
    """Return the interspike intervals of each unit.

    Parameters
    ----------
    trains : Spikes, SpikeMonitor or list of arrays
        Spike times in ms of n units.

    Returns
    -------
    list of ndarray
        ms: intervals between consecutive spikes.

    Examples
    --------
    >>> from spikingnn.analysis import isi
    >>> isi([[10.0, 30.0, 60.0]])
    [array([20., 30.])]
    """
    return [np.diff(train) for train in trains_of(trains, "isi")]


def cv(trains: AnyTrains) -> FloatArray:
    r"""Return the coefficient of variation of the interspike intervals I of each unit: 0 for regular, 1 for
    Poisson spikes.

    .. math::

        \mathrm{CV} = \frac{\mathrm{sd}(I)}{\mathrm{mean}(I)}

    The standard deviation is divided by the number of intervals.

    Parameters
    ----------
    trains : Spikes, SpikeMonitor or list of arrays
        Spike times in ms of n units.

    Returns
    -------
    ndarray, (n,)
        Coefficients of variation; NaN with fewer than two intervals.

    References
    ----------
    Gabbiani & Koch, in *Methods in Neuronal Modeling* (1998), chapter 9.

    Examples
    --------
    >>> from spikingnn.analysis import cv
    >>> cv([[0.0, 10.0, 40.0], [0.0, 10.0, 20.0]])
    array([0.5, 0. ])
    """
    return np.array([_ratio(float(np.std(gaps)), float(np.mean(gaps))) if gaps.size > 1 else np.nan
                     for gaps in isi(trains)])


def cv2(trains: AnyTrains) -> FloatArray:
    r"""Return the local coefficient of variation of each unit, which slow changes of the rate do not
    increase.

    .. math::

        \mathrm{CV2} = \left\langle \frac{2 \, \lvert I_{k+1} - I_k \rvert}{I_{k+1} + I_k} \right\rangle_k

    It is 0 for regular and 1 for Poisson spikes.

    Parameters
    ----------
    trains : Spikes, SpikeMonitor or list of arrays
        Spike times in ms of n units.

    Returns
    -------
    ndarray, (n,)
        Local coefficients of variation; NaN with fewer than two intervals.

    References
    ----------
    Holt, Softky, Koch & Douglas, J. Neurophysiol. 75:1806 (1996).

    Examples
    --------
    >>> from spikingnn.analysis import cv2
    >>> cv2([[0.0, 10.0, 40.0]])
    array([1.])
    """
    return np.array([2.0 * np.mean(np.abs(_contrast(gaps))) if gaps.size > 1 else np.nan
                     for gaps in isi(trains)])


def lv(trains: AnyTrains) -> FloatArray:
    r"""Return the local variation of each unit: 0 for regular, 1 for Poisson spikes.

    .. math::

        \mathrm{LV} = 3 \left\langle \left(\frac{I_{k+1} - I_k}{I_{k+1} + I_k}\right)^2 \right\rangle_k

    Parameters
    ----------
    trains : Spikes, SpikeMonitor or list of arrays
        Spike times in ms of n units.

    Returns
    -------
    ndarray, (n,)
        Local variations; NaN with fewer than two intervals.

    References
    ----------
    Shinomoto, Shima & Tanji, Neural Comput. 15:2823 (2003).

    Examples
    --------
    >>> from spikingnn.analysis import lv
    >>> lv([[0.0, 10.0, 40.0]])
    array([0.75])
    """
    return np.array([3.0 * np.mean(np.square(_contrast(gaps))) if gaps.size > 1 else np.nan
                     for gaps in isi(trains)])


def fano(trains: AnyTrains) -> float:
    r"""Return the Fano factor of the spike counts across trains, for n trials of one unit: 1 for Poisson
    spikes.

    .. math::

        F = \frac{\mathrm{var}(\text{spikes per train})}{\mathrm{mean}(\text{spikes per train})}

    The variance is divided by the number of trains.

    Parameters
    ----------
    trains : Spikes, SpikeMonitor or list of arrays
        Spike times in ms of n units.

    Returns
    -------
    float
        Fano factor; NaN where there are no spikes.

    References
    ----------
    Fano, Phys. Rev. 72:26 (1947).

    Examples
    --------
    >>> from spikingnn.analysis import fano
    >>> fano([[1.0, 2.0, 3.0], [1.0]])
    0.5
    """
    numbers = np.array([train.size for train in trains_of(trains, "fano")])
    return float(_ratio(np.var(numbers), np.mean(numbers))) if numbers.size else math.nan


def fano_in_time(trains: AnyTrains, window: float, duration: float | None = None,
                 start: float = 0.0) -> FloatArray:
    """Return the Fano factor of each unit over the spike counts in consecutive windows.

    Parameters
    ----------
    trains : Spikes, SpikeMonitor or list of arrays
        Spike times in ms of n units.
    window : float
        ms: width of a window.
    duration : float, optional
        ms: end of the recording; needed where the spikes are a list of arrays.
    start : float
        ms: start of the evaluated period.

    Returns
    -------
    ndarray, (n,)
        Fano factors; NaN where there are no spikes.

    Raises
    ------
    ValueError
        If no window is complete.

    References
    ----------
    Teich, Heneghan, Lowen, Ozaki & Kaplan, J. Opt. Soc. Am. A 14:529 (1997).

    Examples
    --------
    >>> from spikingnn.analysis import fano_in_time
    >>> fano_in_time([[1.0, 2.0, 3.0, 15.0]], window=10.0, duration=20.0)
    array([0.5])
    """
    end_of_recording("fano_in_time", trains, duration, start)
    spike_counts = counts(trains, window, duration, start)
    variances, means = spike_counts.var(axis=1), spike_counts.mean(axis=1)
    return np.array([_ratio(variance, mean) for variance, mean in zip(variances, means)])


def psth(trains: AnyTrains, width: float, duration: float | None = None,
         start: float = 0.0) -> tuple[FloatArray, FloatArray]:
    r"""Return the peri-stimulus time histogram of trials of one unit, or of the units of a population.

    .. math::

        \text{rate}(t) = \frac{\text{spikes of all trains in } [t, t + \text{width})}{n \cdot \text{width}}

    Parameters
    ----------
    trains : Spikes, SpikeMonitor or list of arrays
        Spike times in ms of n units.
    width : float
        ms: width of a bin.
    duration : float, optional
        ms: end of the recording; needed where the spikes are a list of arrays.
    start : float
        ms: start of the evaluated period.

    Returns
    -------
    t : ndarray, (bins,)
        ms: start of each complete bin.
    rate : ndarray, (bins,)
        Hz: mean rate per train in the bin.

    Raises
    ------
    ValueError
        If no bin is complete.

    References
    ----------
    Gerstner et al., *Neuronal Dynamics* (2014), section 7.2.

    Examples
    --------
    >>> from spikingnn.analysis import psth
    >>> psth([[1.0, 12.0], [2.0]], width=10.0, duration=20.0)
    (array([ 0., 10.]), array([100.,  50.]))
    """
    end_of_recording("psth", trains, duration, start)
    spike_counts = counts(trains, width, duration, start)
    t: FloatArray = start + width * np.arange(spike_counts.shape[1], dtype=np.float64)
    return t, spike_counts.sum(axis=0) * 1000.0 / (width * max(len(spike_counts), 1))


def population_rate(trains: AnyTrains, sigma: float, every: float = 1.0, duration: float | None = None,
                    start: float = 0.0) -> tuple[FloatArray, FloatArray]:
    r"""Return the rate of a population smoothed by a Gaussian; `psth` returns it in bins.

    .. math::

        A(t) = \frac{1}{n} \sum_i \sum_k \frac{1}{\sqrt{2 \pi} \, \sigma} \, e^{-(t - t_i^k)^2/(2 \sigma^2)}

    At both ends of the recording it is divided by the part of the Gaussian that is inside, so that a constant
    rate stays constant.

    Parameters
    ----------
    trains : Spikes, SpikeMonitor or list of arrays
        Spike times in ms of n units.
    sigma : float
        ms: standard deviation of the Gaussian.
    every : float
        ms: time between two values, short compared with `sigma`; spikes are counted in bins of this width.
    duration : float, optional
        ms: end of the recording; needed where the spikes are a list of arrays.
    start : float
        ms: start of the evaluated period.

    Returns
    -------
    t : ndarray, (bins,)
        ms: middle of each complete bin.
    rate : ndarray, (bins,)
        Hz: mean rate per unit.

    Raises
    ------
    ValueError
        If `sigma` or `every` is not positive, or no bin is complete.

    References
    ----------
    Gerstner et al., *Neuronal Dynamics* (2014), section 7.2.

    Examples
    --------
    >>> from spikingnn.analysis import population_rate
    >>> t, rate = population_rate([[20.0], [20.0]], sigma=2.0, duration=40.0)
    >>> float(t[rate.argmax()]), round(float(rate.max())), round(float(rate.sum() * 1.0))
    (20.5, 199, 1000)
    """
    end_of_recording("population_rate", trains, duration, start)
    t, rate = psth(trains, every, duration, start)
    return t + 0.5 * every, smoothed("population_rate", rate, sigma, every)


def end_of_recording(owner: str, trains: AnyTrains, duration: float | None, start: float) -> float:
    """Return the end of the recording, checked to be after its start."""
    stop = duration_of(trains, duration, owner)
    if not checks.number(owner, "start", start) < stop:
        checks.fail(owner, "start", start, f"before the end of the recording, {stop:g} ms")
    return stop


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0 else np.nan


def _contrast(gaps: FloatArray) -> FloatArray:
    """Return (I_{k+1} - I_k) / (I_{k+1} + I_k), zero where both intervals are."""
    both = gaps[1:] + gaps[:-1]
    return np.diff(gaps) / np.where(both > 0, both, 1.0)
