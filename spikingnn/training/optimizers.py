"""How parameters follow their gradients: dictionaries of arrays, changed in place. What is remembered is arrays, too."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .._util import checks
from ..engine.jit import jitted


__all__ = ["OPTIMIZERS", "SGD", "Adam", "AdamW", "clip"]


@dataclass
class Optimizer:
    """Base: `step(parameters, gradients, factor)` moves by `rate` · factor, the factor being the schedule's."""

    rate: float = 1e-3
    weight_decay: float = 0.0
    steps: int = field(default=0, init=False)
    """Taken so far."""
    moments: dict = field(default_factory=dict, init=False, repr=False)
    """Name -> (a moment a row)."""

    def __post_init__(self):
        checks.positive(self, "rate", self.rate)
        checks.non_negative(self, "weight_decay", self.weight_decay)

    def step(self, parameters, gradients, factor=1.0):
        """Move every parameter once."""
        self.steps += 1
        for name, values in parameters.items():
            if name not in self.moments:
                self.moments[name] = np.zeros((self.orders, values.size), values.dtype)
            self.move(values.reshape(-1), gradients[name].reshape(-1), self.moments[name], values.dtype.type(self.rate * factor))

    def state(self):
        """All that has to be kept to go on: name -> array."""
        return {"steps": np.array(self.steps)} | {f"moment.{name}": moment for name, moment in self.moments.items()}

    def checked(self, state, parameters):
        """`state` as it is, refused where it was not that of these parameters, name -> array."""
        if "steps" not in state or state["steps"].shape or state["steps"].dtype.kind not in "iu" or state["steps"] < 0:
            checks.fail(self, "steps", state.get("steps"), "a whole number of steps")
        for name, moment in state.items():
            values = parameters.get(name.removeprefix("moment."))
            if name != "steps" and (values is None or moment.shape != (self.orders, values.size) or moment.dtype != values.dtype
                                    or not np.isfinite(moment).all()):
                checks.fail(self, name, moment, "finite, of a parameter that there is, and of its shape and type")
        if len(state) - 1 not in (0, len(parameters)):
            checks.fail(self, "moments", sorted(state), "those of all parameters, or of none")
        return state

    def restore(self, state):
        """Go on from what `state` gave."""
        self.steps = int(state["steps"])
        self.moments = {name.removeprefix("moment."): np.array(moment) for name, moment in state.items() if name != "steps"}


@dataclass
class SGD(Optimizer):
    """m ← momentum · m + g + weight_decay · p;  p ← p − rate · m (Polyak 1964)."""

    rate: float = 0.1
    momentum: float = 0.9
    orders = 1

    def __post_init__(self):
        super().__post_init__()
        checks.unit_interval(self, "momentum", self.momentum)

    def move(self, values, gradient, moments, rate):
        """One step of one parameter."""
        m = moments[0]
        m *= values.dtype.type(self.momentum)
        m += gradient + values.dtype.type(self.weight_decay) * values
        values -= rate * m


@dataclass
class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  p ← p − rate · m̂ / (√v̂ + ε), hats for division by 1 − βᵗ.

    `weight_decay` is added to the gradient (Kingma & Ba, ICLR 2015); `AdamW` takes it from the parameter instead.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    orders = 2
    decoupled = False

    def __post_init__(self):
        super().__post_init__()
        for name in ("beta1", "beta2"):
            if not 0 <= checks.number(self, name, getattr(self, name)) < 1:
                checks.fail(self, name, getattr(self, name), "from 0 to below 1")
        checks.positive(self, "epsilon", self.epsilon)

    def move(self, values, gradient, moments, rate):
        """One step of one parameter."""
        number = values.dtype.type
        corrections = (number(1 / (1 - beta ** self.steps)) for beta in (self.beta1, self.beta2))
        _adam(values, gradient, *moments, rate, number(self.beta1), number(self.beta2), number(self.epsilon), *corrections,
              number(0 if self.decoupled else self.weight_decay), number(self.weight_decay if self.decoupled else 0))


@dataclass
class AdamW(Adam):
    """`Adam` with p ← p − rate · weight_decay · p apart from the moments (Loshchilov & Hutter, ICLR 2019)."""

    weight_decay: float = 0.01
    decoupled = True


OPTIMIZERS = {"adam": Adam, "adamw": AdamW, "sgd": SGD}


def clip(gradients, norm):
    """Scale all gradients down so that their common Euclidean norm is at most `norm`; returns what it was."""
    length = float(np.sqrt(sum(float(np.sum(np.square(gradient), dtype=np.float64)) for gradient in gradients.values())))
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
