"""Tuning curves: what makes a population represent a vector."""

from __future__ import annotations

import numpy as np

from .core import checks
from .core.regression import ridge

POINTS = 2000           # vectors at which decoders are fitted


class TuningCurves:
    """Preferred directions, gains and biases of a `LIFGroup`, solved from the model's closed-form f–I curve.

    With J(rate) the constant current at which the neuron fires at `rate`, and J(0) the largest at which it is silent:

        gain·intercept + bias = J(0),      gain + bias = J(max_rate)

    Source: Eliasmith & Anderson, Neural Engineering (2003), chapter 4.
    """

    def __init__(self, group, dimensions, max_rates, intercepts):
        self.group, self.dimensions = group, dimensions
        self.max_rates = _field(group, "max_rates", max_rates)
        self.intercepts = _field(group, "intercepts", intercepts)
        if np.any(np.asarray(self.max_rates) <= 0) or np.any(np.max(self.max_rates) * np.asarray(group.model.t_refractory) >= 1000.0):
            checks.fail(group, "max_rates", max_rates, "positive and below 1/t_refractory in Hz")
        if np.any(np.abs(self.intercepts) >= 1):
            checks.fail(group, "intercepts", intercepts, "above -1 and below 1")
        self._drawn = None

    def draw(self, rng):
        """Draw what is random; done once, by the group's own seed or by the network's."""
        if self._drawn is not None:
            return
        group = self.group
        encoders = rng.standard_normal((group.n, self.dimensions))
        encoders /= np.linalg.norm(encoders, axis=1, keepdims=True)
        max_rates = rng.uniform(*self.max_rates, group.n) if isinstance(self.max_rates, tuple) else self.max_rates
        intercepts = rng.uniform(*self.intercepts, group.n) if isinstance(self.intercepts, tuple) else self.intercepts
        silent, full = group.model.current_for(0.0), group.model.current_for(max_rates)
        gain = np.broadcast_to((full - silent) / (1 - np.asarray(intercepts)), group.n)
        self._drawn = encoders, gain, np.broadcast_to(full, group.n) - gain

    def _get(self, k):
        if self._drawn is None:
            raise ValueError(f"{checks.name_of(self.group)}.seed must be given to use tuning curves before the group is in a network")
        return self._drawn[k]

    encoders = property(lambda self: self._get(0))
    gain = property(lambda self: self._get(1))
    bias = property(lambda self: self._get(2))

    def current(self, x):
        """gain·(x·e) in nA for x of shape (d,) or (rows, d)."""
        x = np.asarray(checks.number(self.group, "x", x))
        if x.ndim not in (1, 2) or x.shape[-1] != self.dimensions:
            checks.fail(self.group, "x", x.shape, f"of shape ({self.dimensions},) or (rows, {self.dimensions})")
        return self.gain * (x @ self.encoders.T)

    def rates(self, x, dt=None):
        """The rates in Hz at x, (rows, n)."""
        return self.group.model.rate(self.current(x) + self.bias, dt)

    def decoders(self, function, dt, points, noise, seed):
        """What `LIFGroup.decoders` returns."""
        if points is None:
            rng = np.random.default_rng(seed)
            direction = rng.standard_normal((POINTS, self.dimensions))
            radius = rng.random((POINTS, 1)) ** (1.0 / self.dimensions)
            points = radius * direction / np.linalg.norm(direction, axis=1, keepdims=True)
        points = np.atleast_2d(checks.number(self.group, "decoders(points)", points))
        values = points if function is None else np.asarray(checks.number(self.group, "decoders(function)", function(points)))
        values = values[:, None] if values.ndim == 1 else values
        if len(values) != len(points):
            checks.fail(self.group, "decoders(function)", values.shape, f"a function of (m, d) that returns m = {len(points)} rows")
        rates = self.rates(points, dt)
        penalty = len(points) * (checks.positive(self.group, "decoders(noise)", noise) * rates.max()) ** 2
        return ridge(rates, values, penalty)


def _field(group, name, value):
    """A number or (n,) array as it is; a tuple of two is a range to draw from."""
    checked = checks.number(group, name, value)
    if isinstance(value, tuple) and len(value) == 2:
        checks.ordered(group, name + "[0]", checked[0], name + "[1]", np.nextafter(checked[1], np.inf))
        return float(checked[0]), float(checked[1])
    checks.length(group, name, checked, group.n)
    return checked
