"""Rhythms and what goes with them: spectra, synchrony, phase locking; the average stimulus before a spike."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._util import checks
from .._util.typing import ArrayLike, FloatArray
from ..spikes import TOLERANCE, AnyTrains, counts, train_of, trains_of


__all__ = ["phase_locking", "power_spectrum", "spike_triggered_average", "synchrony"]


def spike_triggered_average(train: ArrayLike, signal: Any, before: float, after: float = 0.0,
                            dt: float | None = None) -> tuple[FloatArray, FloatArray]:
    r"""Return the average of a signal around the spikes of a train.

    .. math::

        \mathrm{STA}(s) = \frac{1}{N} \sum_k x(t_k + s)

    Spikes for which the signal does not reach from -before to after are left out.

    Parameters
    ----------
    train : array_like, (spikes,)
        ms: spike times of one unit.
    signal : array_like (samples,) or (samples, channels), or StateMonitor
        Signal x: sample k is that of [k·dt, (k+1)·dt), as in ``inputs=``; the samples of a monitor carry
        their own times.
    before, after : float
        ms: how long before and after a spike the signal is averaged.
    dt : float, optional
        ms: time between two samples; needed where the signal is an array.

    Returns
    -------
    lags : ndarray, (lags,)
        ms: time relative to the spike, from -before to after.
    average : ndarray, (lags,) or (lags, channels)
        Average in the unit of the signal; NaN where there are no spikes.

    Raises
    ------
    ValueError, TypeError
        If a time is negative, or dt is missing or not positive.

    References
    ----------
    de Boer & Kuyper, IEEE Trans. Biomed. Eng. 15:169 (1968); Dayan & Abbott, *Theoretical Neuroscience*
    (2001), section 1.3.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.analysis import spike_triggered_average
    >>> spike_triggered_average([2.0, 5.0], np.array([0, 1, 2, 0, 3, 4, 0]), before=2.0, dt=1.0)
    (array([-2., -1.,  0.]), array([0., 2., 3.]))
    """
    owner = "spike_triggered_average"
    values, first, dt = _signal(owner, signal, dt)
    low, high = (math.floor(float(checks.non_negative(owner, name, value)) / dt + TOLERANCE)
                 for name, value in (("before", before), ("after", after)))
    steps = np.arange(-low, high + 1)
    at = np.floor((train_of(train, owner) - first) / dt + TOLERANCE).astype(np.int64)
    at = at[(at >= low) & (at + high < len(values))]
    average: FloatArray = np.array([values[at + step].mean(axis=0) if at.size
                                    else np.full(values.shape[1:], np.nan) for step in steps])
    lags: FloatArray = np.asarray(steps * dt, dtype=np.float64)
    return lags, average


def power_spectrum(signal: Any, dt: float | None = None, segment: float | None = None,
                   duration: float | None = None) -> tuple[FloatArray, FloatArray]:
    r"""Return the power spectral density of a signal, or of the population rate of spikes, by Welch's method.

    The signal is cut into segments that overlap by half; the mean of each is subtracted, a Hann window
    applied, and the periodograms are averaged. The density is one-sided: its integral over the frequencies is
    the variance. For N independent Poisson trains of rate r it is 2 r/N Hz²/Hz at all frequencies.

    Parameters
    ----------
    signal : array_like (samples,) or (samples, channels), StateMonitor, or spikes
        Signal, or spikes of a population (a SpikeMonitor, Spikes or a list of trains), whose rate in Hz in
        bins of `dt` is taken.
    dt : float, optional
        ms: time between two samples, or width of a bin; None: that of a StateMonitor, for spikes 1 ms.
    segment : float, optional
        ms: length of a segment, whose inverse is the resolution in frequency; None: an eighth of the signal.
    duration : float, optional
        ms: end of the recording; needed where the signal is a list of trains.

    Returns
    -------
    frequency : ndarray, (frequencies,)
        Hz: from 0 to half of the sampling rate.
    power : ndarray, (frequencies,) or (frequencies, channels)
        Square of the unit of the signal per Hz; of a rate Hz²/Hz.

    Raises
    ------
    ValueError, TypeError
        If a segment is shorter than two samples or longer than the signal, or dt is missing.

    References
    ----------
    Welch, IEEE Trans. Audio Electroacoust. 15:70 (1967).

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.analysis import power_spectrum
    >>> t = np.arange(2000.0)
    >>> frequency, power = power_spectrum(np.sin(2 * np.pi * 0.04 * t), dt=1.0, segment=500.0)
    >>> float(frequency[np.argmax(power)]), round(float(power.sum() * frequency[1]), 2)
    (40.0, 0.5)
    """
    from scipy.signal import welch

    owner = "power_spectrum"
    if _is_spikes(signal):
        dt = 1.0 if dt is None else dt
        signal = counts(signal, dt, duration).mean(axis=0) * 1000.0 / dt
    values, _, dt = _signal(owner, signal, dt)
    longest = len(values) * dt
    length = longest / 8.0 if segment is None else checks.number(owner, "segment", segment)
    size = int(length / dt + TOLERANCE)
    if not 2 <= size <= len(values):
        accepted = f"from two samples, {2 * dt:g} ms, to the {longest:g} ms that there are"
        checks.fail(owner, "segment", segment, accepted)
    frequency, power = welch(values, 1000.0 / dt, nperseg=size, axis=0)
    return frequency, power


def synchrony(signal: Any, width: float | None = None, duration: float | None = None) -> float:
    r"""Return the synchrony χ of a population: 1 where all units do the same, about 1/√n where they are
    independent.

    .. math::

        \chi^2 = \frac{\mathrm{var}_t \langle x_i(t) \rangle_i}{\langle \mathrm{var}_t \, x_i(t) \rangle_i}

    Parameters
    ----------
    signal : array_like (samples, n), StateMonitor, or spikes
        Signals x of n units, such as membrane potentials, or their spikes, which are counted in bins.
    width : float, optional
        ms: width of a bin; needed for spikes.
    duration : float, optional
        ms: end of the recording; needed where the spikes are a list of trains.

    Returns
    -------
    float
        Synchrony from 0 to 1; NaN where no unit varies.

    Raises
    ------
    ValueError, TypeError
        If the signal is not (samples, n), or the width is missing.

    References
    ----------
    Golomb & Rinzel, Physica D 72:259 (1994); Golomb, Scholarpedia 2(1):1347 (2007).

    Examples
    --------
    >>> from spikingnn.analysis import synchrony
    >>> round(synchrony([[1.0, 11.0, 21.0]] * 3, width=5.0, duration=30.0), 3)
    1.0
    """
    owner = "synchrony"
    if _is_spikes(signal):
        if width is None:
            checks.fail(owner, "width", width, "given in ms for spikes", TypeError)
        values: Any = counts(signal, width, duration).T
    else:
        values = np.asarray(checks.number(owner, "signal", getattr(signal, "values", signal)))
    if values.ndim != 2:
        checks.fail(owner, "signal", values.shape, "of shape (samples, n)")
    single = values.var(axis=0).mean()
    return float(np.sqrt(values.mean(axis=1).var() / single)) if single > 0 else math.nan


def phase_locking(trains: AnyTrains, frequency: float | None = None, signal: Any = None,
                  dt: float | None = None) -> tuple[FloatArray, FloatArray, FloatArray]:
    r"""Return how strongly, and at which phase, the spikes of each unit are locked to a rhythm.

    .. math::

        r \, e^{i \bar\phi} = \frac{1}{N} \sum_k e^{i \phi(t_k)}

    r is the vector strength: 1 where all spikes have one phase, about 1/√N where they have any. The phase φ
    is 2π · frequency · t, or that of a signal (the angle of its analytic signal), zero at its maxima.

    Parameters
    ----------
    trains : Spikes, SpikeMonitor or list of arrays
        Spike times in ms of n units.
    frequency : float, optional
        Hz: frequency of the rhythm.
    signal : array_like (samples,) or StateMonitor of one unit, optional
        Rhythm of a narrow band of frequencies, in place of one frequency.
    dt : float, optional
        ms: time between two samples of a signal that is an array, the first of which is that of time 0.

    Returns
    -------
    strength : ndarray, (n,)
        Vector strength r; NaN without spikes.
    phase : ndarray, (n,)
        Radians: mean phase, from -π to π.
    p_value : ndarray, (n,)
        Probability of such a strength without locking (Rayleigh's test).

    Raises
    ------
    ValueError, TypeError
        If not exactly one of frequency and signal is given, or the signal is not (samples,).

    References
    ----------
    Goldberg & Brown, J. Neurophysiol. 32:613 (1969); Zar, *Biostatistical Analysis* (1999), section 27.1.

    Examples
    --------
    >>> from spikingnn.analysis import phase_locking
    >>> strength, phase, p_value = phase_locking([[5.0, 30.0, 55.0, 80.0]], frequency=40.0)
    >>> strength.round(3), (phase / np.pi).round(3)
    (array([1.]), array([0.4]))
    """
    owner = "phase_locking"
    if (frequency is None) == (signal is None):
        checks.fail(owner, "frequency", frequency, "given in Hz, or a signal, but not both")
    if frequency is None:
        vectors = _vectors_of_signal(owner, trains, signal, dt)
    else:
        turns = 2j * math.pi * float(checks.positive(owner, "frequency", frequency)) / 1000.0
        vectors = [np.exp(turns * train) for train in trains_of(trains, owner)]
    means = np.array([vector.mean() if vector.size else np.nan for vector in vectors], dtype=complex)
    size, strength = np.array([vector.size for vector in vectors]), np.minimum(np.abs(means), 1.0)
    squared = size * size * (1.0 - strength * strength)
    p_value = np.exp(np.sqrt(1.0 + 4.0 * size + 4.0 * squared) - (1.0 + 2.0 * size))
    return strength, np.where(np.isnan(strength), np.nan, np.angle(means)), p_value


def _vectors_of_signal(owner: str, trains: AnyTrains, signal: Any, dt: float | None) -> list[Any]:
    """The unit vectors of the phases of a signal at the spikes that lie within it."""
    from scipy.signal import hilbert

    values, first, dt = _signal(owner, signal, dt)
    values = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
    if values.ndim != 1:
        checks.fail(owner, "signal", values.shape, "of one unit, (samples,)")
    analytic = hilbert(values - values.mean())
    unit = analytic / np.maximum(np.abs(analytic), np.finfo(float).tiny)
    at = [np.floor((train - first) / dt + TOLERANCE).astype(np.int64) for train in trains_of(trains, owner)]
    return [unit[k[(k >= 0) & (k < len(values))]] for k in at]


def _is_spikes(signal: Any) -> bool:
    """Tell spikes from signals: an object with trains, or a list of arrays that are trains."""
    return hasattr(signal, "trains") or isinstance(signal, (list, tuple)) and any(map(np.ndim, signal))


def _signal(owner: str, signal: Any, dt: float | None) -> tuple[FloatArray, float, float]:
    """Return (values, time of the first sample, dt) of a StateMonitor, or of an array with `dt`."""
    first = 0.0
    if hasattr(signal, "values") and hasattr(signal, "t"):
        t, signal = signal.t, signal.values
        if len(t) > 1:
            first, dt = float(t[0]), float(t[-1] - t[0]) / (len(t) - 1)
    values = np.asarray(checks.number(owner, "signal", signal))
    if values.ndim not in (1, 2):
        checks.fail(owner, "signal", values.shape, "of shape (samples,) or (samples, channels)")
    if dt is None:
        checks.fail(owner, "dt", dt, "given in ms where the signal is an array", TypeError)
    return values, first, float(checks.positive(owner, "dt", dt))
