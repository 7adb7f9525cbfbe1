"""Tuning curves, by which a population of neurons represents a vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, Union

import numpy as np

from ._util import checks
from ._util.guarded import Guarded, read_only
from ._util.regression import nonnegative_ridge_regression, ridge_regression
from ._util.typing import ArrayLike, FloatArray, Scalar
from .firing_rates import SimulatedRates

__all__ = ["TuningCurves", "VectorFunction"]

Range: TypeAlias = Union[Scalar, tuple[float, float]]
VectorFunction: TypeAlias = Callable[[FloatArray], ArrayLike]
Drawn: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]
Solution: TypeAlias = tuple[Any, Any, FloatArray, FloatArray]


ADVICE = ("tuning curves follow from encoders, max_rates, intercepts and the model; build a new group, or "
          "write "
          "group.model = replace(…)")
N_POINTS = 2000         # vectors at which decoders are fitted
SOLVERS = {"ridge": ridge_regression, "nnls": nonnegative_ridge_regression}


class _Group(Protocol):
    """A population of neurons."""

    @property
    def n(self) -> int: ...

    @property
    def model(self) -> Any: ...


class TuningCurves(Guarded):
    r"""Preferred directions, gains and biases of a population, solved from the f–I curve of its model.

    With J(rate) the constant current at which the neuron fires at a rate, and J(0) the largest at which
    it is silent, gain and bias solve

    .. math::

        \text{gain} \cdot \text{intercept} + \text{bias} = J(0), \qquad
        \text{gain} + \text{bias} = J(\text{max\_rate})

    Directions, maximal rates and intercepts are drawn once, evenly spread (quasi-random); gain and bias
    follow from them and the model: from its closed form, or from simulated rates where it has none.

    Parameters
    ----------
    group : Population
        Population of n neurons.
    dimensions : int
        Number of dimensions d of the represented vector x.
    max_rates : Scalar or (low, high)
        Hz: rate at x·e = radius, or the range to draw it from.
    intercepts : Scalar or (low, high)
        Value of x·e/radius at which the neuron starts to fire, from -1 to below 1, or the range to draw it
        from.
    seed : int, optional
        Seed of the draw; None: the network draws when it is built.
    encoders : array_like, (k, d), optional
        Preferred directions of any length but zero, which the neurons take in turn; None: drawn from all
        directions.
    radius : float
        Length of the longest vectors that are represented.
    eval_points : array_like, (m, d), optional
        Vectors at which decoders are fitted; None: 2,000, evenly spread in the ball of that radius.

    Raises
    ------
    ValueError
        If the model cannot fire at ``max_rates``, or another value is out of range.

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
                 seed: int | None = None, encoders: ArrayLike | None = None, radius: float = 1.0,
                 eval_points: ArrayLike | None = None) -> None:
        self.group, self.dimensions, self.seed = group, dimensions, seed
        self.max_rates = _checked_range(group, "max_rates", max_rates)
        self.intercepts = _checked_range(group, "intercepts", intercepts)
        self.check(group.model)
        if np.any(np.asarray(self.intercepts) < -1) or np.any(np.asarray(self.intercepts) >= 1):
            checks.fail(group, "intercepts", intercepts, "at least -1 and below 1")
        self.radius = float(checks.positive(group, "radius", checks.single_number(group, "radius", radius)))
        self.directions = None if encoders is None else self._checked_directions(encoders)
        self.eval_points = None if eval_points is None else self._vectors("eval_points", eval_points)
        self._drawn: Drawn | None = None
        self._solved: Solution | None = None
        if seed is not None:
            self.draw(np.random.default_rng(seed))

    def check(self, model: Any) -> None:
        """Refuse a model that cannot fire at ``max_rates``."""
        highest = np.max(self.max_rates) * np.asarray(getattr(model, "t_refractory", 0.0))
        if np.any(np.asarray(self.max_rates) <= 0) or np.any(highest >= 1000.0):
            checks.fail(self.group, "max_rates", self.max_rates, "positive and below 1/t_refractory in Hz")

    def _checked_directions(self, encoders: ArrayLike) -> FloatArray:
        """Return the given encoders as vectors of unit length."""
        vectors = self._vectors("encoders", encoders)
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        if len(vectors) > self.group.n or np.any(length == 0):
            accepted = f"at most {self.group.n} vectors other than zero"
            checks.fail(self.group, "encoders", vectors, accepted)
        return vectors / length

    def _vectors(self, field: str, values: ArrayLike) -> FloatArray:
        """Return (m, d) vectors; a ValueError that names `field` refuses other shapes."""
        vectors = np.asarray(checks.number(self.group, field, values))
        if vectors.ndim < 2 and self.dimensions in (1, vectors.size):
            vectors = vectors.reshape(-1, self.dimensions)
        if vectors.ndim != 2 or vectors.shape[1] != self.dimensions or not len(vectors):
            checks.fail(self.group, field, vectors.shape, f"of shape (m, {self.dimensions})")
        return vectors

    def draw(self, rng: np.random.Generator) -> None:
        """Draw what is random: with the group's own seed at once, otherwise with the network's when it is
        built.
        """
        n, d = self.group.n, self.dimensions
        encoders = _directions(rng, n, d)
        if self.directions is not None:
            encoders = self.directions[np.arange(n) % len(self.directions)]
        max_rates, intercepts = (value[0] + (value[1] - value[0]) * _stratified(rng, n)
                                 if isinstance(value, tuple) else value
                                 for value in (self.max_rates, self.intercepts))
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
        """Return (model, its f–I curve, gain, bias), solved once for each model that the group is given."""
        encoders, max_rates, intercepts = self._require_drawn()
        model, n = self.group.model, self.group.n
        if self._solved is None or self._solved[0] is not model:
            is_closed = getattr(model, "has_closed_form_rate", False)
            curve = model if is_closed else SimulatedRates(model, n, float(np.max(max_rates)))
            current_at_zero, current_at_max = curve.current_for(0.0), curve.current_for(max_rates)
            gain = np.broadcast_to((current_at_max - current_at_zero) / (1 - intercepts), n)
            self._solved = model, curve, gain, np.broadcast_to(current_at_max, n) - gain
        return self._solved

    @property
    def encoders(self) -> FloatArray:
        """Preferred directions, (n, d) of unit length."""
        return read_only(self._require_drawn()[0], ADVICE)

    @property
    def gain(self) -> FloatArray:
        """nA per unit of x·e/radius: gain of each neuron, (n,)."""
        return read_only(self._solve()[2], ADVICE)

    @property
    def bias(self) -> FloatArray:
        """nA: bias current of each neuron, (n,)."""
        return read_only(self._solve()[3], ADVICE)

    def current(self, x: ArrayLike) -> FloatArray:
        """Return the input currents gain·(x·e)/radius.

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
        return self.gain * (x @ self.encoders.T) / self.radius

    def rates(self, x: ArrayLike, dt: float | None = None) -> FloatArray:
        """Return the rates at given vectors.

        Parameters
        ----------
        x : array_like, (d,) or (rows, d)
            Represented vectors.
        dt : float, optional
            ms: time step of a simulation; None: continuous time, or 0.1 ms where rates are simulated.

        Returns
        -------
        ndarray, (n,) or (rows, n)
            Hz: rates.
        """
        return self._solve()[1].rate(self.current(x) + self.bias, dt)

    def decoders(self, function: VectorFunction | None, dt: float | None, points: ArrayLike | None,
                 noise: float, seed: int, solver: str = "ridge") -> FloatArray:
        """Return what `Population.decoders` documents."""
        checks.one_of(self.group, "decoders(solver)", solver, SOLVERS)
        points = self.eval_points if points is None else self._vectors("decoders(points)", points)
        x = self._evenly_spread_points(seed) if points is None else points
        values = x if function is None else function(x)
        values = np.asarray(checks.number(self.group, "decoders(function)", values))
        values = values[:, None] if values.ndim == 1 else values
        if len(values) != len(x):
            accepted = f"a function of (m, d) that returns m = {len(x)} rows"
            checks.fail(self.group, "decoders(function)", values.shape, accepted)
        network = getattr(self.group, "network", None)
        dt = network.dt if dt is None and network is not None else dt
        rates = self.rates(x, dt if dt is None else checks.positive(self.group, "decoders(dt)", dt))
        penalty = len(x) * (float(checks.positive(self.group, "decoders(noise)", noise)) * rates.max()) ** 2
        return SOLVERS[solver](rates, values, penalty)

    def _evenly_spread_points(self, seed: int) -> FloatArray:
        """Return at least twice as many vectors as there are neurons, in the ball of those represented."""
        m, rng = max(N_POINTS, 2 * self.group.n), np.random.default_rng(seed)
        length = self.radius * _stratified(rng, m)[:, None] ** (1.0 / self.dimensions)
        return length * _directions(rng, m, self.dimensions)


def _stratified(rng: np.random.Generator, m: int) -> FloatArray:
    """Return m numbers from 0 to 1 in random order, one in each m-th of the interval."""
    numbers: FloatArray = (rng.permutation(m) + rng.random(m)) / m
    return numbers


def _directions(rng: np.random.Generator, m: int, d: int) -> FloatArray:
    """Return m unit vectors in evenly spread directions, (m, d).

    They are those of normal numbers, from a shifted lattice of a generalised golden ratio in the unit cube,
    whose gaps are smaller than those of independent points (Niederreiter, *Random Number Generation and
    Quasi-Monte Carlo Methods*, 1992, chapter 3).
    """
    from scipy.special import ndtri
    ratio = 2.0
    for _ in range(64):                 # the root of ratio**(d + 1) = ratio + 1
        ratio = (1.0 + ratio) ** (1.0 / (d + 1))
    lattice = (rng.random(d) + np.outer(np.arange(m), ratio ** -np.arange(1.0, d + 1))) % 1.0
    normal = ndtri(np.clip(lattice, 1e-12, 1.0 - 1e-12))
    normal[:, 0] += ~normal.any(axis=1)
    directions: FloatArray = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    return directions


def _checked_range(group: _Group, name: str, value: Range) -> Range:
    """Return a number or (n,) array as it is, and a tuple of two as a range to draw from."""
    checked = checks.number(group, name, value)
    if isinstance(value, tuple) and len(value) == 2:
        low, high = np.asarray(checked).tolist()
        checks.ordered(group, name + "[0]", low, name + "[1]", np.nextafter(high, np.inf))
        return low, high
    checks.scalar_or_length(group, name, checked, group.n)
    return checked
