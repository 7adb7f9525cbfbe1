"""Tuning curves: what makes a population represent a vector."""

from __future__ import annotations

import numpy as np

from ._util import checks
from ._util.guarded import Guarded, read_only
from ._util.regression import ridge


SOLVED = ("tuning curves follow from max_rates, intercepts and the model; build a new group, or write "
          "group.model = replace(…)")
POINTS = 2000           # vectors at which decoders are fitted


class TuningCurves(Guarded):
    """Preferred directions, gains and biases of a `LIFGroup`, solved from the model's closed-form f–I curve.

    With J(rate) the constant current at which the neuron fires at `rate`, and J(0) the largest at which it is silent:

        gain·intercept + bias = J(0),      gain + bias = J(max_rate)

    Directions, largest rates and intercepts are drawn once; gain and bias follow from them and the model.

    Source: Eliasmith & Anderson, Neural Engineering (2003), chapter 4.
    """

    def __init__(self, group, dimensions, max_rates, intercepts, seed=None):
        self.group, self.dimensions, self.seed = group, dimensions, seed
        self.max_rates = _field(group, "max_rates", max_rates)
        self.intercepts = _field(group, "intercepts", intercepts)
        self.check(group.model)
        if np.any(np.abs(self.intercepts) >= 1):
            checks.fail(group, "intercepts", intercepts, "above -1 and below 1")
        self._drawn, self._solved = None, (None, None, None)
        if seed is not None:
            self.draw(np.random.default_rng(seed))

    def check(self, model):
        """Refuse a model that cannot fire at max_rates."""
        highest = np.max(self.max_rates) * np.asarray(model.t_refractory)
        if np.any(np.asarray(self.max_rates) <= 0) or np.any(highest >= 1000.0):
            checks.fail(self.group, "max_rates", self.max_rates, "positive and below 1/t_refractory in Hz")

    def draw(self, rng):
        """Draw what is random: by the group's own seed at once, else by the network's when that is built."""
        group = self.group
        encoders = rng.standard_normal((group.n, self.dimensions))
        encoders /= np.linalg.norm(encoders, axis=1, keepdims=True)
        max_rates = rng.uniform(*self.max_rates, group.n) if isinstance(self.max_rates, tuple) else self.max_rates
        intercepts = rng.uniform(*self.intercepts, group.n) if isinstance(self.intercepts, tuple) else self.intercepts
        self._drawn = encoders, np.asarray(max_rates), np.asarray(intercepts)
        self._solved = None, None, None

    @property
    def drawn(self):
        """(encoders, max_rates, intercepts) as they were drawn; None before that."""
        return self._drawn

    def restore(self, drawn):
        """Take back what `draw` did."""
        self._drawn, self._solved = drawn, (None, None, None)

    def _as_drawn(self):
        if self._drawn is None:
            raise ValueError(f"{checks.name_of(self.group)}.seed must be given to use tuning curves before the group is in a network")
        return self._drawn

    def _solve(self):
        """(model, gain, bias), solved once for each model that the group gets."""
        encoders, max_rates, intercepts = self._as_drawn()
        model, n = self.group.model, self.group.n
        if self._solved[0] is not model:
            silent, full = model.current_for(0.0), model.current_for(max_rates)
            gain = np.broadcast_to((full - silent) / (1 - intercepts), n)
            self._solved = model, gain, np.broadcast_to(full, n) - gain
        return self._solved

    encoders = property(lambda self: read_only(self._as_drawn()[0], SOLVED), doc="(n, d) of unit length.")
    gain = property(lambda self: read_only(self._solve()[1], SOLVED), doc="(n,) nA per unit of x·e.")
    bias = property(lambda self: read_only(self._solve()[2], SOLVED), doc="(n,) nA.")

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
