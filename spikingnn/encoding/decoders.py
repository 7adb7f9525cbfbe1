"""Decoders: estimates of the stimulus from spikes. The inverses of latency, phase and delta encoding are
methods of their encoders.
"""

from __future__ import annotations

from typing import Self

import numpy as np

from .._util import checks
from .._util.regression import ridge_regression
from .._util.typing import ArrayLike, FloatArray, Scalar
from ..spikes import AnyTrains, duration_of, trains_of


__all__ = ["LinearDecoder", "decode_rate", "first_spike", "population_vector"]


def decode_rate(spikes: AnyTrains, max_rate: Scalar, duration: float | None = None,
                start: float = 0.0) -> FloatArray:
    r"""Estimate the stimulus from the firing rate.

    .. math::

        x = \frac{\text{spikes in } [\text{start}, \text{duration})}
        {\text{max\_rate} \cdot (\text{duration} - \text{start})}

    The standard deviation for Poisson spikes in a time T is sqrt(x / (max_rate·T)). The estimate is not
    clipped and may exceed one.

    Parameters
    ----------
    spikes : Spikes, SpikeMonitor or list of arrays
        Spikes of n units.
    max_rate : Scalar
        Hz: rate at stimulus 1, one number or one value per unit.
    duration : float, optional
        ms: end of the recording; needed where the spikes are a list of arrays.
    start : float
        ms: start of the counting window.

    Returns
    -------
    ndarray, (n,)
        Estimated stimulus of each unit.

    Raises
    ------
    ValueError
        If `start` is not before the end, or `max_rate` is not positive.

    References
    ----------
    Dayan & Abbott, *Theoretical Neuroscience* (2001), section 1.2.

    Examples
    --------
    >>> from spikingnn.encoding import decode_rate
    >>> decode_rate([[10.0, 20.0, 30.0], []], max_rate=100.0, duration=100.0)
    array([0.3, 0. ])
    """
    trains, stop = trains_of(spikes, "decode_rate"), duration_of(spikes, duration, "decode_rate")
    _check_interval("decode_rate", start, stop)
    largest = np.asarray(checks.positive("decode_rate", "max_rate", max_rate))
    selected = np.array([np.count_nonzero((train >= start) & (train < stop)) for train in trains])
    return selected * 1000.0 / (largest * (stop - start))


def first_spike(spikes: AnyTrains, start: float = 0.0, stop: float = np.inf) -> FloatArray:
    """Return the time from `start` to the first spike of each unit in [start, stop).

    The unit that decides is ``first_spike(spikes).argmin()``; `LatencyEncoder.value` turns the times into
    stimuli.

    Parameters
    ----------
    spikes : Spikes, SpikeMonitor or list of arrays
        Spikes of n units.
    start, stop : float
        ms: window in which spikes are looked for.

    Returns
    -------
    ndarray, (n,)
        ms: time from `start` to the first spike; infinite where there is none.

    Raises
    ------
    ValueError
        If `start` is not before `stop`.

    References
    ----------
    Thorpe, Delorme & Van Rullen, Neural Networks 14:715 (2001).

    Examples
    --------
    >>> from spikingnn.encoding import first_spike
    >>> first_spike([[12.0, 15.0], [], [9.0]], start=5.0)
    array([ 7., inf,  4.])
    """
    _check_interval("first_spike", start, stop)
    selected = [train[(train >= start - 1e-9) & (train < stop)] for train in trains_of(spikes, "first_spike")]
    return np.array([max(train[0] - start, 0.0) if train.size else np.inf for train in selected])


def population_vector(rates: ArrayLike, directions: ArrayLike) -> FloatArray:
    r"""Return the mean of the preferred directions e of the units, weighted by their rates r.

    .. math::

        x = \frac{\sum_i r_i e_i}{\sum_i r_i}

    Only the direction of a vector is meaningful, and only where the preferred directions are spread
    evenly; over a scalar range the estimate is biased towards the middle, near the ends by up to the
    width of a receptive field.

    Parameters
    ----------
    rates : array_like, (n,) or (samples, n)
        Hz: rates, or any weights of zero or above.
    directions : array_like, (n, d) or (n,)
        Preferred directions, or preferred values.

    Returns
    -------
    ndarray, (d,), (samples, d), () or (samples,)
        Weighted mean; NaN where no unit spiked.

    Raises
    ------
    ValueError
        If a rate is negative or the shapes do not agree.

    References
    ----------
    Georgopoulos, Schwartz & Kettner, Science 233:1416 (1986).

    Examples
    --------
    >>> from spikingnn.encoding import population_vector
    >>> population_vector([30.0, 10.0], directions=[[1.0, 0.0], [0.0, 1.0]])
    array([0.75, 0.25])
    """
    rates = np.asarray(checks.non_negative("population_vector", "rates", rates))
    directions = np.asarray(checks.number("population_vector", "directions", directions))
    if directions.ndim not in (1, 2) or rates.ndim not in (1, 2) or rates.shape[-1] != len(directions):
        accepted = f"(n,) or (samples, n) with n = {len(np.atleast_1d(directions))} directions"
        checks.fail("population_vector", "rates", rates.shape, accepted)
    total = rates.sum(axis=-1)
    total = total if directions.ndim == 1 else total[..., None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return rates @ directions / np.where(total > 0, total, np.nan)


class LinearDecoder:
    r"""Regularised optimal linear estimator of a stimulus x from firing rates r.

    .. math::

        \hat x = (r - \bar r) D + \bar x

    The weights D (n, d) minimise the squared error over m samples plus m · noise² · \|D\|², where R = r -
    r̄ and X = x - x̄::

        D = (RᵀR + m·noise²·1)⁻¹ RᵀX

    ``noise`` is the standard deviation of additional independent noise of each rate: such noise adds just
    this term. ``noise=0`` is plain least squares, with the smallest \|D\| where the solution is not
    unique.

    Parameters
    ----------
    noise : float
        Hz: standard deviation of independent noise of each rate.

    Attributes
    ----------
    weights : ndarray, (n, d), or None
        Weights in units of x per Hz, after `fit`.
    offset : ndarray, (d,), or None
        Constant term, so that the estimate is ``r @ weights + offset``.

    Raises
    ------
    ValueError
        If ``noise`` is negative or not one number.

    References
    ----------
    Salinas & Abbott, J. Comput. Neurosci. 1:89 (1994); ridge regression: Hoerl & Kennard, Technometrics
    12:55 (1970).

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.encoding import LinearDecoder
    >>> rates = np.array([[0.0, 40.0], [10.0, 30.0], [40.0, 0.0]])
    >>> decoder = LinearDecoder(noise=0.0).fit(rates, [0.0, 0.25, 1.0])
    >>> decoder.decode([[20.0, 20.0]]).round(3)
    array([0.5])
    """

    def __init__(self, noise: float = 1.0) -> None:
        if np.ndim(noise):
            checks.fail(self, "noise", noise, "one number in Hz")
        self.noise = float(checks.non_negative(self, "noise", noise))
        self.weights: FloatArray | None = None
        self.offset: FloatArray | None = None
        self._flat = False

    def fit(self, rates: ArrayLike, targets: ArrayLike) -> Self:
        """Solve for the weights and return the decoder.

        Parameters
        ----------
        rates : array_like, (samples, n)
            Hz: rates of n units.
        targets : array_like, (samples,) or (samples, d)
            Stimuli to be estimated.

        Raises
        ------
        ValueError
            If the shapes do not agree.
        """
        rates = np.asarray(checks.number(self, "rates", rates))
        targets = np.asarray(checks.number(self, "targets", targets))
        if rates.ndim != 2 or not rates.size:
            checks.fail(self, "rates", rates.shape, "of shape (samples, n)")
        if targets.ndim not in (1, 2) or len(targets) != len(rates):
            checks.fail(self, "targets", targets.shape, f"of shape ({len(rates)},) or ({len(rates)}, d)")
        is_flat, targets = targets.ndim == 1, targets.reshape(len(rates), -1)
        mean_rates, mean_targets = rates.mean(axis=0), targets.mean(axis=0)
        weights = ridge_regression(rates - mean_rates, targets - mean_targets,
                                   len(rates) * self.noise * self.noise)
        self.weights, self.offset, self._flat = weights, mean_targets - mean_rates @ weights, is_flat
        return self

    def decode(self, rates: ArrayLike) -> FloatArray:
        """Return the estimated stimulus, shaped like a target: (), (d,), (samples,) or (samples, d).

        Parameters
        ----------
        rates : array_like, (n,) or (samples, n)
            Hz: rates of n units.

        Raises
        ------
        ValueError
            If the decoder is not fitted, or the number of units is another.
        """
        if self.weights is None or self.offset is None:
            raise ValueError("LinearDecoder.decode needs fit(rates, targets) first")
        rates = np.asarray(checks.number(self, "rates", rates))
        if rates.ndim not in (1, 2) or rates.shape[-1] != len(self.weights):
            n = len(self.weights)
            checks.fail(self, "rates", rates.shape, f"({n},) or (samples, {n})")
        estimate = rates @ self.weights + self.offset
        return estimate[..., 0] if self._flat else estimate

    def __repr__(self) -> str:
        return f"LinearDecoder(noise={self.noise:g})"


def _check_interval(owner: str, start: float, stop: float) -> None:
    """Refuse a start that is not before the end."""
    start = float(checks.number(owner, "start", checks.single_number(owner, "start", start)))
    if not start < float(checks.number(owner, "stop", checks.single_number(owner, "stop", stop),
                                       infinite=True)):
        checks.fail(owner, "start", start, f"before the end, {stop:g} ms")
