"""Decoders: from spikes back to what they stand for. The inverses of latency, phase and delta are methods of their encoders."""

from __future__ import annotations

import numpy as np

from .._util import checks
from .._util.regression import ridge_regression
from ..spikes import duration_of, trains_of


__all__ = ["LinearDecoder", "decode_rate", "first_spike", "population_vector"]


def decode_rate(spikes, max_rate, duration=None, start=0.0):
    """The stimulus from the rate: x = (spikes in [start, duration)) / (max_rate · (duration - start)), (n,).

    max_rate in Hz, a number or (n,); times in ms; `duration` may be left out where the spikes know it. Its standard deviation for
    Poisson spikes is sqrt(x / (max_rate·T)). Not clipped: a lucky count is above one.
    Source: Dayan & Abbott, Theoretical Neuroscience (2001), section 1.2.
    """
    trains, stop = trains_of(spikes, "decode_rate"), duration_of(spikes, duration, "decode_rate")
    _later("decode_rate", start, stop)
    max_rate = np.asarray(checks.positive("decode_rate", "max_rate", max_rate))
    inside = np.array([np.count_nonzero((train >= start) & (train < stop)) for train in trains])
    return inside * 1000.0 / (max_rate * (stop - start))


def first_spike(spikes, start=0.0, stop=np.inf):
    """The time in ms from `start` to the first spike of each unit in [start, stop), (n,); inf where there is none.

    The unit that decides is `first_spike(spikes).argmin()`; `LatencyEncoder.value` turns the times into stimuli.
    Source: Thorpe, Delorme & Van Rullen, Neural Networks 14:715 (2001).
    """
    _later("first_spike", start, stop)
    inside = [train[(train >= start - 1e-9) & (train < stop)] for train in trains_of(spikes, "first_spike")]
    return np.array([max(train[0] - start, 0.0) if train.size else np.inf for train in inside])


def population_vector(rates, directions):
    """The mean of what the units prefer, weighted by their rates r in Hz: Σ_i r_i e_i / Σ_i r_i.

    rates (n,) or (samples, n); directions e (n, d) gives (d,) or (samples, d), preferred values (n,) a number or (samples,).
    NaN where no unit spiked. Only the direction of a vector is to be trusted, and only where the preferred directions are spread
    evenly; over a scalar range it is drawn towards the middle, near the ends by up to a field's width.
    ValueError where rates are negative or the shapes do not fit.
    Source: Georgopoulos, Schwartz & Kettner, Science 233:1416 (1986).
    """
    rates = np.asarray(checks.non_negative("population_vector", "rates", rates))
    directions = np.asarray(checks.number("population_vector", "directions", directions))
    if directions.ndim not in (1, 2) or rates.ndim not in (1, 2) or rates.shape[-1] != len(directions):
        checks.fail("population_vector", "rates", rates.shape, f"(n,) or (samples, n) with n = {len(np.atleast_1d(directions))} directions")
    total = rates.sum(axis=-1)
    total = total if directions.ndim == 1 else total[..., None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return rates @ directions / np.where(total > 0, total, np.nan)


class LinearDecoder:
    """The optimal linear estimator, regularised: x = (r - mean r) · D + mean x, with D (n, d) that minimises

        Σ_samples |x - x̂|² + m · noise² · |D|²,        D = (RᵀR + m·noise²·1)⁻¹ RᵀX,      R = r - mean r, X = x - mean x

    over m samples of rates r (m, n) in Hz and stimuli x (m,) or (m, d). noise (Hz) is what each rate is thought to be off by on
    top of the samples: independent noise of that standard deviation adds just this term. noise = 0 is plain least squares,
    that of the smallest |D| where it is not unique.

    After `fit`: `weights` (n, d) in units of x a Hz, `offset` (d,) so that x̂ = r @ weights + offset. ValueError names what does
    not fit. Source: Salinas & Abbott, J. Comput. Neurosci. 1:89 (1994); ridge: Hoerl & Kennard, Technometrics 12:55 (1970).
    """

    def __init__(self, noise=1.0):
        self.noise = checks.non_negative(self, "noise", noise)
        if np.ndim(self.noise):
            checks.fail(self, "noise", noise, "one number in Hz")
        self.weights = self.offset = None
        self._flat = False

    def fit(self, rates, targets):
        """Solve for the weights: rates (samples, n) in Hz, targets (samples,) or (samples, d). Returns the decoder."""
        rates, targets = np.asarray(checks.number(self, "rates", rates)), np.asarray(checks.number(self, "targets", targets))
        if rates.ndim != 2 or not rates.size:
            checks.fail(self, "rates", rates.shape, "of shape (samples, n)")
        if targets.ndim not in (1, 2) or len(targets) != len(rates):
            checks.fail(self, "targets", targets.shape, f"of shape ({len(rates)},) or ({len(rates)}, d)")
        flat, targets = targets.ndim == 1, targets.reshape(len(rates), -1)
        middle, centre = rates.mean(axis=0), targets.mean(axis=0)
        weights = ridge_regression(rates - middle, targets - centre, len(rates) * self.noise * self.noise)
        self.weights, self.offset, self._flat = weights, centre - middle @ weights, flat
        return self

    def decode(self, rates):
        """The estimate at rates (n,) or (samples, n) in Hz: shaped as a target, (), (d,), (samples,) or (samples, d)."""
        if self.weights is None:
            raise ValueError("LinearDecoder.decode needs fit(rates, targets) first")
        rates = np.asarray(checks.number(self, "rates", rates))
        if rates.ndim not in (1, 2) or rates.shape[-1] != len(self.weights):
            checks.fail(self, "rates", rates.shape, f"({len(self.weights)},) or (samples, {len(self.weights)})")
        found = rates @ self.weights + self.offset
        return found[..., 0] if self._flat else found

    def __repr__(self):
        return f"LinearDecoder(noise={self.noise:g})"


def _later(owner, start, stop):
    checks.number(owner, "start", checks.single_number(owner, "start", start))
    if not start < checks.number(owner, "stop", checks.single_number(owner, "stop", stop), infinite=True):
        checks.fail(owner, "start", start, f"before the end, {stop:g} ms")
