"""Tuning curves, by which a population of neurons represents a vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, Union

import numpy as np

from ._util import checks
from ._util.guarded import Guarded, read_only
from ._util.regression import ridge_regression
from ._util.typing import ArrayLike, FloatArray, Scalar

__all__ = ["TuningCurves", "VectorFunction"]

Range: TypeAlias = Union[Scalar, tuple[float, float]]
VectorFunction: TypeAlias = Callable[[FloatArray], ArrayLike]
Drawn: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]
Solution: TypeAlias = tuple[Any, FloatArray, FloatArray]


ADVICE = ("tuning curves follow from max_rates, intercepts and the model; build a new group, or write "
          "group.model = replace(…)")
N_POINTS = 2000         # vectors at which decoders are fitted


class _Model(Protocol):
    """A neuron model with a closed-form f–I curve."""

    @property
    def t_refractory(self) -> Scalar: ...

    def rate(self, current: Scalar, dt: float | None = None) -> FloatArray: ...

    def current_for(self, rate: Scalar) -> FloatArray: ...


class _Group(Protocol):
    """A population of such neurons."""

    @property
    def n(self) -> int: ...

    @property
    def model(self) -> _Model: ...


class TuningCurves(Guarded):
    r"""Preferred directions, gains and biases of a `LIFGroup`, solved from the model's closed-form f–I curve.

    With J(rate) the constant current at which the neuron fires at a rate, and J(0) the largest at which
    it is silent, gain and bias solve

    .. math::

        \text{gain} \cdot \text{intercept} + \text{bias} = J(0), \qquad
        \text{gain} + \text{bias} = J(\text{max\_rate})

    Directions, maximal rates and intercepts are drawn once; gain and bias follow from them and the model.

    Parameters
    ----------
    group : LIFGroup
        Population of n neurons.
    dimensions : int
        Number of dimensions d of the represented vector x.
    max_rates : Scalar or (low, high)
        Hz: rate at x·e = 1, or the range to draw it from.
    intercepts : Scalar or (low, high)
        Value of x·e at which the neuron starts to fire, between -1 and 1, or the range to draw it from.
    seed : int, optional
        Seed of the draw; None: the network draws when it is built.

    Raises
    ------
    ValueError
        If the model cannot fire at ``max_rates``, or an intercept is not between -1 and 1.

    References
    ----------
    Eliasmith & Anderson, *Neural Engineering* (2003), chapter 4.

    Examples
    --------
    >>> from spikingnn import LIFGroup
    >>> from spikingnn.tuning_curves import TuningCurves
    >>> curves = TuningCurves(LIFGroup(2), 1, max_rates=100.0, intercepts=0.0, seed=0)
    >>> curves.rates(curves.encoders[:1]).round(1)[:, 0]
    array([100.])
    """

    def __init__(self, group: _Group, dimensions: int, max_rates: Range, intercepts: Range,
                 seed: int | None = None) -> None:
        self.group, self.dimensions, self.seed = group, dimensions, seed
        self.max_rates = _checked_range(group, "max_rates", max_rates)
        self.intercepts = _checked_range(group, "intercepts", intercepts)
        self.check(group.model)
        if np.any(np.abs(self.intercepts) >= 1):
            checks.fail(group, "intercepts", intercepts, "above -1 and below 1")
        self._drawn: Drawn | None = None
        self._solved: Solution | None = None
        if seed is not None:
            self.draw(np.random.default_rng(seed))

    def check(self, model: _Model) -> None:
        """Refuse a model that cannot fire at ``max_rates``."""
        highest = np.max(self.max_rates) * np.asarray(model.t_refractory)
        if np.any(np.asarray(self.max_rates) <= 0) or np.any(highest >= 1000.0):
            checks.fail(self.group, "max_rates", self.max_rates, "positive and below 1/t_refractory in Hz")

    def draw(self, rng: np.random.Generator) -> None:
        """Draw what is random: with the group's own seed at once, otherwise with the network's when it is
        built.
        """
        group = self.group
        encoders = rng.standard_normal((group.n, self.dimensions))
        encoders /= np.linalg.norm(encoders, axis=1, keepdims=True)
        max_rates, intercepts = (rng.uniform(value[0], value[1], group.n) if isinstance(value, tuple)
                                 else value for value in (self.max_rates, self.intercepts))
        self._drawn = encoders, np.asarray(max_rates), np.asarray(intercepts)
        self._solved = None

    @property
    def drawn(self) -> Drawn | None:
        """(encoders, max_rates, intercepts) as they were drawn; None before that."""
        return self._drawn

    def restore(self, drawn: Drawn | None) -> None:
        """Restore what an earlier `draw` gave."""
        self._drawn, self._solved = drawn, None

    def _require_drawn(self) -> Drawn:
        """Return (encoders, max_rates, intercepts); an error says that they are not drawn yet."""
        if self._drawn is None:
            name = checks.owner_name(self.group)
            raise ValueError(f"{name}.seed must be given to use tuning curves before "
                             "the group is in a network")
        return self._drawn

    def _solve(self) -> Solution:
        """Return (model, gain, bias), solved once for each model that the group is given."""
        encoders, max_rates, intercepts = self._require_drawn()
        model, n = self.group.model, self.group.n
        if self._solved is None or self._solved[0] is not model:
            current_at_zero, current_at_max = model.current_for(0.0), model.current_for(max_rates)
            gain = np.broadcast_to((current_at_max - current_at_zero) / (1 - intercepts), n)
            self._solved = model, gain, np.broadcast_to(current_at_max, n) - gain
        return self._solved

    @property
    def encoders(self) -> FloatArray:
        """Preferred directions, (n, d) of unit length."""
        return read_only(self._require_drawn()[0], ADVICE)

    @property
    def gain(self) -> FloatArray:
        """nA per unit of x·e: gain of each neuron, (n,)."""
        return read_only(self._solve()[1], ADVICE)

    @property
    def bias(self) -> FloatArray:
        """nA: bias current of each neuron, (n,)."""
        return read_only(self._solve()[2], ADVICE)

    def current(self, x: ArrayLike) -> FloatArray:
        """Return the input currents gain·(x·e).

        Parameters
        ----------
        x : array_like, (d,) or (rows, d)
            Represented vectors.

        Returns
        -------
        ndarray, (n,) or (rows, n)
            nA: input currents without the bias.

        Raises
        ------
        ValueError
            If the shape of x is another.
        """
        x = np.asarray(checks.number(self.group, "x", x))
        if x.ndim not in (1, 2) or x.shape[-1] != self.dimensions:
            accepted = f"of shape ({self.dimensions},) or (rows, {self.dimensions})"
            checks.fail(self.group, "x", x.shape, accepted)
        return self.gain * (x @ self.encoders.T)

    def rates(self, x: ArrayLike, dt: float | None = None) -> FloatArray:
        """Return the rates at given vectors.

        Parameters
        ----------
        x : array_like, (d,) or (rows, d)
            Represented vectors.
        dt : float, optional
            ms: time step of a simulation; None: continuous time.

        Returns
        -------
        ndarray, (n,) or (rows, n)
            Hz: rates.
        """
        return self.group.model.rate(self.current(x) + self.bias, dt)

    def decoders(self, function: VectorFunction | None, dt: float | None, points: ArrayLike | None,
                 noise: float, seed: int) -> FloatArray:
        """Return what `LIFGroup.decoders` documents."""
        if points is None:
            rng = np.random.default_rng(seed)
            direction = rng.standard_normal((N_POINTS, self.dimensions))
            radius = rng.random((N_POINTS, 1)) ** (1.0 / self.dimensions)
            points = radius * direction / np.linalg.norm(direction, axis=1, keepdims=True)
        x = np.atleast_2d(checks.number(self.group, "decoders(points)", points))
        values = x if function is None else function(x)
        values = np.asarray(checks.number(self.group, "decoders(function)", values))
        values = values[:, None] if values.ndim == 1 else values
        if len(values) != len(x):
            accepted = f"a function of (m, d) that returns m = {len(x)} rows"
            checks.fail(self.group, "decoders(function)", values.shape, accepted)
        rates = self.rates(x, dt)
        penalty = len(x) * (float(checks.positive(self.group, "decoders(noise)", noise)) * rates.max()) ** 2
        return ridge_regression(rates, values, penalty)


def _checked_range(group: _Group, name: str, value: Range) -> Range:
    """Return a number or (n,) array as it is, and a tuple of two as a range to draw from."""
    checked = checks.number(group, name, value)
    if isinstance(value, tuple) and len(value) == 2:
        low, high = np.asarray(checked).tolist()
        checks.ordered(group, name + "[0]", low, name + "[1]", np.nextafter(high, np.inf))
        return low, high
    checks.scalar_or_length(group, name, checked, group.n)
    return checked
