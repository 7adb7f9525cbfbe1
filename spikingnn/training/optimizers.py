"""Optimisers: how parameters follow their gradients.

Parameters are dictionaries of arrays, which change in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.jit import jitted
from .layer import Array


__all__ = ["OPTIMIZERS", "SGD", "Adam", "AdamW", "Optimizer", "clip_gradients"]


@dataclass
class Optimizer:
    """Base of the optimisers: a subclass defines `orders`, the moments per parameter, and `move`.

    Parameters
    ----------
    rate : float, default 0.001
        Dimensionless: learning rate.
    weight_decay : float, default 0.0
        Dimensionless: strength of the decay towards zero.

    Raises
    ------
    ValueError, TypeError
        If the rate is no positive number, or the weight decay is negative.

    Examples
    --------
    An optimiser of one's own, which uses the sign of the gradient alone:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from spikingnn.training import Optimizer
    >>> @dataclass
    ... class SignDescent(Optimizer):
    ...     def move(self, values, gradient, moments, rate):
    ...         values -= rate * np.sign(gradient)
    >>> parameters = {"w": np.array([1.0, 2.0])}
    >>> SignDescent(rate=0.1).step(parameters, {"w": np.array([5.0, -0.01])})
    >>> parameters["w"]
    array([0.9, 2.1])
    """

    rate: float = 1e-3
    """Dimensionless: learning rate."""
    weight_decay: float = 0.0
    """Dimensionless: strength of the decay towards zero."""
    steps: int = field(default=0, init=False)
    """Number of steps taken so far."""
    moments: dict[str, Array] = field(default_factory=dict, init=False, repr=False)
    """Name of a parameter -> its moments, (orders, size)."""

    orders: ClassVar[int] = 0
    """Number of moments per parameter."""

    def __post_init__(self) -> None:
        checks.positive(self, "rate", self.rate)
        checks.non_negative(self, "weight_decay", self.weight_decay)

    def move(self, values: Array, gradient: Array, moments: Array, rate: np.floating) -> None:
        """Take one step of one parameter: values (size,) and moments (orders, size) change in place."""
        raise NotImplementedError(f"{type(self).__name__} does not define move")

    def step(self, parameters: Mapping[str, Array], gradients: Mapping[str, Array],
             factor: float = 1.0) -> None:
        """Move every parameter once, by a rate of `rate` · `factor`, the factor being that of the schedule.

        Examples
        --------
        >>> import numpy as np
        >>> parameters = {"w": np.array([1.0, 2.0])}
        >>> SGD(rate=0.1).step(parameters, {"w": np.array([1.0, 0.0])})
        >>> parameters["w"]
        array([0.9, 2. ])
        """
        self.steps += 1
        for name, values in parameters.items():
            if name not in self.moments:
                self.moments[name] = np.zeros((self.orders, values.size), values.dtype)
            rate = values.dtype.type(self.rate * factor)
            self.move(values.reshape(-1), gradients[name].reshape(-1), self.moments[name], rate)

    def state(self) -> dict[str, Array]:
        """Return all that is needed to continue: name -> array."""
        moments = {f"moment.{name}": moment for name, moment in self.moments.items()}
        return {"steps": np.array(self.steps)} | moments

    def checked(self, state: dict[str, Array], parameters: Mapping[str, Array]) -> dict[str, Array]:
        """Return `state` as it is.

        Raises
        ------
        ValueError
            If it cannot be the state of these parameters, name -> array.
        """
        steps = state.get("steps")
        if steps is None or steps.shape or steps.dtype.kind not in "iu" or steps < 0:
            checks.fail(self, "steps", state.get("steps"), "a whole number of steps")
        for name, moment in state.items():
            values = parameters.get(name.removeprefix("moment."))
            if name != "steps" and (values is None or moment.shape != (self.orders, values.size)
                                    or moment.dtype != values.dtype or not np.isfinite(moment).all()):
                checks.fail(self, name, moment, "finite, of an existing parameter, and of its shape and type")
        if len(state) - 1 not in (0, len(parameters)):
            checks.fail(self, "moments", sorted(state), "those of all parameters, or of none")
        return state

    def restore(self, state: Mapping[str, Array]) -> None:
        """Continue from what `state` returned."""
        self.steps = int(state["steps"])
        self.moments = {name.removeprefix("moment."): np.array(moment)
                        for name, moment in state.items() if name != "steps"}


@dataclass
class SGD(Optimizer):
    """Stochastic gradient descent with momentum.

    ::

        m ← momentum · m + g + weight_decay · p
        p ← p − rate · m

    Parameters
    ----------
    rate : float, default 0.1
        Dimensionless: learning rate.
    weight_decay : float, default 0.0
        Dimensionless: strength of the decay towards zero.
    momentum : float, default 0.9
        Dimensionless: fraction of the last step that is kept, from 0 to 1.

    Raises
    ------
    ValueError
        If a field is out of range.

    References
    ----------
    Polyak, USSR Comput. Math. Math. Phys. 4:1 (1964).

    Examples
    --------
    With momentum the second of two equal gradients moves a parameter further than the first:

    >>> import numpy as np
    >>> parameters, sgd = {"w": np.array([1.0])}, SGD(rate=0.1, momentum=0.9)
    >>> for _ in range(2):
    ...     sgd.step(parameters, {"w": np.array([1.0])})
    ...     print(parameters["w"].round(2))
    [0.9]
    [0.71]
    """

    rate: float = 0.1
    """Dimensionless: learning rate."""
    momentum: float = 0.9
    """Dimensionless: fraction of the last step that is kept, from 0 to 1."""

    orders = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.unit_interval(self, "momentum", self.momentum)

    def move(self, values: Array, gradient: Array, moments: Array, rate: np.floating) -> None:
        """Take one step of one parameter."""
        m = moments[0]
        m *= values.dtype.type(self.momentum)
        m += gradient + values.dtype.type(self.weight_decay) * values
        values -= rate * m


@dataclass
class Adam(Optimizer):
    """Adam: each parameter moves in units of the running root mean square of its gradients.

    ::

        m ← β₁ m + (1 − β₁) g,        v ← β₂ v + (1 − β₂) g²
        p ← p − rate · m̂ / (√v̂ + ε),        m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)

    `weight_decay` is added to the gradient; `AdamW` subtracts it from the parameter instead.

    Parameters
    ----------
    rate : float, default 0.001
        Dimensionless: learning rate.
    weight_decay : float, default 0.0
        Dimensionless: strength of the decay towards zero.
    beta1 : float, default 0.9
        Dimensionless: decay of the mean of the gradients per step, β₁.
    beta2 : float, default 0.999
        Dimensionless: decay of the mean of their squares per step, β₂.
    epsilon : float, default 1e-08
        Dimensionless: ε, which keeps the denominator from zero.

    Raises
    ------
    ValueError
        If a field is out of range.

    References
    ----------
    Kingma & Ba, ICLR (2015).

    Examples
    --------
    The first step is of the size of the learning rate, however large the gradient:

    >>> import numpy as np
    >>> parameters = {"w": np.array([1.0, 1.0])}
    >>> Adam(rate=0.01).step(parameters, {"w": np.array([100.0, 0.001])})
    >>> parameters["w"].round(4)
    array([0.99, 0.99])
    """

    beta1: float = 0.9
    """Dimensionless: decay of the mean of the gradients per step, β₁."""
    beta2: float = 0.999
    """Dimensionless: decay of the mean of their squares per step, β₂."""
    epsilon: float = 1e-8
    """Dimensionless: ε, which keeps the denominator from zero."""

    orders = 2
    decoupled: ClassVar[bool] = False
    """Whether the weight decay acts apart from the moments."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("beta1", "beta2"):
            if not 0 <= checks.number(self, name, getattr(self, name)) < 1:
                checks.fail(self, name, getattr(self, name), "from 0 to below 1")
        checks.positive(self, "epsilon", self.epsilon)

    def move(self, values: Array, gradient: Array, moments: Array, rate: np.floating) -> None:
        """Take one step of one parameter."""
        number = values.dtype.type
        first, second = (number(1 / (1 - beta ** self.steps)) for beta in (self.beta1, self.beta2))
        coupled, decoupled = (0, self.weight_decay) if self.decoupled else (self.weight_decay, 0)
        mean, square = moments
        _adam(values, gradient, mean, square, rate, number(self.beta1), number(self.beta2),
              number(self.epsilon), first, second, number(coupled), number(decoupled))


@dataclass
class AdamW(Adam):
    """`Adam` with p ← p − rate · weight_decay · p apart from the moments.

    Parameters
    ----------
    rate : float, default 0.001
        Dimensionless: learning rate.
    weight_decay : float, default 0.01
        Dimensionless: strength of the decay towards zero.
    beta1 : float, default 0.9
        Dimensionless: decay of the mean of the gradients per step, β₁.
    beta2 : float, default 0.999
        Dimensionless: decay of the mean of their squares per step, β₂.
    epsilon : float, default 1e-08
        Dimensionless: ε, which keeps the denominator from zero.

    Raises
    ------
    ValueError
        If a field is out of range.

    References
    ----------
    Loshchilov & Hutter, ICLR (2019).

    Examples
    --------
    The decay does not depend on the gradient, here zero:

    >>> import numpy as np
    >>> parameters = {"w": np.array([1.0])}
    >>> AdamW(rate=0.1, weight_decay=0.5).step(parameters, {"w": np.array([0.0])})
    >>> parameters["w"]
    array([0.95])
    """

    weight_decay: float = 0.01
    """Dimensionless: strength of the decay towards zero."""

    decoupled = True


OPTIMIZERS: dict[str, type[Optimizer]] = {"adam": Adam, "adamw": AdamW, "sgd": SGD}
"""Kind -> class, for configurations."""


def clip_gradients(gradients: Mapping[str, Array], norm: float) -> float:
    """Scale all gradients down so that their common Euclidean norm is at most `norm`; return what it was.

    Parameters
    ----------
    gradients : dict
        Name -> gradient, an array, which is changed in place.
    norm : float
        Largest norm of all gradients together.

    Returns
    -------
    float
        Norm before clipping.

    References
    ----------
    Pascanu, Mikolov & Bengio, ICML (2013).

    Examples
    --------
    >>> import numpy as np
    >>> gradients = {"w": np.array([3.0, 4.0])}
    >>> clip_gradients(gradients, 1.0), gradients["w"]
    (5.0, array([0.6, 0.8]))
    """
    squares = (float(np.sum(np.square(gradient), dtype=np.float64)) for gradient in gradients.values())
    length = float(np.sqrt(sum(squares)))
    if length > norm:
        for gradient in gradients.values():
            gradient *= gradient.dtype.type(norm / length)
    return length


@jitted()
def _adam(values, gradient, m, v, rate, beta1, beta2, epsilon, correct1, correct2, coupled, decoupled):
    one = values.dtype.type(1)
    for i in range(values.size):
        g = gradient[i] + coupled * values[i]
        m[i] = beta1 * m[i] + (one - beta1) * g
        v[i] = beta2 * v[i] + (one - beta2) * g * g
        values[i] -= rate * (m[i] * correct1 / (np.sqrt(v[i] * correct2) + epsilon) + decoupled * values[i])
